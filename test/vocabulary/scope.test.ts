import { describe, expect, test } from 'vitest';
import { holdsFor, matchesName } from '../../src/vocabulary/scope.ts';

const file = { services: { named: { web: { squad: 'storefront' }, mail: {} } } };

describe('for which releases a line holds', () => {
  test.each([
    ['no limit', {}, 'web', 'dev', true],
    ['the environment', { environments: ['dev'] }, 'web', 'dev', true],
    ['another environment', { environments: ['production'] }, 'web', 'dev', false],
    ['a pattern of environments', { environments: ['prod-*'] }, 'web', 'prod-eu', true],
    ['the service', { services: ['mail', 'web'] }, 'web', 'dev', true],
    ['another service', { services: ['mail'] }, 'web', 'dev', false],
    ['its squad', { squads: ['storefront'] }, 'web', 'dev', true],
    ['a squad that it is not of', { squads: ['storefront'] }, 'mail', 'dev', false],
    ['a squad, for a service that nobody named', { squads: ['storefront'] }, 'constructor', 'dev', false],
    ['its squad in another environment', { squads: ['storefront'], environments: ['production'] }, 'web', 'dev', false],
    ['a service besides a squad', { squads: ['storefront'], services: ['mail'] }, 'mail', 'dev', true],
  ])('%s', (_title, line, service, environment, holds) => {
    expect(holdsFor(line, { service, environment }, file)).toBe(holds);
  });
});

describe('patterns of names', () => {
  test.each([
    ['web', 'web', true],
    ['web', 'web2', false],
    ['*', 'anything', true],
    ['pay-*', 'pay-api', true],
    ['pay-*', 'pay-', true],
    ['pay-*', 'repay-api', false],
    ['*-api', 'pay-api', true],
    ['*-api', 'pay-api-2', false],
    ['a*b*c', 'axxbxbxc', true],
    ['a*b*c', 'axxbxbx', false],
    ['prod-??', 'prod-eu', true],
    ['prod-??', 'prod-e', false],
  ])('%s and %s', (pattern, name, fits) => {
    expect(matchesName(pattern, name)).toBe(fits);
  });
});
