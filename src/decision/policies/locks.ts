import type { Hold, Request } from '../../release.ts';
import { epochMsOf, type Instant } from '../../time.ts';
import { either, isKnownGoodRollback, type PolicyCheck, type Question } from '../question.ts';
import { isAmong, namesWithRole } from '../roles.ts';

/** Every lock on the service, the environment or both stops the release until it ends. */
export const locks: PolicyCheck = (question) => {
  const { request, facts, now } = question;
  const operators = namesWithRole(facts.policy.file, 'operator', request);
  const mayPass = isKnownGoodRollback(question) && isAmong(request.requester.user, operators, facts.members);
  if (mayPass) return [];
  return facts.holds
    .filter((hold) => stops(hold, question))
    .map((hold) => {
      const subject = [hold.service, hold.environment].filter((part) => part !== undefined);
      const until = hold.until === undefined ? '' : ` until ${clockTime(hold.until, now)}`;
      const who = [`@${hold.by.name}`, operators.length === 0 ? 'an operator' : `an operator (${either(operators)})`];
      return {
        code: 'locked',
        effect: 'hold',
        text: `${subject.join(' in ')} is locked by @${hold.by.name} (${hold.because})${until}`,
        next: `\`/release unlock ${subject.join(' ')}\`, by ${either(who)}`,
      };
    });
};

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
  const [day = '', time = ''] = instant.split('T');
  const hours = `${time.slice(0, 5)} UTC`;
  return now.startsWith(day) ? hours : `${day} ${hours}`;
}
