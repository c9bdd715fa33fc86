import { epochMsOf, instantOf, spanEndMs, wallTime } from '../../doors/time.ts';
import type { Reason } from '../../vocabulary/reasons.ts';
import { holdsFor } from '../../vocabulary/scope.ts';
import type { FreezeWindow } from '../lines/freeze-window.ts';
import { isKnownGoodRollback, ofLine, type PolicyCheck } from '../question.ts';

/** Windows that touch are one freeze; this many are followed to its end. */
const longestChain = 100;

/** Nothing goes while a window holds; the reason says when the last of those that touch is over. */
export const freezeWindow: PolicyCheck = (question) => {
  const { request, facts, now } = question;
  if (isKnownGoodRollback(question)) return [];
  const { policies } = facts.policy.file;
  const blocking = policies.filter(
    (line): line is FreezeWindow =>
      line.kind === 'freeze-window' && line.level !== 'warn' && holdsFor(line, request, facts.policy.file),
  );
  return policies.flatMap((line, index) => {
    if (line.kind !== 'freeze-window' || !holdsFor(line, request, facts.policy.file)) return [];
    if (spanEndMs(line, epochMsOf(now)) === null) return [];
    const isWarning = line.level === 'warn';
    const endMs = endOf(isWarning ? [line] : blocking, epochMsOf(now));
    const because = line.because === undefined ? '' : ` (${line.because})`;
    return [
      {
        code: 'frozen',
        effect: isWarning ? 'warn' : 'hold',
        text: `${request.environment} is frozen until ${wallTime(endMs, line.timezone)} ${line.timezone}${because}`,
        ...(isWarning ? {} : afterwards(line, endMs)),
        ...ofLine(facts, line, index),
      },
    ];
  });
};

/** What happens when it is over. */
function afterwards({ auto }: FreezeWindow, endMs: number): Pick<Reason, 'next' | 'auto'> {
  return auto === true
    ? { next: 'nothing to do; it goes by itself when the window is over, one at a time', auto: instantOf(endMs) }
    : { next: 'nothing to do now; its requester is asked when the window is over' };
}

/** When none of the windows holds any more. */
function endOf(lines: readonly FreezeWindow[], nowMs: number): number {
  let moment = nowMs;
  for (let step = 0; step < longestChain; step += 1) {
    const ends = lines.flatMap((line) => spanEndMs(line, moment) ?? []);
    if (ends.length === 0) return moment;
    moment = Math.max(...ends);
  }
  return moment;
}
