import { type Clock, epochMsOf, instantOf } from '../doors/time.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { Release, State } from '../vocabulary/release.ts';

/** So old its facts may be when a push begins, for a minute git waits for the remote, and a little more. */
const underWayMs = 75_000;

export function beingWritten(head: CommitSha, clock: Clock): State {
  return { kind: 'writing', onto: head, at: instantOf(clock.now()) };
}

/**
 * Whether a push that another worker began may still bring the release, where `head` does not hold it. Every push is a
 * compare-and-swap on the head that it is made for: none of them can any more once the branch has moved on from there.
 */
export function mayArrive({ state }: Release, head: CommitSha, clock: Clock): boolean {
  return state.kind === 'writing' && state.onto === head && clock.now() - epochMsOf(state.at) < underWayMs;
}
