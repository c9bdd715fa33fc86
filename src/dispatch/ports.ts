import type { CommitSha, Lane, Place, Placed } from '../vocabulary/change.ts';
import type { Person } from '../vocabulary/person.ts';
import type { Decision, Reason } from '../vocabulary/reasons.ts';
import type { Plan, Release, ReleaseId, Request } from '../vocabulary/release.ts';

export interface Entry {
  readonly event: string;
  readonly by?: Person;
  readonly text?: string;
}

export type ReleaseChange = Partial<
  Pick<Release, 'state' | 'plan' | 'decision' | 'turn' | 'chain' | 'undone' | 'review'>
>;

export interface Transition {
  readonly before: Release;
  readonly change: ReleaseChange;
  readonly entry: Entry;
}

/** `moved`: somebody else was first, and `record` is what stands now. */
export type Moved = { readonly kind: 'done' | 'moved'; readonly record: Release };

export type Planned =
  | { readonly kind: 'planned' | 'unchanged'; readonly plan: Plan }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'unreadable'; readonly because: string };

export type PlanRequest = (request: Request) => Promise<Planned>;

/** Decides on facts read now; `head` is the commit that the lane has fetched for this. */
export type Decide = (release: Release, plan: Plan, fresh?: { readonly head: CommitSha }) => Promise<Decision>;

type Because<K extends string> = { readonly kind: K; readonly because: string };

/** One commit for each release on top of a fetched head, and one push of all of them. */
export interface Batch {
  readonly prefetch: (paths: string[]) => Promise<void>;
  readonly readPlaces: (
    places: Place[],
  ) => Promise<{ readonly kind: 'found'; readonly placed: Placed } | Because<'missing' | 'refused' | 'different'>>;
  readonly commit: (
    release: Release,
  ) => Promise<
    | { readonly kind: 'committed'; readonly commit: CommitSha }
    | { readonly kind: 'unchanged' }
    | Because<'missing' | 'refused'>
  >;
  /** `unreachable` may have reached the remote all the same: its answer was lost. */
  readonly push: () => Promise<
    | { readonly kind: 'pushed'; readonly head: CommitSha }
    | { readonly kind: 'behind' }
    | Because<'refused' | 'unreachable'>
  >;
}

export interface LaneGitops {
  readonly fetch: (
    lane: Lane,
  ) => Promise<{ readonly kind: 'fetched'; readonly head: CommitSha } | Because<'unreachable'>>;
  readonly isAncestor: (repository: string, ancestor: string, descendant: string) => Promise<boolean>;
  /** Releases whose trailers lie in since..head. */
  readonly written: (lane: Lane, since: CommitSha, head: CommitSha) => Promise<ReadonlyMap<string, CommitSha>>;
  readonly begin: (lane: Lane, head: CommitSha) => Batch;
}

/** The newest release that was written for a service in an environment. */
export type ReadLast = (service: string, environment: string) => Promise<Release | null>;

export type ReadRelease = (id: ReleaseId) => Promise<Release | null>;

export function laneWork(lane: Lane): string {
  return `lane/${lane.repository}/${lane.branch}`;
}
