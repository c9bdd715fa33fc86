import type { Decision, Reason } from '../../reasons.ts';
import type { UserId } from '../../release.ts';
import { epochMsOf, type Instant, instantOf, parseDurationMs } from '../../time.ts';
import { assign } from '../assign.ts';
import { type Demand, demandsOf } from '../demands.ts';
import { either, ofLine, type PolicyCheck, type Question } from '../question.ts';

/** Enough different people approved exactly what would be written; members now, never the requester. */
export const approvals: PolicyCheck = (question) => {
  const { lines } = demandsOf(question);
  const short = shortOf(lines);
  return lines.flatMap((demand, number) => {
    const { line, index, from, may, counted } = demand;
    if (counted.length >= line.count) return [];
    const names = either(from.length === 0 ? ['an approver'] : from);
    const so =
      counted.length === 0 ? '' : `, has ${counted.length} (${counted.map(({ name }) => `@${name}`).join(', ')})`;
    const isWarning = line.level === 'warn';
    const reason: Reason = {
      code: 'approvals-missing',
      effect: isWarning ? 'warn' : 'hold',
      text: `needs ${line.count} ${line.count === 1 ? 'approval' : 'approvals'} from ${names}${so}`,
      next: short[number] ?? `ask ${names} to approve`,
      ...ofLine(question.facts, line, index),
      ...(isWarning
        ? {}
        : { demand: { from: [...from], count: line.count, have: counted.map(({ user }) => user), may: [...may] } }),
    };
    return [reason];
  });
};

/** What to do where even the votes of all would not be enough; undefined where they would. */
function shortOf(lines: readonly Demand[]): readonly (string | undefined)[] {
  const users = [...new Set(lines.flatMap(({ may, counted }) => [...may, ...counted.map(({ user }) => user)]))];
  const wishes = lines.map(({ line, may }) => ({
    count: line.count,
    takes: users.flatMap((user, number) => (may.includes(user) ? [number] : [])),
  }));
  const most = assign(wishes, users.length);
  return lines.map(({ line, from, may, counted }, number) => {
    const missing = line.count - (most[number]?.length ?? 0);
    if (missing <= 0) return undefined;
    const names = either(from.length === 0 ? ['an approver'] : from);
    const others = may.filter((user) => !counted.some((person) => person.user === user)).length;
    const shared = may.length >= line.count;
    if (shared) return `too few people for all that is asked: ${missing} more must join ${names}`;
    return `${others === 0 ? 'nobody else' : `only ${others} more`} in ${names} can vote: add people there`;
  });
}

/** When the first of the unmet demands gives up waiting; undefined where none has a limit. */
export function approvalsExpireAt(question: Question): Instant | undefined {
  const asked = askedAt(question);
  if (asked === undefined) return undefined;
  const ends = missing(question).flatMap(({ line }) => {
    const within = line.within === undefined ? null : parseDurationMs(line.within);
    return within === null ? [] : [epochMsOf(asked) + within];
  });
  return ends.length === 0 ? undefined : instantOf(Math.min(...ends));
}

/** When votes were asked for first; asking again gains no time. */
export function askedAt(question: Question): Instant | undefined {
  return question.askedAt ?? (missing(question).length === 0 ? undefined : question.now);
}

function missing(question: Question): readonly Demand[] {
  return demandsOf(question).lines.filter(({ line, counted }) => line.level !== 'warn' && counted.length < line.count);
}

/** Who counted for which line, and as what: kept with the decision. Who confirmed an override counted for that. */
export function approvalRecord(
  question: Question,
  confirmedBy: readonly UserId[],
): Pick<Decision, 'approvals' | 'uncounted'> {
  const { lines, ...found } = demandsOf(question);
  const uncounted = found.uncounted.filter(({ user }) => !confirmedBy.some((each) => each === user));
  if (lines.length === 0) return {};
  const { members } = question.facts;
  return {
    approvals: lines
      .filter(({ line }) => line.level !== 'warn')
      .map(({ line, from, counted }) => ({
        from: [...from],
        count: line.count,
        have: counted.map(({ user }) => ({ user, as: from.filter((name) => members.get(name)?.includes(user)) })),
      })),
    ...(uncounted.length === 0 ? {} : { uncounted: [...uncounted] }),
  };
}
