import { describe, expect, test } from 'vitest';
import { type ChangeQuestion, decideChange, judgeChange } from '../../src/decision/policy-change.ts';
import { Retryable } from '../../src/errors.ts';
import type { PolicyEdit } from '../../src/policy-change.ts';
import { ana, aReadFile, at, aVote, bo, cy, mia, sluiceYaml, someFacts, userId } from '../support/builders.ts';

const add = (line: object): PolicyEdit => ({
  kind: 'add',
  item: {},
  line: { kind: 'reference', pattern: 'x', ...line },
});
const toProduction = add({ environments: ['production'] });
const ask = (over: Partial<ChangeQuestion> = {}) =>
  decideChange({
    edit: toProduction,
    by: mia,
    at: at(),
    votes: [],
    policy: aReadFile(),
    members: someFacts().members,
    ...over,
  });
const codes = (over: Partial<ChangeQuestion>) => ask(over).reasons.map(({ code }) => code);

describe('who may ask for a change of the policies', () => {
  const roles = (lines: string) => aReadFile(sluiceYaml.replace('  - { role: operator, of: [mia] }\n', lines));
  test.each<[string, string, object, boolean]>([
    ['an operator of everything', '  - { role: operator, of: [mia] }\n', {}, true],
    [
      'an operator of the environment',
      '  - { role: operator, of: [mia], environments: [dev] }\n',
      { environments: ['dev'] },
      true,
    ],
    [
      'not of another one',
      '  - { role: operator, of: [mia], environments: [dev] }\n',
      { environments: ['dev', 'staging'] },
      false,
    ],
    ['not of one environment for all of them', '  - { role: operator, of: [mia], environments: [dev] }\n', {}, false],
    [
      'an operator of the service',
      '  - { role: operator, of: [mia], services: [web] }\n',
      { environments: ['dev'], services: ['web'] },
      true,
    ],
    [
      'not of one service for a pattern of them',
      '  - { role: operator, of: [mia], services: [web] }\n',
      { environments: ['dev'], services: ['web*'] },
      false,
    ],
    ['no releaser', '  - { role: releaser, of: [mia] }\n', { environments: ['dev'] }, false],
  ])('%s', (_, lines, line, may) => {
    expect(codes({ policy: roles(lines), edit: add(line) }).includes('not-authorized')).toBe(!may);
  });

  test('where owners are named, one of them and nobody else', () => {
    const policy = aReadFile(`${sluiceYaml}policy-owners: ["@platform"]\n`);
    expect(codes({ policy, edit: add({ environments: ['dev'] }) })).toEqual(['not-authorized']);
    expect(codes({ policy, by: bo, edit: add({ environments: ['dev'] }) })).toEqual([]);
  });
});

describe('whoever guards a place guards its policies', () => {
  const { bound } = ask();
  const vote = (person = bo) => aVote(person, { bound });

  test.each<[string, object, boolean]>([
    ['the place itself', { environments: ['production'] }, true],
    ['everything', {}, true],
    ['a pattern that fits it', { environments: ['prod*'] }, true],
    ['one environment of its own', { kind: 'auto-release', environment: 'dev' }, false],
    ['another place', { environments: ['dev', 'staging'] }, false],
  ])('%s', (_, line, guarded) => {
    expect(codes({ edit: add(line) })).toEqual(guarded ? ['approvals-missing'] : []);
  });

  test('also the approvals themselves: nobody takes them out alone', () => {
    const [, line] = aReadFile().file.policies;
    const edit: PolicyEdit = { kind: 'remove', id: 'approvals-f4c9', line: { ...line, kind: 'approvals' } as never };
    expect(ask({ edit })).toMatchObject({
      kind: 'held',
      reasons: [{ demand: { count: 2, may: [bo.user, cy.user, ana.user] } }],
    });
  });

  test('services that the line is not about are not guarded here', () => {
    const text = sluiceYaml.replace('count: 2,', 'count: 2, services: [web],');
    const services = (names: string[]) =>
      codes({ policy: aReadFile(text), edit: add({ environments: ['production'], services: names }) });
    expect(services(['web'])).toEqual(['approvals-missing']);
    expect(services(['api'])).toEqual([]);
    expect(services(['w*'])).toEqual(['approvals-missing']);
  });

  test('a warning guards nothing', () => {
    expect(codes({ policy: aReadFile(sluiceYaml.replace('count: 2,', 'count: 2, level: warn,')) })).toEqual([]);
  });

  test.each<[string, Parameters<typeof ask>[0], string]>([
    ['two of them let it go', { votes: [vote(bo), vote(cy)] }, 'allowed'],
    ['one is not enough', { votes: [vote(bo)] }, 'held'],
    ['one twice is one', { votes: [vote(bo), vote({ ...cy, email: bo.email })] }, 'held'],
    ['a vote for another change does not count', { votes: [vote(bo), aVote(cy)] }, 'held'],
    [
      'nobody votes for their own',
      { by: bo, votes: [vote(bo), vote(cy)], policy: aReadFile(sluiceYaml.replace('of: [mia]', 'of: ["@platform"]')) },
      'held',
    ],
    ['strangers do not count', { votes: [vote(bo), vote(mia), vote({ user: userId('UOLU'), name: 'olu' })] }, 'held'],
  ])('%s', (_, over, kind) => {
    expect(ask(over).kind).toBe(kind);
  });

  test('the request expires as a release would', () => {
    expect(ask()).toMatchObject({ kind: 'held', expiresAt: at(4 * 3_600_000) });
  });

  test('a vote is void when the change or those who guard it are others', () => {
    expect(ask({ edit: add({ environments: ['production'], pattern: 'y' }) }).bound).not.toBe(bound);
    expect(ask({ policy: aReadFile(sluiceYaml.replace('count: 2', 'count: 1')) }).bound).not.toBe(bound);
    expect(
      ask({ policy: aReadFile(`${sluiceYaml}  - { kind: reference, environments: [dev], pattern: x }\n`) }).bound,
    ).toBe(bound);
  });
});

describe('nothing is decided by what cannot be read', () => {
  const change = { edit: toProduction, by: mia, at: at(), votes: [] };
  test.each([
    [
      'a file that does not count',
      { snapshot: async () => ({ kind: 'unreadable' as const, because: 'no route' }) },
      'sluice.yaml cannot be read: no route',
    ],
    [
      'a group that nobody can tell',
      { membersOf: () => Promise.reject(new Retryable('Slack is away')) },
      'nobody can tell who is in @platform now: Slack is away',
    ],
  ])('%s', async (_, over, because) => {
    const ports = { snapshot: async () => aReadFile(), membersOf: async () => [], ...over };
    expect(await judgeChange({ ...ports, person: async () => null }, change, true)).toEqual({
      kind: 'unknown',
      because,
    });
  });
});
