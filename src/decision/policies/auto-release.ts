import { isAutomatic } from '../../release.ts';
import { type PolicyCheck, sourceOf } from '../question.ts';

/** What goes by itself never goes backwards, and leaves alone what somebody has rolled back. */
export const autoRelease: PolicyCheck = ({ request, plan, facts }) => {
  if (!isAutomatic(request) || request.intent === 'rollback') return [];
  const { service, environment } = request;
  const index = facts.policy.file.policies.findIndex(({ kind }) => kind === 'auto-release');
  const source = index === -1 ? {} : { source: sourceOf(facts, ['policies', index]) };
  if (plan.backwards)
    return [
      {
        code: 'not-newer',
        effect: 'deny',
        text: `${service} ${plan.artifact.version} is older than ${plan.from?.version ?? 'what'}, which is in ${environment} already`,
        next: `\`/release ${service} ${environment} ${plan.artifact.version}\``,
        ...source,
      },
    ];
  // Somebody else may have written another version since; then nothing of the rollback is left.
  if (facts.rolledBackTo === undefined || facts.rolledBackTo !== plan.from?.version) return [];
  return [
    {
      code: 'rolled-back',
      effect: 'hold',
      text: `${environment} runs ${service} ${facts.rolledBackTo} since a rollback, so nothing goes there by itself`,
      next: `\`/release ${service} ${environment} ${plan.artifact.version}\`, by a person`,
      ...source,
    },
  ];
};
