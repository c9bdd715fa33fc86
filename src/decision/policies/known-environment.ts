import { type PolicyCheck, sourceOf } from '../question.ts';

/** An environment that left `sluice.yaml` after the request has no rules any more, so nothing goes there. */
export const knownEnvironment: PolicyCheck = ({ request, facts }) =>
  Object.hasOwn(facts.policy.file.environments, request.environment)
    ? []
    : [
        {
          code: 'unknown-environment',
          effect: 'deny',
          text: `${request.environment} is not an environment of sluice.yaml`,
          next: `name one of ${Object.keys(facts.policy.file.environments).join(', ')}`,
          source: sourceOf(facts, ['environments']),
        },
      ];
