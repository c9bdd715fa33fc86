import { isAutomatic } from '../../vocabulary/release.ts';
import { lets } from '../auto-release.ts';
import { type PolicyCheck, type Question, sourceOf } from '../question.ts';

/** What goes by itself never goes backwards, and leaves alone what somebody has rolled back. */
export const autoRelease: PolicyCheck = (question) => {
  const { request, plan, facts } = question;
  if (!isAutomatic(request) || request.intent === 'rollback' || plan.from === null) return [];
  const { service, environment } = request;
  const command = `\`/release ${service} ${environment} ${plan.artifact.version}\``;
  if (plan.backwards)
    return [
      {
        code: 'not-newer',
        effect: 'deny',
        text: `${service} ${plan.artifact.version} is older than ${plan.from.version}, which is in ${environment} already`,
        next: command,
        ...sourceOfLine(question),
      },
    ];
  // Somebody else may have written another version since; then nothing of the rollback is left.
  if (facts.rolledBackTo !== plan.from.version) return [];
  return [
    {
      code: 'rolled-back',
      effect: 'hold',
      text: `${environment} runs ${service} ${facts.rolledBackTo} since a rollback, so nothing goes there by itself`,
      next: `${command}, by a person`,
      ...sourceOfLine(question),
    },
  ];
};

/** Where the line stands that lets it go; where none does, authorization says so. */
function sourceOfLine({ request, plan, facts }: Question): { readonly source?: string } {
  const { file } = facts.policy;
  const index = file.policies.findIndex(
    (line) =>
      line.kind === 'auto-release' &&
      line.environment === request.environment &&
      lets(line, request.service, plan.artifact.branch, file),
  );
  return index === -1 ? {} : { source: sourceOf(facts, ['policies', index]) };
}
