import type { Decision, Reason } from '../vocabulary/reasons.ts';
import { isAutomatic } from '../vocabulary/release.ts';
import { hashOf, shownOf } from './bound.ts';
import { confirmationOf, partOverridden } from './override.ts';
import { approvalRecord, approvals, approvalsExpireAt, askedAt } from './policies/approvals.ts';
import { authorization } from './policies/authorization.ts';
import { autoRelease } from './policies/auto-release.ts';
import { branchRestriction } from './policies/branch-restriction.ts';
import { checks } from './policies/checks.ts';
import { freezeWindow } from './policies/freeze-window.ts';
import { knownEnvironment } from './policies/known-environment.ts';
import { locks } from './policies/locks.ts';
import { promotionOrder } from './policies/promotion-order.ts';
import { reference } from './policies/reference.ts';
import { rule } from './policies/rule.ts';
import { soak } from './policies/soak.ts';
import type { PolicyCheck, Question } from './question.ts';

/** In the order in which people read their reasons. */
const policies: readonly PolicyCheck[] = [
  knownEnvironment,
  authorization,
  branchRestriction,
  promotionOrder,
  soak,
  checks,
  reference,
  rule,
  autoRelease,
  locks,
  freezeWindow,
  approvals,
];

/** Whether a release may go, with all reasons against it. Pure: the same question has the same answer. */
export function decide(question: Question): Decision {
  const all = policies.flatMap((policy) => policy(question)).map((reason) => inTime(question, reason));
  const objections = all.filter(({ effect }) => effect !== 'warn');
  const { reasons: counting, overridden } = partOverridden(question, objections);
  const confirmation = confirmationOf(question, overridden);
  const reasons = [...counting, ...confirmation.reasons];
  const warnings = all.filter(({ effect }) => effect === 'warn');
  const kind = reasons.some(({ effect }) => effect === 'deny') ? 'denied' : reasons.length > 0 ? 'held' : 'allowed';
  const shown = shownOf(question.request, question.plan, question.facts.policy.file);
  const asked = askedAt(question);
  // What has no end sorts last.
  const ends = [approvalsExpireAt(question), confirmation.expiresAt].toSorted();
  const expiresAt = kind === 'held' ? ends[0] : undefined;
  return {
    kind,
    reasons,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(overridden.length === 0 ? {} : { overridden: [...overridden] }),
    ...(confirmation.confirmedBy.length === 0 ? {} : { confirmedBy: [...confirmation.confirmedBy] }),
    policy: question.facts.policy.blob,
    bound: hashOf(shown),
    shown,
    ...approvalRecord(question, confirmation.confirmedBy),
    ...(asked === undefined ? {} : { askedAt: asked }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Nobody is there to ask again later, so what goes by itself waits for what a person would be refused for today. */
function inTime({ request }: Question, reason: Reason): Reason {
  return isAutomatic(request) && reason.code === 'not-healthy-before' ? { ...reason, effect: 'hold' } : reason;
}
