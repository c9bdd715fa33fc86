import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';
import type { IsAncestor } from './arrival/ancestry.ts';
import type { Expected } from './expected.ts';
import { commitsIn } from './judge.ts';
import type { ClusterView } from './objects.ts';
import type { KubernetesPorts } from './ports.ts';

export interface AncestryOptions extends Pick<KubernetesPorts, 'isAncestor' | 'onUnknownCommit'> {
  readonly clock: Clock;
  readonly log: Log;
  /** A fetch has brought commits, so that answers may be others. */
  readonly onFetched: () => void;
}

const limit = 20_000;
/** A commit that stays unknown after this many fetches belongs to another repository, or is lost. */
const fetches = 3;
/** A question about a commit that is not here costs two processes of git: it is not asked again at every event. */
const unknownMs = 5_000;

/**
 * Gathers how the commits that Flux speaks of stand to the expected ones, so that judging can be pure. A yes lasts, and so does a no where
 * the other way round is a yes; any other no may only mean that the clone lacks one of them: it is asked again, after a fetch.
 */
export function createAncestry(options: AncestryOptions) {
  const known = new Map<string, boolean>();
  const tries = new Map<string, number>();
  /** Pairs without an answer, by when to ask again. */
  const open = new Map<string, number>();
  const pair = (repository: string, a: string, b: string) => `${repository} ${a}..${b}`;

  const relate = async (repository: string, ours: ReadonlySet<string>, theirs: ReadonlySet<string>) => {
    const unknown = new Set<string>();
    const relateTwo = async (a: string, b: string): Promise<void> => {
      const [down, up] = await Promise.all([
        options.isAncestor(repository, a, b),
        options.isAncestor(repository, b, a),
      ]);
      if (down || up) {
        known.set(pair(repository, a, b), down);
        known.set(pair(repository, b, a), up);
      } else {
        open.set(pair(repository, a, b), options.clock.now() + unknownMs);
        unknown.add(b);
      }
    };
    const isAsked = (a: string, b: string) =>
      a !== b && !known.has(pair(repository, a, b)) && (open.get(pair(repository, a, b)) ?? 0) <= options.clock.now();
    // All at once, so that Git may answer them together.
    await Promise.all([...ours].flatMap((a) => [...theirs].filter((b) => isAsked(a, b)).map((b) => relateTwo(a, b))));
    const isAncestor: IsAncestor = (a, b) => known.get(pair(repository, a, b)) === true;
    return { isAncestor, unknown };
  };

  const fetched = (): void => {
    open.clear();
    options.onFetched();
  };

  const fetch = (repository: string, branches: ReadonlySet<string>, unknown: ReadonlySet<string>): void => {
    const worth = [...unknown].filter((commit) => (tries.get(commit) ?? 0) < fetches);
    if (options.onUnknownCommit === undefined || worth.length === 0) return;
    for (const commit of worth) tries.set(commit, (tries.get(commit) ?? 0) + 1);
    for (const branch of branches) {
      options.onUnknownCommit({ repository, branch }).then(fetched, (error: unknown) => {
        options.log.debug({ repository, err: messageOf(error) }, 'a commit that Flux has is not known here yet');
      });
    }
  };

  return {
    /** Rejects where Git cannot be asked. */
    gather: async (view: ClusterView, expectations: readonly Expected[]): Promise<IsAncestor> => {
      if (known.size > limit) known.clear();
      if (tries.size > limit) tries.clear();
      if (open.size > limit) open.clear();
      for (;;) {
        const commits = commitsIn(view);
        const answers: IsAncestor[] = [];
        for (const [repository, members] of Map.groupBy(expectations, (each) => each.repository)) {
          const { isAncestor, unknown } = await relate(
            repository,
            new Set(members.map(({ commit }) => commit)),
            commits,
          );
          answers.push(isAncestor);
          fetch(repository, new Set(members.map(({ branch }) => branch)), unknown);
        }
        // The view may have moved on meanwhile: what counts is what it holds in the end.
        if ([...commitsIn(view)].every((commit) => commits.has(commit)))
          return (a, b) => a === b || answers.some((answer) => answer(a, b));
      }
    },
  };
}
