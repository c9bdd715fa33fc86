import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decision/decide.ts';
import { reference } from '../../../src/decision/policies/reference.ts';
import { aPlan, aReadFile, aRequest, at, sluiceYaml, someFacts } from '../../support/builders.ts';

function aQuestion(ref: string | undefined, line = 'pattern: "^CHG[0-9]+$", example: CHG123') {
  const policy = aReadFile(`${sluiceYaml}  - { kind: reference, environments: [production], ${line} }\n`);
  const request = aRequest(ref === undefined ? {} : { ref });
  return { request, plan: aPlan(), votes: [], facts: someFacts({ policy }), now: at() };
}

describe('a reference', () => {
  test.each([
    ['CHG1', true],
    ['CHG', false],
    ['chg1', false],
    ['CHG1; rm', false],
    [undefined, false],
  ])('%s', (ref, allowed) => {
    expect(reference(aQuestion(ref))).toHaveLength(allowed ? 0 : 1);
  });

  test('says what is wanted and the command with it', () => {
    expect(reference(aQuestion('X'))[0]).toMatchObject({
      code: 'reference-missing',
      effect: 'deny',
      text: 'production takes releases with a ticket that matches ^CHG[0-9]+$; "X" does not',
      next: '`/release web production 1.4.2 ref CHG123`',
      source: 'sluice.yaml:17@0e0e0e0',
    });
  });

  test('is a warning beside the decision where its level says so', () => {
    const decision = decide(aQuestion(undefined, 'pattern: "^CHG", level: warn'));
    expect(decision.reasons.map(({ code }) => code)).toEqual(['approvals-missing']);
    expect(decision.warnings?.map(({ code }) => code)).toEqual(['reference-missing']);
  });
});
