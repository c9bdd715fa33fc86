import { describe, expect, test } from 'vitest';
import { type Given, givenSchema } from '../../../src/decision/offline/given.ts';
import { personOf, questionOf } from '../../../src/decision/offline/question-of.ts';
import { Refusal } from '../../../src/doors/errors.ts';
import { aReadFile, at, digest, noonMs, sluiceYaml } from '../../support/builders.ts';

const policy = aReadFile(sluiceYaml.replace('mia: { slack: UMIA }', 'mia: { slack: UMIA, email: mia@example.com }'));
const place = { service: 'web', environment: 'production' };
const ask = ({ request = {}, ...given }: Given = {}) =>
  questionOf(policy, { request: { ...place, ...request }, ...given });
const monthMs = 30 * 86_400_000;
const mia = { user: 'UMIA', name: 'mia', email: 'mia@example.com' };

test('what is not given is ordinary', () => {
  const { facts, ...question } = ask();
  const artifact = {
    service: 'web',
    version: '1.0.0',
    image: 'registry.example.com/web',
    branch: 'main',
    commit: 'c'.repeat(40),
    author: 'somebody',
    commits: [],
    builtAt: at(-3_600_000),
  };
  expect(question).toStrictEqual({
    request: {
      ...place,
      intent: 'release',
      wanted: { kind: 'default' },
      requester: personOf('ana', policy.file),
      at: at(),
      asked: { channel: 'offline' },
    },
    plan: {
      intent: 'release',
      artifact,
      from: null,
      lane: { repository: 'gitops', branch: 'main' },
      places: [],
      lines: [],
      commits: [],
      commitCount: 0,
      backwards: false,
      knownGood: false,
      head: '0'.repeat(40),
    },
    votes: [],
    now: at(),
  });
  expect(facts).toStrictEqual({
    policy,
    holds: [],
    healthy: new Map(),
    checked: {},
    members: new Map([['mia', ['UMIA']]]),
  });
});

describe('people', () => {
  test('of the file are who it says, others are made of their name', () => {
    expect(personOf('mia', policy.file)).toStrictEqual(mia);
    expect(personOf('ana', policy.file)).toStrictEqual({ user: 'UANA', name: 'ana' });
    expect(personOf('Ana', policy.file).user).toBe('UANA');
  });

  test('of two names are two', () => {
    const long = 'a'.repeat(30);
    const users = ['ana', 'bo', 'a.na', 'a-na', 'a_na', 'an', 'mia', 'constructor', long, `${long}b`, `${long}c`].map(
      (name) => personOf(name, policy.file).user,
    );
    expect(new Set(users).size).toBe(users.length);
  });

  test('are in the groups that are given', () => {
    const { members } = ask({ members: { '@platform': ['bo', 'mia'], '@ghosts': [] } }).facts;
    expect([...members]).toEqual([
      ['mia', ['UMIA']],
      ['@platform', [personOf('bo', policy.file).user, 'UMIA']],
      ['@ghosts', []],
    ]);
  });

  test('vote for exactly what is asked, to approve where nothing else is said', () => {
    const { votes } = ask({ votes: ['mia', { by: 'bo', vote: 'take-back' }], now: at(5) });
    const { bound } = votes[0] ?? {};
    expect(bound).toMatch(/^[0-9a-f]{64}$/);
    expect(votes).toStrictEqual([
      { person: mia, vote: 'approve', at: at(5), bound },
      { person: personOf('bo', policy.file), vote: 'take-back', at: at(5), bound },
    ]);
  });
});

describe('the request', () => {
  test('is what is given', () => {
    const request = {
      version: '1.4.2',
      intent: 'rollback' as const,
      by: 'mia',
      because: 'audit',
      ref: 'CHG1',
      override: ['checks'],
    };
    expect(ask({ request, now: at(5) }).request).toStrictEqual({
      ...place,
      intent: 'rollback',
      wanted: { kind: 'named', name: '1.4.2' },
      requester: mia,
      because: 'audit',
      ref: 'CHG1',
      override: ['checks'],
      at: at(5),
      asked: { channel: 'offline' },
    });
  });

  test.each<[string, Given, { readonly backwards: boolean; readonly knownGood: boolean }]>([
    ['a release', {}, { backwards: false, knownGood: false }],
    ['a release of what was good', { 'known-good': true }, { backwards: false, knownGood: false }],
    ['a rollback', { request: { intent: 'rollback' } }, { backwards: true, knownGood: true }],
    [
      'a rollback to what was never good',
      { request: { intent: 'rollback' }, 'known-good': false },
      { backwards: true, knownGood: false },
    ],
  ])('plans %s', (_title, given, expected) => {
    expect(ask(given).plan).toMatchObject({ ...expected, intent: given.request?.intent ?? 'release' });
  });

  test.each<[Given['running'], object | null]>([
    ['1.4.1', { version: '1.4.1' }],
    [null, null],
  ])('starts from what runs there: %s', (running, from) => {
    expect(ask({ running }).plan.from).toStrictEqual(from);
  });

  test.each<[string, Given]>([
    ['no service', { request: { environment: 'dev' } }],
    ['no environment', { request: { service: 'web' } }],
    ['nothing at all', {}],
  ])('needs a place: %s', (_title, given) => {
    expect(() => questionOf(policy, given)).toThrow(
      new Refusal(
        'request: expected a service and an environment; example: request: { service: web, environment: dev }',
      ),
    );
  });
});

describe('the artifact', () => {
  test('is what is given, with checks that have passed now and severities that have none', () => {
    const scanned = { name: 'scan', state: 'failed', at: at(-9) };
    const { plan, facts } = ask({
      request: { version: '1.4.2' },
      artifact: {
        branch: 'next',
        digest: digest(),
        commits: [{ sha: 'a1', title: 'Fix', author: 'Ana' }],
        checks: ['ci', scanned, { name: 'lint' }],
        vulnerabilities: { high: 3 },
      },
    });
    const checks = [{ name: 'ci', state: 'passed', at: at() }, scanned, { name: 'lint', state: 'passed', at: at() }];
    const vulnerabilities = { critical: 0, high: 3, medium: 0, low: 0, at: at() };
    expect(plan.artifact).toMatchObject({
      version: '1.4.2',
      branch: 'next',
      digest: digest(),
      checks,
      vulnerabilities,
    });
    expect(plan).toMatchObject({ commits: plan.artifact.commits, commitCount: 1 });
    expect(facts.checked).toStrictEqual({ checks, vulnerabilities });
  });

  test('is healthy where it is given, on every cluster for a month if nothing else is said', () => {
    const given: Given = {
      request: { version: '1.4.2' },
      artifact: { digest: digest() },
      healthy: {
        production: [
          '1.4.2',
          '1.4.1',
          { version: '1.4.0', for: '2h' },
          { version: '1.3.9', for: '2h', clusters: ['prod-eu'] },
        ],
        gone: ['1.4.2'],
      },
    };
    expect(ask(given).facts.healthy).toStrictEqual(
      new Map([
        [
          'production',
          [
            { version: '1.4.2', digest: digest(), clusters: { 'prod-eu': at(-monthMs), 'prod-us': at(-monthMs) } },
            { version: '1.4.1', clusters: { 'prod-eu': at(-monthMs), 'prod-us': at(-monthMs) } },
            { version: '1.4.0', clusters: { 'prod-eu': at(-7_200_000), 'prod-us': at(-7_200_000) } },
            { version: '1.3.9', clusters: { 'prod-eu': at(-7_200_000) } },
          ],
        ],
        ['gone', [{ version: '1.4.2', digest: digest(), clusters: {} }]],
      ]),
    );
  });
});

test('locks are what is given, by somebody for no reason if nothing else is said', () => {
  const { holds } = ask({ holds: [{}, { environment: 'dev', because: 'audit', by: 'mia', until: at(9) }] }).facts;
  const hold = { kind: 'hold', revision: 1, since: at(-3_600_000), state: { kind: 'active' } };
  expect(holds).toStrictEqual([
    { ...hold, id: 'hold-1', because: 'no reason given', by: personOf('somebody', policy.file) },
    { ...hold, id: 'hold-2', environment: 'dev', because: 'audit', by: mia, until: at(9) },
  ]);
});

describe('what does not fit is refused with its place', () => {
  test.each<[string, Given, string]>([
    ['a lock', { holds: [{}, { until: 'soon' }] }, 'holds: until: Invalid ISO datetime'],
    [
      'an artifact',
      { artifact: { digest: 7, checks: [{ name: 'ci', state: 'done' }] } },
      'artifact: digest: Invalid input: expected string, received number; checks.0.state: Invalid option: expected one of "passed"|"failed"|"pending"',
    ],
  ])('%s', (_title, given, message) => {
    expect(() => ask(given)).toThrow(new Refusal(message));
  });
});

describe('a moment', () => {
  test.each<[string, string | null]>([
    ['2026-11-24T12:00:00.000Z', at()],
    ['2026-11-24T12:00Z', at()],
    ['2026-11-24T12:00:00z', at()],
    ['2026-11-24T13:00:00+01:00', at()],
    ['2026-11-24T10:30:00-01:30', at()],
    ['2026-11-24T12:00:00', null],
    ['2026-11-24', null],
    ['noonZ', null],
    ['2026-11-24T13:00:00+01:00 or so', null],
  ])('%s', (text, expected) => {
    const parsed = givenSchema.safeParse({ now: text });
    expect(parsed.success ? parsed.data.now : null).toBe(expected);
    expect(noonMs).toBe(Date.parse(at()));
  });
});

test('how long a version has been healthy is a duration', () => {
  const given = (span: string) => ({ healthy: { dev: [{ version: '1.4.2', for: span }] } });
  expect(givenSchema.safeParse(given('2h')).success).toBe(true);
  expect(givenSchema.safeParse(given('soon')).success).toBe(false);
});
