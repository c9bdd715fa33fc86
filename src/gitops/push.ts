import type { CommitSha } from '../vocabulary/change.ts';
import { type GitResult, spoken } from './git-process.ts';
import type { Repository } from './repository.ts';

export type Pushed =
  | { readonly kind: 'pushed'; readonly head: CommitSha }
  /** Somebody else was first: fetch, decide again, try again. */
  | { readonly kind: 'behind' }
  /** The server says no (a hook, a protected branch, missing rights): never tried again by itself. */
  | { readonly kind: 'refused'; readonly because: string }
  /** Nobody knows whether it arrived: the next fetch tells by the trailers. */
  | { readonly kind: 'unreachable'; readonly because: string };

const pushTimeoutMs = 60_000;

/**
 * Pushes as a compare-and-swap on exactly the head that was fetched. The new head descends from that one by
 * construction and by our own check, so the lease can only ever fast-forward; a branch that was deleted is not made anew.
 */
export async function pushOnto(
  repository: Repository,
  branch: string,
  fetched: CommitSha,
  head: CommitSha,
): Promise<Pushed> {
  if (!(await repository.isAncestor(fetched, head)))
    return { kind: 'refused', because: 'the new head does not descend from the fetched one' };
  const ref = `refs/heads/${branch}`;
  const result = await repository.git(
    ['push', '--porcelain', '--no-verify', `--force-with-lease=${ref}:${fetched}`, 'origin', `${head}:${ref}`],
    { timeoutMs: pushTimeoutMs },
  );
  const outcome = classifyPush(result);
  if (outcome !== 'pushed') return outcome;
  await repository.moveHead(branch, fetched, head);
  return { kind: 'pushed', head };
}

/** What the server or our own lease says of a race (builtin/push, receive-pack, refs). */
const lostRace =
  /stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|failed to lock|reference already exists|is at [0-9a-f]+ but expected/;
/** The server has no room for now, which is nobody's decision (receive-pack: "unpacker error", with the system's own words). */
const noRoom =
  /no space left on device|disk quota exceeded|read-only file system|too many open files|cannot allocate|unable to create temporary/i;
const noRight =
  /authentication failed|permission denied|denied to|returned error: 40[13]\b|not permitted|access denied|could not read (username|password)|invalid credentials/i;

/** Reads the outcome off git's porcelain line (git-push, OUTPUT); only where there is none, off its last words. */
export function classifyPush(result: GitResult): Exclude<Pushed, { kind: 'pushed' }> | 'pushed' {
  if (result.code === 0) return 'pushed';
  if (result.timedOut) return { kind: 'unreachable', because: 'the push took longer than a minute' };
  const rejected = result.stdout
    .toString()
    .split('\n')
    .find((line) => line.startsWith('!'));
  if (rejected !== undefined) {
    // Not in what a hook says, which may hold any words.
    const summary = rejected.split('\t').at(-1) ?? '';
    if (lostRace.test(summary)) return { kind: 'behind' };
    if (summary.includes('unpacker error') && noRoom.test(result.stderr))
      return { kind: 'unreachable', because: spoken(result.stderr) };
    return { kind: 'refused', because: spoken(`${result.stderr}\n${summary}`) };
  }
  if (noRight.test(result.stderr)) return { kind: 'refused', because: spoken(result.stderr) };
  return { kind: 'unreachable', because: spoken(result.stderr) || 'git push failed' };
}
