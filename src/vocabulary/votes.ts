import type { Person, UserId } from './person.ts';
import type { Release, Vote } from './release.ts';

/** The last word of every user: a vote taken back or changed does not count twice. */
export function lastVotes(votes: readonly Vote[]): readonly Vote[] {
  const last = new Map<UserId, Vote>();
  // In the order in which they were written down: clocks of replicas differ, and a vote taken back must not come back.
  for (const vote of votes) last.set(vote.person.user, vote);
  return [...last.values()];
}

/** So many votes are kept of one release; what somebody has said otherwise since goes first, and nobody's last word does. */
const mostVotes = 200;

/** The votes with one more. */
export function withVote(votes: readonly Vote[], cast: Vote): Vote[] {
  const all = [...votes, cast];
  const last = new Set(lastVotes(all));
  const oldest = all.length > mostVotes ? all.findIndex((vote) => !last.has(vote)) : -1;
  return oldest < 0 ? all : all.toSpliced(oldest, 1);
}

/** Those who approve exactly what is decided now, whether or not their vote is needed. */
export function approving({ votes, decision }: Pick<Release, 'votes' | 'decision'>): readonly Vote[] {
  return lastVotes(votes).filter(({ vote, bound }) => vote === 'approve' && bound === decision?.bound);
}

/** Those whose approval was counted when it was decided last. */
export function approversOf(release: Pick<Release, 'votes' | 'decision'>): readonly Person[] {
  const { approvals, confirmedBy = [] } = release.decision ?? {};
  const people = approving(release).flatMap(({ person }) => (confirmedBy.includes(person.user) ? [] : [person]));
  if (approvals === undefined) return people;
  const counted = new Set(approvals.flatMap(({ have }) => have.map(({ user }) => user)));
  return people.filter(({ user }) => counted.has(user));
}

/** Operators whose click let approvals be passed. */
export function confirmersOf(release: Pick<Release, 'votes' | 'decision'>): readonly Person[] {
  const { confirmedBy = [] } = release.decision ?? {};
  return approving(release).flatMap(({ person }) => (confirmedBy.includes(person.user) ? [person] : []));
}

/** What a vote is bound to, as a button carries it: short, and compared as a whole. */
export function shownBound(bound: string): string {
  return bound.slice(0, 12);
}
