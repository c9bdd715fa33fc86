import { epochMsOf, type Instant, instantOf, parseDurationMs } from '../../doors/time.ts';
import type { UserId } from '../../vocabulary/person.ts';
import type { Decision, Reason } from '../../vocabulary/reasons.ts';
import { assign } from '../assign.ts';
import { type Demand, demandsOf } from '../demands.ts';
import { either, ofLine, type PolicyCheck, type Question } from '../question.ts';

/** Enough different people approved exactly what would be written; members now, never the requester. */
export const approvals: PolicyCheck = (question) => {
  const { lines } = demandsOf(question);
  const short = shortOf(lines);
  return lines.flatMap((demand) => {
    const { line, index, from, may, counted } = demand;
    if (counted.length >= line.count) return [];
    const names = either(from.length === 0 ? ['an approver'] : from);
    const so = counted.length === 0 ? '' : `, has ${counted.length} (${counted.map(({ name }) => name).join(', ')})`;
    const isWarning = line.level === 'warn';
    const reason: Reason = {
      code: 'approvals-missing',
      effect: isWarning ? 'warn' : 'hold',
      text: `needs ${line.count} ${line.count === 1 ? 'approval' : 'approvals'} from ${names}${so}`,
      next: short.get(demand) ?? `ask ${names} to approve`,
      ...ofLine(question.facts, line, index),
      ...(isWarning
        ? {}
        : { demand: { from: [...from], count: line.count, have: counted.map(({ user }) => user), may: [...may] } }),
    };
    return [reason];
  });
};

/** What to do about those demands that even the votes of all would not meet. */
function shortOf(demands: readonly Demand[]): ReadonlyMap<Demand, string> {
  const wishes = demands.map((demand) => ({ demand, count: demand.line.count, takes: demand.may }));
  const short = assign(wishes).filter(({ count, gets }) => gets.length < count);
  return new Map(short.map(({ demand, count, gets }) => [demand, toAdd(demand, count - gets.length)]));
}

function toAdd({ line, from, may, counted }: Demand, lacking: number): string {
  if (from.length === 0) return 'nobody is an approver there: add somebody to roles in sluice.yaml';
  const names = either(from);
  if (may.length >= line.count) return `too few people for all that is asked: ${lacking} more must join ${names}`;
  const others = may.filter((user) => !counted.some((person) => person.user === user)).length;
  return `${others === 0 ? 'nobody else' : `only ${others} more`} in ${names} can vote: add people there`;
}

/** When the first of the unmet demands gives up waiting; undefined where none has a limit. */
export function approvalsExpireAt(question: Question): Instant | undefined {
  const spans = missing(question).flatMap(({ line }) => parseDurationMs(line.within ?? '') ?? []);
  if (spans.length === 0) return undefined;
  return instantOf(epochMsOf(question.askedAt ?? question.now) + Math.min(...spans));
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
