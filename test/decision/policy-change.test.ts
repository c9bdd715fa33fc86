import { describe, expect, test } from 'vitest';
import { type ChangeQuestion, decideChange, judgeChange } from '../../src/decision/policy-change.ts';
import { either } from '../../src/decision/question.ts';
import { Retryable } from '../../src/doors/errors.ts';
import type { PolicyEdit } from '../../src/vocabulary/policy-change.ts';
import { ana, aReadFile, at, aVote, bo, cy, mia, sha, sluiceYaml, someFacts, userId } from '../support/builders.ts';

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
    [
      'an operator of all of several environments',
      '  - { role: operator, of: [mia], environments: [dev, staging] }\n',
      { environments: ['dev', 'staging'] },
      true,
    ],
    [
      'an operator of environments that come to be many, by a pattern',
      '  - { role: operator, of: [mia], environments: ["*"] }\n',
      { environments: ['d*'] },
      true,
    ],
    ['nobody for what is nowhere', '  - { role: operator, of: [mia] }\n', { environments: ['mars'] }, false],
    [
      'an operator of each of the services',
      '  - { role: operator, of: [mia], services: [web, api] }\n',
      { environments: ['dev'], services: ['web', 'api'] },
      true,
    ],
    [
      'not of one of them alone',
      '  - { role: operator, of: [mia], services: [web] }\n',
      { environments: ['dev'], services: ['web', 'api'] },
      false,
    ],
    [
      'not of services for one and a pattern',
      '  - { role: operator, of: [mia], services: [web] }\n',
      { environments: ['dev'], services: ['web', 'w*'] },
      false,
    ],
    [
      'not of services for these and a squad',
      '  - { role: operator, of: [mia], services: [web] }\n',
      { environments: ['dev'], services: ['web'], squads: ['storefront'] },
      false,
    ],
    [
      'not of services by a pattern for that pattern, as others may come to fit it',
      '  - { role: operator, of: [mia], services: ["w*"] }\n',
      { environments: ['dev'], services: ['w*'] },
      false,
    ],
    ['no releaser', '  - { role: releaser, of: [mia] }\n', { environments: ['dev'] }, false],
  ])('%s', (_, lines, line, may) => {
    expect(codes({ policy: roles(lines), edit: add(line) }).includes('not-authorized')).toBe(!may);
  });

  test('says whom to ask, and denies', () => {
    const refused = { code: 'not-authorized', effect: 'deny', text: '@ana may not change this policy' };
    const edit = add({ environments: ['dev'] });
    expect(ask({ by: ana, edit })).toMatchObject({ kind: 'denied', reasons: [{ ...refused, next: 'ask mia' }] });
    expect(ask({ by: ana, edit, policy: roles('') }).reasons).toEqual([
      { ...refused, next: 'nobody is an operator of all that it is about' },
    ]);
    expect(ask({ by: ana }).kind).toBe('denied');
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

  test('says who is asked, who has voted and who may, and where that stands', () => {
    expect(ask({ votes: [vote(bo)] })).toStrictEqual({
      kind: 'held',
      reasons: [
        {
          code: 'approvals-missing',
          effect: 'hold',
          text: 'needs 2 approvals from @platform or @storefront, as a release there does',
          source: 'sluice.yaml:16@0e0e0e0',
          demand: { from: ['@platform', '@storefront'], count: 2, have: [bo.user], may: [bo.user, cy.user, ana.user] },
        },
      ],
      bound,
      expiresAt: at(4 * 3_600_000),
    });
    expect(ask({ votes: [vote(bo), vote(cy)] })).toStrictEqual({ kind: 'allowed', reasons: [], bound });
  });

  test.each<[string, string, readonly string[]]>([
    ['one of a group', 'from: ["@platform"], count: 1', ['@platform']],
    ['one of a group that nobody is in', 'from: ["@ghosts"], count: 1', ['@ghosts']],
    ['one with the role approver there', 'count: 1', ['@approvers', '@anywhere']],
    [
      'one with the role for the services of the line',
      'services: [web], count: 1',
      ['@approvers', '@web', '@anywhere'],
    ],
  ])('asks for %s', (_, settings, from) => {
    const approvers = [
      ['@approvers', 'environments: [production]'],
      ['@web', 'services: [web], environments: [production]'],
      ['@dev', 'environments: [dev]'],
      ['@anywhere', 'environments: ["*"]'],
    ].map(([name, limits]) => `  - { role: approver, of: ["${name}"], ${limits} }\n`);
    const text = sluiceYaml
      .replace('policies:', `${approvers.join('')}policies:`)
      .replace('from: ["@platform", "@storefront"], count: 2, within: 4h', settings);
    const [reason] = ask({ policy: aReadFile(text) }).reasons;
    expect(reason?.demand?.from).toEqual(from);
    expect(reason?.text).toBe(`needs 1 approval from ${either(from)}, as a release there does`);
  });

  test('asks for an approver where the file names none', () => {
    const policy = aReadFile(
      sluiceYaml.replace('from: ["@platform", "@storefront"], count: 2, within: 4h', 'count: 1'),
    );
    const decision = ask({ policy });
    expect(decision.reasons[0]?.text).toBe('needs 1 approval from an approver, as a release there does');
    expect(decision).not.toHaveProperty('expiresAt');
  });

  test('who asks for it is not asked, by none of their accounts', () => {
    const two = sluiceYaml
      .replace('mia: { slack: UMIA }', 'mia: { slack: UMIA }\n  bo: { slack: UBO, email: bo@home.test }')
      .replace('["@platform", "@storefront"]', '["@platform"]')
      .replace('of: [mia]', 'of: [mia, bo]');
    const by = { ...mia, email: 'bo@home.test' };
    expect(ask({ by, policy: aReadFile(two) }).reasons[0]?.demand?.may).toEqual([cy.user]);
  });

  test.each<[string, object, boolean]>([
    ['a list that meets it', { services: ['web'] }, true],
    ['a pattern that meets it', { services: ['w*'] }, true],
    ['another list', { services: ['api'] }, false],
    ['a pattern where a list is', { services: ['mail-*'] }, false],
    ['another squad', { squads: ['payment'] }, false],
  ])('of web alone, with %s, where any folder may be a service', (_, limits, guarded) => {
    const text = sluiceYaml
      .replace('people:', '  api: { squad: payment }\npeople:')
      .replace('count: 2,', `count: 2, services: [web],`);
    expect(codes({ policy: aReadFile(text), edit: add({ environments: ['production'], ...limits }) })).toEqual(
      guarded ? ['approvals-missing'] : [],
    );
  });

  test.each<[string, object, boolean]>([
    ['another pattern', { services: ['mail-*'] }, true],
    ['a pattern and a name', { services: ['mail', 'mail-*'] }, true],
    ['a squad', { squads: ['payment'] }, true],
    ['a squad besides a name', { services: ['mail'], squads: ['payment'] }, true],
    ['no limit', {}, true],
    ['plain names', { services: ['mail'] }, false],
  ])('of a pattern, with %s, may meet where any folder may be a service', (_, limits, guarded) => {
    const edit = add({ environments: ['production'], ...limits });
    const of = (text: string) =>
      codes({ policy: aReadFile(text.replace('count: 2,', 'count: 2, services: ["pay-*"],')), edit });
    const named = sluiceYaml
      .replace('  discover: apps/{environment}/{service}\n', '')
      .replace(
        'owners: ["@storefront"] }',
        'folder: "apps/{environment}/web" }\n  pay-in: { squad: pay, folder: "apps/{environment}/pay-in" }\n  mail: { squad: payment, folder: "apps/{environment}/mail" }',
      );
    expect(of(sluiceYaml)).toEqual(guarded ? ['approvals-missing'] : []);
    // Where all services are named it is known.
    expect(of(named)).toEqual(Object.keys(limits).length === 0 ? ['approvals-missing'] : []);
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
    ['one who rejects is none', { votes: [vote(bo), { ...vote(cy), vote: 'reject' }] }, 'held'],
    ['one who took it back is none', { votes: [vote(bo), vote(cy), { ...vote(cy), vote: 'take-back' }] }, 'held'],
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

  test('the request expires as a release would, with the first of those who are asked', () => {
    expect(ask()).toMatchObject({ kind: 'held', expiresAt: at(4 * 3_600_000) });
    const more = '  - { kind: approvals, from: ["@security"], within: 2h }\n  - { kind: approvals, from: [mia] }\n';
    expect(ask({ policy: aReadFile(sluiceYaml + more) })).toMatchObject({ expiresAt: at(2 * 3_600_000) });
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
      'a file that cannot be read',
      { snapshot: () => Promise.reject(new Retryable('no key')) },
      'sluice.yaml cannot be read: no key',
    ],
    [
      'a file that is not valid',
      {
        snapshot: async () => ({
          kind: 'invalid' as const,
          problems: [{ file: 'sluice.yaml', line: 8, column: 3, message: 'services: is missing' }],
        }),
      },
      'sluice.yaml line 8: services: is missing',
    ],
    [
      'a file that nobody signed',
      {
        snapshot: async () => ({
          kind: 'unsigned' as const,
          commit: sha(),
          because: 'sluice.yaml was changed by Eve',
          next: 'sign it',
          lastGood: aReadFile(),
        }),
      },
      'sluice.yaml was changed by Eve',
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

  test('with all of that it is decided, by those who are still here', async () => {
    const left = new Set<string>();
    const ports = {
      snapshot: async (fresh: boolean) =>
        fresh ? aReadFile() : { kind: 'unreadable' as const, because: 'not fetched' },
      membersOf: async (name: string) => someFacts().members.get(name) ?? [],
      person: async (user: string) => (left.has(user) ? null : bo),
    };
    const { bound } = ask();
    const voted = { ...change, votes: [bo, cy].map((person) => aVote(person, { bound })) };
    const judged = () => judgeChange(ports, voted, true);
    expect(await judged()).toEqual({
      kind: 'judged',
      decision: { kind: 'allowed', reasons: [], bound },
      policy: aReadFile(),
    });
    expect(await judgeChange(ports, voted, false)).toMatchObject({ kind: 'unknown' });
    left.add(cy.user);
    expect(await judged()).toMatchObject({ decision: { kind: 'held' } });
    left.clear();
    left.add(mia.user);
    expect(await judged()).toMatchObject({ decision: { kind: 'denied' } });
  });
});
