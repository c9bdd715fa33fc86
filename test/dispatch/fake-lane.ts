import type { Batch, LaneGitops } from '../../src/dispatch/ports.ts';
import type { CommitSha, Lane, Placed } from '../../src/vocabulary/change.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { sha } from '../support/builders.ts';

type Pushed = Awaited<ReturnType<Batch['push']>>;

/** A remote branch in memory: what each place holds, and the commits with the releases that they carry. */
export function aRemote(places: Record<string, Placed> = {}) {
  const commits: { sha: CommitSha; release?: string }[] = [{ sha: sha('0e') }];
  const tree = new Map(Object.entries(places));
  /** Answers of the next pushes, in order; `lost` takes the push and loses the answer. */
  const faults: ('behind' | 'refused' | 'unreachable' | 'lost')[] = [];
  let isReachable = true;
  let pushes = 0;
  const headOf = () => commits.at(-1)?.sha ?? sha('0e');
  const indexOf = (commit: string) => commits.findIndex(({ sha: each }) => each === commit);
  const next = () => sha(`c${commits.length.toString(16).padStart(7, '0')}`);

  const push = (base: CommitSha, mine: readonly { release: Release }[]): Pushed => {
    const fault = faults.shift();
    pushes += 1;
    if (!isReachable || fault === 'unreachable') return { kind: 'unreachable', because: 'no route' };
    if (fault === 'refused') return { kind: 'refused', because: 'hook declined' };
    if (fault === 'behind' || headOf() !== base) return { kind: 'behind' };
    for (const { release } of mine) {
      commits.push({ sha: next(), release: release.id });
      for (const place of release.plan?.places ?? []) tree.set(place.path, placedOf(release));
    }
    return fault === 'lost' ? { kind: 'unreachable', because: 'the line was cut' } : { kind: 'pushed', head: headOf() };
  };
  const begin = (_lane: Lane, base: CommitSha): Batch => {
    const mine: { release: Release }[] = [];
    const seen = new Map(tree);
    return {
      prefetch: async () => {},
      readPlaces: async (wanted) => {
        const found = wanted.map(({ path }) => seen.get(path)).find((placed) => placed !== undefined);
        return found === undefined ? { kind: 'missing', because: 'no such file' } : { kind: 'found', placed: found };
      },
      commit: async (release) => {
        mine.push({ release });
        return {
          kind: 'committed',
          commit: sha(`c${(commits.length + mine.length - 1).toString(16).padStart(7, '0')}`),
        };
      },
      push: async () => push(base, mine),
    };
  };
  const gitops: LaneGitops = {
    fetch: async () =>
      isReachable ? { kind: 'fetched', head: headOf() } : { kind: 'unreachable', because: 'no route' },
    isAncestor: async (_repository, ancestor, descendant) => {
      const from = indexOf(ancestor);
      return from !== -1 && from <= indexOf(descendant);
    },
    written: async (_lane, since) =>
      new Map(
        commits
          .slice(indexOf(since) + 1)
          .flatMap(({ sha: commit, release }): [string, CommitSha][] =>
            release === undefined ? [] : [[release, commit]],
          ),
      ),
    begin,
  };
  return {
    gitops,
    faults,
    tree,
    releases: () => commits.flatMap(({ release }) => (release === undefined ? [] : [release])),
    pushes: () => pushes,
    head: headOf,
    cut: (isCut: boolean) => {
      isReachable = !isCut;
    },
    /** A commit that is not Sluice's. */
    commit: (changes: Record<string, Placed> = {}) => {
      commits.push({ sha: next() });
      for (const [path, placed] of Object.entries(changes)) tree.set(path, placed);
    },
  };
}

function placedOf({ plan }: Release): Placed {
  const { version = '', digest } = plan?.artifact ?? {};
  return digest === undefined ? { version } : { version, digest };
}
