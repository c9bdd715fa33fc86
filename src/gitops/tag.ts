import type { CommitSha } from '../vocabulary/change.ts';
import { isBranchName } from './branch-name.ts';
import { spoken } from './git-process.ts';
import { classifyPush } from './push.ts';
import type { Repository } from './repository.ts';

export type Tagged =
  | { readonly kind: 'tagged' }
  /** It stands there already, at a commit that is not moved back. */
  | { readonly kind: 'kept' }
  /** Worth another try: somebody else was first, or the remote is away. */
  | { readonly kind: 'later'; readonly because: string }
  /** Never tried again: no such name, no right, or a rule of the server. */
  | { readonly kind: 'refused'; readonly because: string };

const timeoutMs = 60_000;

/**
 * Puts a lightweight tag at a commit of the remote. One that stands is moved only where `moves`, only forward or where its
 * commit is not in the history any more, and under a lease on what was read, so that nobody's tag is lost unseen.
 */
export async function tagCommit(
  repository: Repository,
  tag: string,
  commit: CommitSha,
  { moves }: { readonly moves: boolean },
): Promise<Tagged> {
  // What git takes for a branch it takes for a tag (git-check-ref-format).
  if (!isBranchName(tag)) return { kind: 'refused', because: `${JSON.stringify(tag)} is not a tag name` };
  const ref = `refs/tags/${tag}`;
  const listed = await repository.git(['ls-remote', '--quiet', 'origin', ref, `${ref}^{}`], { timeoutMs });
  if (listed.code !== 0) return { kind: 'later', because: spoken(listed.stderr) || 'git ls-remote failed' };
  const ids = new Map(
    listed.stdout
      .toString()
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([id = '', name]) => (name === undefined ? [] : [[name, id] as const])),
  );
  const standing = ids.get(ref);
  // Of an annotated tag that somebody made: the commit behind it.
  const tagged = ids.get(`${ref}^{}`) ?? standing;
  if (tagged !== undefined && (!moves || (await repository.isAncestor(commit, tagged)))) return { kind: 'kept' };
  const lease = `--force-with-lease=${ref}:${standing ?? ''}`;
  const result = await repository.git(['push', '--porcelain', '--no-verify', lease, 'origin', `${commit}:${ref}`], {
    timeoutMs,
  });
  const outcome = classifyPush(result);
  if (outcome === 'pushed') return { kind: 'tagged' };
  if (outcome.kind === 'refused') return outcome;
  return { kind: 'later', because: outcome.kind === 'behind' ? 'somebody else has just set it' : outcome.because };
}
