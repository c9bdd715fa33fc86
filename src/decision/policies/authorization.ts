import { either, type PolicyCheck, sourceOf } from '../question.ts';
import { isAmong, namesWithRole } from '../roles.ts';

/** Denies by default: the requester needs a line of `roles` that makes them a releaser (or operator) here. */
export const authorization: PolicyCheck = ({ request, facts }) => {
  const { service, environment, requester } = request;
  const names = namesWithRole(facts.policy.file, 'releaser', { service, environment });
  if (isAmong(requester.user, names, facts.members)) return [];
  const deed = request.intent === 'rollback' ? `roll back ${service} in` : `release ${service} to`;
  return [
    {
      code: 'not-authorized',
      effect: 'deny',
      text: `@${requester.name} may not ${deed} ${environment}`,
      next:
        names.length > 0
          ? `ask ${either(names)}`
          : `nobody may: add { role: releaser, of: [...], environments: [${environment}] } to roles in sluice.yaml`,
      source: sourceOf(facts, ['roles']),
    },
  ];
};
