import { execFileSync } from 'node:child_process';
import { type CommitSha, commitShaSchema } from '../../src/vocabulary/change.ts';
import { type HeldVersion, versionsIn } from './versions-in-git.ts';

/** A commit that changes the version of an image; the service is the image's last name. */
export interface ReleasedCommit {
  readonly commit: CommitSha;
  readonly service: string;
  readonly image: string;
  readonly version: string;
  readonly path: string;
}

/** The repository of a recording: its ancestry, and what each commit releases. */
export interface History {
  readonly isAncestor: (ancestor: string, descendant: string) => boolean;
  /** Oldest first: a commit never stands before one that it holds. */
  readonly releases: readonly ReleasedCommit[];
  /** What the files of a commit hold; null where the bundle has lost it, as after a forced push. */
  readonly heldAt: (commit: string) => readonly HeldVersion[] | null;
}

/** Clones a bundle into a folder and reads it. */
export function readHistory(bundle: string, folder: string): History {
  execFileSync('git', ['clone', '--quiet', '--mirror', bundle, folder], { stdio: 'ignore' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 100_000_000,
    });
  const parents = new Map(
    git('rev-list', '--all', '--parents', '--topo-order', '--reverse')
      .trim()
      .split('\n')
      .map((line): [string, string[]] => {
        const [commit = '', ...rest] = line.split(' ');
        return [commit, rest];
      }),
  );
  const held = new Map([...parents.keys()].map((commit) => [commit, versionsIn(filesAt(git, commit))]));
  const releases = [...parents].flatMap(([commit, [parent]]) =>
    changedIn(held.get(parent ?? '') ?? [], held.get(commit) ?? []).map((each) => ({
      ...each,
      commit: commitShaSchema.parse(commit),
      service: serviceOf(each.image),
    })),
  );
  return { isAncestor: ancestryOf(parents), releases, heldAt: (commit) => held.get(commit) ?? null };
}

export function serviceOf(image: string): string {
  return image.split('/').at(-1) ?? '';
}

function ancestryOf(parents: ReadonlyMap<string, readonly string[]>): History['isAncestor'] {
  const known = new Map<string, ReadonlySet<string>>();
  for (const [commit, direct] of parents)
    known.set(commit, new Set([commit, ...direct.flatMap((parent) => [...(known.get(parent) ?? [])])]));
  return (ancestor, descendant) => ancestor === descendant || known.get(descendant)?.has(ancestor) === true;
}

function filesAt(git: (...args: string[]) => string, commit: string): Map<string, string> {
  const paths = git('ls-tree', '-r', '-z', '--name-only', commit).split('\0');
  const wanted = paths.filter((path) => /\.(ya?ml|tpl)$|(^|\/)Kustomization$/.test(path));
  return new Map(wanted.map((path) => [path, git('show', `${commit}:${path}`)]));
}

/** Places whose version is another than before; a file that only moved changes nothing. */
function changedIn(before: readonly HeldVersion[], after: readonly HeldVersion[]): HeldVersion[] {
  return after.filter(({ image, version, path }) => {
    const same = before.filter((each) => each.image === image);
    const there = same.find((each) => each.path === path);
    return there === undefined ? !same.some((each) => each.version === version) : there.version !== version;
  });
}
