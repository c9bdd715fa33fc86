import { expect, test } from 'vitest';
import { knownEnvironment } from '../../../src/decision/policies/known-environment.ts';
import { aRequest } from '../../support/builders.ts';
import { aQuestion } from '../question-builder.ts';

test('an environment of the file is known', () => {
  expect(knownEnvironment(aQuestion())).toEqual([]);
});

test.each(['gone', 'constructor'])('%s is none, and those that are are named', (environment) => {
  expect(knownEnvironment(aQuestion({ request: aRequest({ environment }) }))).toEqual([
    {
      code: 'unknown-environment',
      effect: 'deny',
      text: `${environment} is not an environment of sluice.yaml`,
      next: 'name one of dev, staging, production',
      source: 'sluice.yaml:2@0e0e0e0',
    },
  ]);
});
