import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decision/decide.ts';
import { reference } from '../../../src/decision/policies/reference.ts';
import { aPlan, aRequest, someFacts } from '../../support/builders.ts';
import { aQuestion, withPolicies } from '../question-builder.ts';

function ask(ref: string | undefined, line = 'pattern: "^CHG[0-9]+$", example: CHG123') {
  const policy = withPolicies(`kind: reference, environments: [production], ${line}`);
  return aQuestion({ request: aRequest(ref === undefined ? {} : { ref }), facts: someFacts({ policy }) });
}

describe('a reference', () => {
  test.each([
    ['CHG1', true],
    ['CHG', false],
    ['chg1', false],
    ['CHG1; rm', false],
    [undefined, false],
  ])('%s', (ref, allowed) => {
    expect(reference(ask(ref))).toHaveLength(allowed ? 0 : 1);
  });

  test('says what is wanted and the command with it', () => {
    expect(reference(ask('X'))[0]).toMatchObject({
      code: 'reference-missing',
      effect: 'deny',
      text: 'production takes releases with a ticket that matches ^CHG[0-9]+$; "X" does not',
      next: '`/release web production 1.4.2 ref CHG123`',
      source: 'sluice.yaml:17@0e0e0e0',
    });
  });

  test('is asked for by a word where the line shows no example', () => {
    const [reason] = reference(ask(undefined, 'pattern: "^CHG"'));
    expect(reason).toMatchObject({
      text: 'production takes releases with a ticket that matches ^CHG; none is named',
      next: '`/release web production 1.4.2 ref TICKET`',
    });
  });

  test('is not asked of a rollback to what was healthy here, but of any other', () => {
    const request = aRequest({ intent: 'rollback' });
    const plan = aPlan({ intent: 'rollback', knownGood: true });
    expect(reference({ ...ask(undefined), request, plan })).toEqual([]);
    expect(reference({ ...ask(undefined), request })).toHaveLength(1);
  });

  test('is a warning beside the decision where its level says so', () => {
    const decision = decide(ask(undefined, 'pattern: "^CHG", level: warn'));
    expect(decision.reasons.map(({ code }) => code)).toEqual(['approvals-missing']);
    expect(decision.warnings?.map(({ code }) => code)).toEqual(['reference-missing']);
  });
});
