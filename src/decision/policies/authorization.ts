import type { Reason } from '../../vocabulary/reasons.ts';
import { isAutomatic } from '../../vocabulary/release.ts';
import { autoReleaseTargets } from '../auto-release.ts';
import { rollsBack } from '../on-failure.ts';
import { either, type PolicyCheck, type Question, sourceOf } from '../question.ts';
import { isAmong, namesWithRole } from '../roles.ts';

/** Denies by default: the requester needs a line of `roles` that makes them a releaser (or operator) here. */
export const authorization: PolicyCheck = (question) => {
  const { request, facts } = question;
  if (isAutomatic(request)) return unlessLineLets(question);
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

/** What goes by itself goes by a line of `sluice.yaml`, and no longer than that stands there. */
function unlessLineLets({ request, plan, facts }: Question): readonly Reason[] {
  const { service, environment } = request;
  if (request.intent === 'rollback') return unlessFailureLets({ request, facts });
  const { branch } = plan.artifact;
  if (autoReleaseTargets(facts.policy.file, { service, branch }).some((target) => target.environment === environment))
    return [];
  return [
    {
      code: 'not-authorized',
      effect: 'deny',
      text: `no line lets ${branch} of ${service} go to ${environment} by itself`,
      next: `\`/release ${service} ${environment} ${plan.artifact.version}\``,
      source: sourceOf(facts, ['policies']),
    },
  ];
}

/** The same for what is rolled back by itself. */
function unlessFailureLets({ request, facts }: Pick<Question, 'request' | 'facts'>): readonly Reason[] {
  const { service, environment } = request;
  if (rollsBack(facts.policy.file, { service, environment })) return [];
  return [
    {
      code: 'not-authorized',
      effect: 'deny',
      text: `no line lets a failed release of ${service} in ${environment} be rolled back by itself`,
      next: `\`/rollback ${service} ${environment}\``,
      source: sourceOf(facts, ['policies']),
    },
  ];
}
