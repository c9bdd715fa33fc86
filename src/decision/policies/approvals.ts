import type { Reason } from '../../reasons.ts';
import type { Person, UserId, Vote } from '../../release.ts';
import { holdsFor } from '../../scope.ts';
import { epochMsOf, type Instant, instantOf, parseDurationMs } from '../../time.ts';
import { boundOf } from '../bound.ts';
import type { Approvals } from '../lines/approvals.ts';
import {
  either,
  isKnownGoodRollback,
  type PolicyCheck,
  type Question,
  samePerson,
  sourceOf,
  usersOf,
} from '../question.ts';
import { namesWithRole } from '../roles.ts';

/** Enough different people approved exactly what would be written; members now, never the requester. */
export const approvals: PolicyCheck = (question) =>
  demands(question).flatMap(({ line, index, from, may, counted }) => {
    if (counted.length >= line.count) return [];
    const names = either(from.length === 0 ? ['an approver'] : from);
    const others = may.filter((user) => !counted.some((person) => person.user === user));
    const so =
      counted.length === 0 ? '' : `, has ${counted.length} (${counted.map(({ name }) => `@${name}`).join(', ')})`;
    const isWarning = line.level === 'warn';
    const reason: Reason = {
      code: 'approvals-missing',
      effect: isWarning ? 'warn' : 'hold',
      text: `needs ${line.count} ${line.count === 1 ? 'approval' : 'approvals'} from ${names}${so}`,
      next:
        others.length < line.count - counted.length
          ? `${others.length === 0 ? 'nobody else' : `only ${others.length} more`} in ${names} can vote: add people there`
          : `ask ${names} to approve`,
      source: sourceOf(question.facts, ['policies', index]),
      ...(isWarning
        ? {}
        : { demand: { from: [...from], count: line.count, have: counted.map(({ user }) => user), may: [...may] } }),
    };
    return [reason];
  });

/** When the first of the unmet demands gives up waiting; undefined where none has a limit. */
export function approvalsExpireAt(question: Question): Instant | undefined {
  const ends = demands(question)
    .filter(({ line, counted }) => line.level !== 'warn' && counted.length < line.count)
    .flatMap(({ line }) => {
      const within = line.within === undefined ? null : parseDurationMs(line.within);
      return within === null ? [] : [epochMsOf(question.request.at) + within];
    });
  return ends.length === 0 ? undefined : instantOf(Math.min(...ends));
}

interface Demand {
  readonly line: Approvals;
  readonly index: number;
  readonly from: readonly string[];
  /** Who may vote now; the requester is not among them. */
  readonly may: readonly UserId[];
  /** Whose approvals count, each person once. */
  readonly counted: readonly Person[];
}

/** Every approvals line that holds here, and how far it is met. */
export function demands(question: Question): readonly Demand[] {
  const { request, plan, facts, votes } = question;
  if (isKnownGoodRollback(question)) return [];
  const bound = boundOf(request, plan, facts.policy.file);
  const approving = lastVotes(votes).filter((vote) => vote.vote === 'approve' && vote.bound === bound);
  return facts.policy.file.policies.flatMap((line, index) => {
    if (line.kind !== 'approvals' || !holdsFor(line, request, facts.policy.file)) return [];
    const from = line.from ?? namesWithRole(facts.policy.file, 'approver', request);
    const may = usersOf(facts, from).filter((user) => user !== request.requester.user);
    const counted: Person[] = [];
    for (const { person } of approving) {
      const known = samePerson(person, request.requester) || counted.some((other) => samePerson(other, person));
      if (!known && may.includes(person.user)) counted.push(person);
    }
    return [{ line, index, from, may, counted }];
  });
}

/** The last word of every user; a vote taken back or changed does not count twice. */
function lastVotes(votes: readonly Vote[]): readonly Vote[] {
  const last = new Map<UserId, Vote>();
  for (const vote of votes) {
    const before = last.get(vote.person.user);
    if (before === undefined || before.at <= vote.at) last.set(vote.person.user, vote);
  }
  return [...last.values()];
}
