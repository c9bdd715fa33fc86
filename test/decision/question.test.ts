import { expect, test } from 'vitest';
import { either, rolesToPass, usersOf } from '../../src/decision/question.ts';
import { ana, aRequest, bo, cy, someFacts } from '../support/builders.ts';
import { aQuestion, withPolicies } from './question-builder.ts';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a or b'],
  [['a', 'b', 'c', 'd'], 'a, b, c or d'],
])('%j are told as "%s"', (names, words) => {
  expect(either(names)).toBe(words);
});

test('users behind names are told once, and nobody is behind a name that is not known', () => {
  expect(usersOf(someFacts(), ['@platform', '@ghosts', '@storefront'])).toEqual([bo.user, cy.user, ana.user]);
});

test('roles to pass are those of lines of the kind that hold there, each once', () => {
  const policy = withPolicies(
    'kind: locks, override: [operator]',
    'kind: locks, services: [web], override: [approver, operator]',
    'kind: locks, services: [api], override: [releaser]',
    'kind: reference, pattern: x, override: [releaser]',
    'kind: reference, pattern: y',
  );
  const roles = (service: string, kind: Parameters<typeof rolesToPass>[1]) =>
    rolesToPass(aQuestion({ request: aRequest({ service }), facts: someFacts({ policy }) }), kind);
  expect(roles('web', 'locks')).toEqual(['operator', 'approver']);
  expect(roles('api', 'locks')).toEqual(['operator', 'releaser']);
  expect(roles('web', 'reference')).toEqual(['releaser']);
  expect(roles('web', 'checks')).toEqual([]);
});
