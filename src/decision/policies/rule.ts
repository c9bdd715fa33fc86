import { holdsFor, ownersOf } from '../../vocabulary/scope.ts';
import { either, isKnownGoodRollback, ofLine, type PolicyCheck } from '../question.ts';
import { namesWithRole } from '../roles.ts';
import { ruleInput } from '../rule-input.ts';
import { ruleOf } from '../rule-language.ts';

/** Every expression that holds here is true; one that cannot be evaluated is not. */
export const rule: PolicyCheck = (question) => {
  if (isKnownGoodRollback(question)) return [];
  const { request, facts } = question;
  const { file } = facts.policy;
  let input: ReturnType<typeof ruleInput> | null = null;
  return file.policies.flatMap((line, index) => {
    if (line.kind !== 'rule' || !holdsFor(line, request, file)) return [];
    input ??= ruleInput(question);
    const compiled = ruleOf(line.expression);
    const judged =
      compiled.kind === 'rule' ? compiled.judge(input) : ({ kind: 'failed', because: compiled.because } as const);
    if (judged.kind === 'holds') return [];
    const failed = judged.kind === 'failed' ? ` (the rule could not be evaluated: ${judged.because})` : '';
    const owners = ownersOf(file, request.service);
    const names = owners.length > 0 ? owners : namesWithRole(file, 'operator', request);
    const origin = ofLine(facts, line, index, 'expression');
    return [
      {
        code: 'rule-refused',
        effect: line.level === 'warn' ? 'warn' : 'deny',
        text: `${line.message}${failed}`,
        next: names.length > 0 ? `ask ${either(names)}` : `see the rule at ${origin.source}`,
        ...origin,
      },
    ];
  });
};
