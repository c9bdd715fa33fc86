import { expect, test } from 'vitest';
import { type People, samePerson } from '../../src/decision/identity.ts';
import { userId } from '../support/builders.ts';

const account = (id: string, email?: string) => ({ user: userId(id), ...(email === undefined ? {} : { email }) });
const people: People = {
  lee: { slack: userId('ULEE'), email: 'lee@home.test' },
  two: { slack: userId('UTWO'), email: 'Lee@work.test' },
  three: { slack: userId('UTWO'), email: 'lee@home.test' },
  nameless: { slack: userId('UNEW') },
};

test.each<[string, ReturnType<typeof account>, ReturnType<typeof account>, boolean]>([
  ['one account', account('UANA'), account('UANA'), true],
  ['two accounts', account('UANA'), account('UBO'), false],
  ['one address in two cases', account('UANA', 'ana@example.com'), account('UBO', 'ANA@example.com'), true],
  ['two addresses', account('UANA', 'ana@example.com'), account('UBO', 'bo@example.com'), false],
  ['two empty addresses', account('UANA', ''), account('UBO', ''), false],
  ['an account and an address that people joins', account('ULEE'), account('UBO', 'lee@home.test'), true],
  ['two accounts that people joins in two steps', account('ULEE'), account('UBO', 'lee@work.test'), true],
  ['two entries of people with nothing in common', account('ULEE'), account('UNEW'), false],
])('%s: the same person?', (_title, one, other, expected) => {
  expect(samePerson(one, other, people)).toBe(expected);
  expect(samePerson(other, one, people)).toBe(expected);
});
