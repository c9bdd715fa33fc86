import { matchesPattern } from '../../doors/linear-pattern.ts';
import { holdsFor } from '../../vocabulary/scope.ts';
import { isKnownGoodRollback, ofLine, type PolicyCheck } from '../question.ts';

/** The artifact's branch must match every pattern that holds here; anchored as written. */
export const branchRestriction: PolicyCheck = (question) => {
  const { request, plan, facts } = question;
  if (isKnownGoodRollback(question)) return [];
  return facts.policy.file.policies.flatMap((policy, index) => {
    if (policy.kind !== 'branch-restriction' || !holdsFor(policy, request, facts.policy.file)) return [];
    if (matchesPattern(policy.branches, plan.artifact.branch)) return [];
    return [
      {
        code: 'branch-not-allowed',
        effect: policy.level === 'warn' ? 'warn' : 'deny',
        text: `${request.service} ${plan.artifact.version} was built from ${plan.artifact.branch}; ${request.environment} takes branches that match ${policy.branches}`,
        next: `\`/release artifacts ${request.service}\` shows what was built from which branch`,
        ...ofLine(facts, policy, index, 'branches'),
      },
    ];
  });
};
