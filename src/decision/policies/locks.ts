import { epochMsOf, type Instant } from '../../doors/time.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import type { Reason } from '../../vocabulary/reasons.ts';
import type { Request } from '../../vocabulary/release.ts';
import { either, isKnownGoodRollback, type PolicyCheck, type Question, rolesToPass } from '../question.ts';
import { namesWithRole } from '../roles.ts';

/** Every lock and freeze on the service, the environment or all stops the release until it ends. */
export const locks: PolicyCheck = (question) => {
  const override = mayPass(question);
  return question.facts.holds
    .filter((hold) => stops(hold, question))
    .map((hold) => ({
      ...reasonOf(hold, question),
      effect: 'hold',
      policy: 'locks',
      ...(override.length === 0 ? {} : { override: [...override] }),
    }));
};

function reasonOf(hold: Hold, { request, facts, now }: Question): Pick<Reason, 'code' | 'text' | 'next'> {
  const parts = [hold.service, hold.environment].filter((part) => part !== undefined);
  const until = hold.until === undefined ? '' : ` until ${clockTime(hold.until, now)}`;
  const operators = namesWithRole(facts.policy.file, 'operator', {
    ...(hold.service === undefined ? {} : { service: request.service }),
    ...(hold.environment === undefined ? {} : { environment: request.environment }),
  });
  const operator = operators.length === 0 ? 'an operator' : `an operator (${either(operators)})`;
  if (hold.what === 'freeze') {
    const subject = parts.length === 0 ? 'everything' : parts.join(' in ');
    return {
      code: 'frozen',
      text: `${subject} is frozen${until} by @${hold.by.name} (${hold.because})`,
      next: `\`${['/release unfreeze', ...parts].join(' ')}\`, by ${operator}`,
    };
  }
  return {
    code: 'locked',
    text: `${parts.join(' in ')} is locked by @${hold.by.name} (${hold.because})${until}`,
    next: `\`/release unlock ${parts.join(' ')}\`, by ${either([`@${hold.by.name}`, operator])}`,
  };
}

/** An operator goes back to what was healthy past any of them; everything else needs a line that says so. */
function mayPass(question: Question): readonly string[] {
  const named = rolesToPass(question, 'locks');
  return [...new Set(isKnownGoodRollback(question) ? ['operator', ...named] : named)];
}

function stops(hold: Hold, question: Question): boolean {
  if (hold.state.kind !== 'active' || !isAbout(hold, question.request)) return false;
  if (hold.until !== undefined && epochMsOf(hold.until) <= epochMsOf(question.now)) return false;
  // What a rollback leaves behind keeps releases away; going further back to a good version must stay possible.
  return !(hold.rollback !== undefined && isKnownGoodRollback(question) && question.plan.backwards);
}

function isAbout(hold: Hold, request: Request): boolean {
  return (
    (hold.service === undefined || hold.service === request.service) &&
    (hold.environment === undefined || hold.environment === request.environment)
  );
}

/** `16:00 UTC` on the same day, else with the date. */
function clockTime(instant: Instant, now: Instant): string {
  const day = instant.slice(0, 10);
  const hours = `${instant.slice(11, 16)} UTC`;
  return now.startsWith(day) ? hours : `${day} ${hours}`;
}
