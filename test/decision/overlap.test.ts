import { describe, expect, test } from 'vitest';
import { placeOfBoth, serviceOfBoth } from '../../src/decision/overlap.ts';
import type { Limits } from '../../src/vocabulary/scope.ts';

const file = {
  environments: { dev: {}, production: {} },
  services: { named: { web: { squad: 'storefront' }, api: { squad: 'payment' } } },
};
const unnamed = { services: { named: {} } };

describe('a service that two lines speak of', () => {
  test.each<[Limits, Limits, string | null]>([
    [{}, {}, 'every service'],
    [{ services: ['web'] }, {}, 'web'],
    [{}, { services: ['a*'] }, 'api'],
    [{ squads: ['payment'] }, {}, 'api'],
    [{ squads: ['payment'] }, { services: ['w*'] }, null],
    [{ squads: ['payment'] }, { squads: ['payment'] }, 'api'],
    [{ squads: ['payment'] }, { services: ['web', 'api'] }, 'api'],
    [{ services: ['web'] }, { services: ['api'] }, null],
    [{ services: ['mail'] }, { services: ['m*'] }, 'mail'],
    [{ services: ['m*'] }, { services: ['*l'] }, null],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(serviceOfBoth(one, other, file)).toBe(expected);
    expect(serviceOfBoth(other, one, file)).toBe(expected);
  });

  test.each<[Limits, Limits, string | null]>([
    [{ services: ['pay-*', 'x'] }, {}, 'x'],
    [{ services: ['pay-*'] }, {}, 'every service like pay-*'],
    [{ services: ['*'] }, {}, 'every service like *'],
    [{ squads: ['payment'] }, {}, null],
    [{ services: ['pay-*'] }, { services: ['pay-*'] }, null],
  ])('where the file names none, %j and %j: %s', (one, other, expected) => {
    expect(serviceOfBoth(one, other, unnamed)).toBe(expected);
    expect(serviceOfBoth(other, one, unnamed)).toBe(expected);
  });
});

describe('a place that two lines speak of', () => {
  test.each<[Limits, Limits, string | null]>([
    [{}, {}, 'every service in dev'],
    [{ environments: ['production'] }, { environments: ['prod*'] }, 'every service in production'],
    [{ environments: ['production'] }, { environments: ['dev'] }, null],
    [{ environments: ['production'], services: ['web'] }, { services: ['api'] }, null],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(placeOfBoth(one, other, file)).toBe(expected);
  });
});
