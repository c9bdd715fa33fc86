import { matchesPattern } from '../../doors/linear-pattern.ts';
import { holdsFor } from '../../vocabulary/scope.ts';
import { isKnownGoodRollback, ofLine, type PolicyCheck } from '../question.ts';

/** The request names a ticket, and the ticket matches every pattern that holds here. */
export const reference: PolicyCheck = (question) => {
  const { request, plan, facts } = question;
  if (isKnownGoodRollback(question)) return [];
  return facts.policy.file.policies.flatMap((policy, index) => {
    if (policy.kind !== 'reference' || !holdsFor(policy, request, facts.policy.file)) return [];
    if (request.ref !== undefined && matchesPattern(policy.pattern, request.ref)) return [];
    const given = request.ref === undefined ? 'none is named' : `"${request.ref}" does not`;
    const again = `/${request.intent} ${request.service} ${request.environment} ${plan.artifact.version}`;
    return [
      {
        code: 'reference-missing',
        effect: policy.level === 'warn' ? 'warn' : 'deny',
        text: `${request.environment} takes releases with a ticket that matches ${policy.pattern}; ${given}`,
        next: `\`${again} ref ${policy.example ?? 'TICKET'}\``,
        ...ofLine(facts, policy, index, 'pattern'),
      },
    ];
  });
};
