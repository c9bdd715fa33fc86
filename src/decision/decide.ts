import type { Decision } from '../reasons.ts';
import { boundOf } from './bound.ts';
import { approvals, approvalsExpireAt } from './policies/approvals.ts';
import { authorization } from './policies/authorization.ts';
import { branchRestriction } from './policies/branch-restriction.ts';
import { checks } from './policies/checks.ts';
import { freezeWindow } from './policies/freeze-window.ts';
import { knownEnvironment } from './policies/known-environment.ts';
import { locks } from './policies/locks.ts';
import { promotionOrder } from './policies/promotion-order.ts';
import { reference } from './policies/reference.ts';
import { rule } from './policies/rule.ts';
import type { PolicyCheck, Question } from './question.ts';

/** In the order in which people read their reasons. */
const policies: readonly PolicyCheck[] = [
  knownEnvironment,
  authorization,
  branchRestriction,
  promotionOrder,
  checks,
  reference,
  rule,
  locks,
  freezeWindow,
  approvals,
];

/** Whether a release may go, with all reasons against it. Pure: the same question has the same answer. */
export function decide(question: Question): Decision {
  const all = policies.flatMap((policy) => policy(question));
  const reasons = all.filter(({ effect }) => effect !== 'warn');
  const warnings = all.filter(({ effect }) => effect === 'warn');
  const kind = reasons.some(({ effect }) => effect === 'deny') ? 'denied' : reasons.length > 0 ? 'held' : 'allowed';
  const expiresAt = kind === 'held' ? approvalsExpireAt(question) : undefined;
  return {
    kind,
    reasons,
    ...(warnings.length === 0 ? {} : { warnings }),
    policy: question.facts.policy.blob,
    bound: boundOf(question.request, question.plan, question.facts.policy.file),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
