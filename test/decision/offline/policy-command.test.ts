import { describe, expect, test } from 'vitest';
import { policyUsage, runPolicyCommand, type Terminal } from '../../../src/decision/offline/policy-command.ts';
import type { Recorded } from '../../../src/decision/offline/recorded.ts';
import { Refusal } from '../../../src/doors/errors.ts';
import type { Release } from '../../../src/vocabulary/release.ts';
import {
  aDecision,
  aHealthyRecord,
  aHold,
  anArtifact,
  aPlan,
  aRelease,
  at,
  noonMs,
  releaseId,
  sha,
  sluiceYaml,
} from '../../support/builders.ts';

const reference = '  - { kind: reference, environments: [dev], pattern: "^CHG" }\n';
const stale = '  - { kind: freeze-window, from: "2026-01-01", to: "2026-01-03", timezone: UTC }\n';
const broken = sluiceYaml.replace('count: 2', 'count: none');
const oneCase = (expected: string) =>
  `cases: [{ name: web goes to dev, request: { service: web, environment: dev, by: mia }, expect: ${expected} }]\n`;

const log = [
  { at: at(-100 * 86_400_000), record: release(1) },
  { at: at(-10 * 86_400_000), record: release(2) },
  { at: at(-1), record: release(3) },
  { at: at(-1), record: { kind: 'notice' } },
];

function release(number: number): Release {
  return aRelease({
    id: releaseId(number),
    request: { environment: 'dev' },
    plan: aPlan(),
    decision: aDecision(),
    state: { kind: 'written', commit: sha('aa') },
  });
}

/** What a terminal shows after a command, with the exit code. */
async function run(
  words: string,
  files: Readonly<Record<string, string>> = {},
  record: Recorded | null = null,
  options: Parameters<typeof runPolicyCommand>[1] = {},
) {
  const printed: string[] = [];
  const terminal: Terminal = {
    print: (text) => printed.push(text),
    readText: (path) => {
      const text = files[path.replace(`${process.cwd()}/`, '')];
      if (text === undefined) throw new Refusal(`${path} cannot be read.`);
      return text;
    },
    nowMs: noonMs,
    record,
  };
  const code = await runPolicyCommand(
    words.split(' ').filter((word) => word !== ''),
    options,
    terminal,
  );
  return { code, text: printed.join('\n') };
}

/** A Redis that knows web 1.4.2 of a hotfix, healthy in staging, and a lock on production. */
const record = (over: Partial<Recorded> = {}): Recorded => ({
  log: async function* () {
    yield* log;
  },
  policyText: async () => null,
  artifact: async (_service, version) => (version === '1.4.2' ? anArtifact({ branch: 'hotfix/1' }) : null),
  holds: async () => [aHold()],
  healthy: async (service, environment) =>
    service === 'web' && environment === 'staging' ? [aHealthyRecord(['staging'])] : [],
  ...over,
});

describe('policy', () => {
  test.each([
    ['', 'policy takes check, test, explain or replay.'],
    ['chek', 'policy takes check, test, explain or replay, not "chek".'],
  ])('"%s" shows what there is', async (words, first) => {
    const usage = policyUsage.map((line) => `  npm start -- ${line}`).join('\n');
    await expect(run(words)).rejects.toThrow(new Refusal(`${first}\n\n${usage}`));
  });

  test.each([
    ['check', 'policy check needs a file: npm start -- policy check sluice.yaml'],
    ['test', 'policy test needs one file of cases: npm start -- policy test sluice.cases.yaml'],
    ['test one two', 'policy test needs one file of cases: npm start -- policy test sluice.cases.yaml'],
    [
      'explain web dev',
      'policy explain needs a service, an environment and a version: npm start -- policy explain web production 1.4.2',
    ],
    [
      'explain',
      'policy explain needs a service, an environment and a version: npm start -- policy explain web production 1.4.2',
    ],
    [
      'explain web',
      'policy explain needs a service, an environment and a version: npm start -- policy explain web production 1.4.2',
    ],
    [
      'explain web dev 1.4.2 now',
      'policy explain needs a service, an environment and a version: npm start -- policy explain web production 1.4.2',
    ],
    ['replay', 'policy replay needs a log: --log FILE (made by npm start -- log), or REDIS_URL.'],
  ])('%s says how it is called', async (words, message) => {
    await expect(run(words, { 'sluice.yaml': sluiceYaml })).rejects.toThrow(new Refusal(message));
  });
});

describe('policy check', () => {
  test('counts what a valid file has, and notes what can never matter', async () => {
    expect(await run('check a.yaml b.yaml', { 'a.yaml': sluiceYaml, 'b.yaml': sluiceYaml + stale })).toEqual({
      code: 0,
      text: `a.yaml: valid, 2 policies, 2 lines of roles
b.yaml:17: note: this window is over since 2026-01-03; it can be taken out
b.yaml: valid, 3 policies, 2 lines of roles`,
    });
  });

  test('says what is wrong, goes on with the next file, and fails', async () => {
    const { code, text } = await run('check a.yaml b.yaml', { 'a.yaml': broken, 'b.yaml': sluiceYaml });
    expect(code).toBe(1);
    expect((await run('check b.yaml a.yaml', { 'a.yaml': broken, 'b.yaml': sluiceYaml })).code).toBe(1);
    expect(text).toMatch(/^a\.yaml:16:\d+: policies\.1\.count: .*\nb\.yaml: valid, 2 policies, 2 lines of roles$/);
  });
});

describe('policy test', () => {
  test.each<[string, string, number, string]>([
    ['as expected', oneCase('allowed'), 0, 'All 1 as expected.'],
    ['otherwise', oneCase('held'), 1, '1 of 1 went otherwise.'],
  ])('where it goes %s', async (_title, cases, code, last) => {
    const result = await run('test cases.yaml', { 'cases.yaml': cases, 'sluice.yaml': sluiceYaml });
    expect(result.code).toBe(code);
    expect(result.text.split('\n').at(-1)).toBe(last);
  });

  test('fails where one of several goes otherwise', async () => {
    const cases = `cases:
  - { name: one, request: { service: web, environment: dev, by: mia }, expect: allowed }
  - { name: two, request: { service: web, environment: dev, by: mia }, expect: held }
`;
    const { code, text } = await run('test cases.yaml', { 'cases.yaml': cases, 'sluice.yaml': sluiceYaml });
    expect([code, text.split('\n').at(-1)]).toEqual([1, '1 of 2 went otherwise.']);
  });

  test('decides by the file that stands beside the cases', async () => {
    const files = {
      'deep/cases.yaml': `policies: ../other.yaml\n${oneCase('held')}`,
      'other.yaml': sluiceYaml + reference,
    };
    expect((await run('test deep/cases.yaml', files)).text).toContain('denied: reference-missing');
  });

  test.each([
    ['cases', { 'cases.yaml': 'cases: []\n', 'sluice.yaml': sluiceYaml }, /^cases\.yaml:1:\d+: cases: /],
    [
      'policies',
      { 'cases.yaml': oneCase('allowed'), 'sluice.yaml': broken },
      /sluice\.yaml:16:\d+: policies\.1\.count: /,
    ],
  ])('refuses %s that are not valid', async (_title, files, message) => {
    await expect(run('test cases.yaml', files)).rejects.toThrow(message);
    await expect(run('test cases.yaml', files)).rejects.toThrow(Refusal);
  });
});

describe('policy explain', () => {
  const files = {
    'sluice.yaml': sluiceYaml,
    'other.yaml': `${sluiceYaml}${reference}`,
    'facts.yaml': 'request: { by: mia }\nmembers: { "@platform": [bo], "@storefront": [cy] }\nholds: []\n',
    'roles.yaml': sluiceYaml.replace('@developers', 'mia'),
  };

  test('shows what each policy says, the decision, what to do next, and which groups nobody named', async () => {
    const { code, text } = await run('explain web staging 1.4.2', files);
    expect(code).toBe(0);
    expect(text).toMatch(/^policy +where +says +because\nauthorization +sluice\.yaml:11 +denies /);
    expect(text.split('\n').slice(-3)).toEqual([
      '',
      'web 1.4.2 → staging, asked by ana: denied. Next: ask @developers or mia',
      'Nobody is known to be in @developers, @platform, @storefront: name them under members in a file of --facts.',
    ]);
  });

  test('takes facts from a file, and says nothing more where nothing is missing', async () => {
    const { text } = await run('explain web dev 1.4.2', files, null, { facts: 'facts.yaml', file: 'roles.yaml' });
    expect(text.split('\n').at(-1)).toBe('web 1.4.2 → dev, asked by mia: allowed');
  });

  test('reads another file where one is named', async () => {
    const { text } = await run('explain web dev 1.4.2', files, null, { facts: 'facts.yaml', file: 'other.yaml' });
    expect(text).toContain('asked by mia: denied. Next: `/release web dev 1.4.2 ref TICKET`');
  });

  test('knows from Redis the file, the artifact, what is locked and what was healthy', async () => {
    const { text } = await run('explain web production 1.4.2', files, record());
    expect(text).toMatch(/built from hotfix\/1/);
    expect(text).toMatch(/it was healthy in staging/);
    expect(text).toMatch(/production is locked by @mia \(audit\)/);
    const kept = record({ policyText: async () => `${sluiceYaml}${reference}` });
    expect((await run('explain web dev 1.4.2', {}, kept)).text).toMatch(/\^CHG; none is named/);
    expect((await run('explain web dev 1.4.2', files, kept, { file: 'sluice.yaml' })).text).not.toContain('^CHG');
    await expect(run('explain web dev 1.4.2', {}, record({ policyText: async () => broken }))).rejects.toThrow(
      /^sluice\.yaml:16:/,
    );
  });

  test('of what Redis does not know, and of what facts say otherwise, it takes the facts', async () => {
    const unknown = await run('explain web production 1.4.3', files, record());
    expect(unknown.text).toMatch(/built from main/);
    const facts = 'holds: []\nhealthy: {}\nartifact: { branch: next }\nnow: 2026-11-01T10:00:00Z\n';
    const told = await run('explain web production 1.4.2', { ...files, 'told.yaml': facts }, record(), {
      facts: 'told.yaml',
    });
    expect(told.text).toMatch(/was built from next/);
    expect(told.text).toMatch(/nothing is locked/);
    expect(told.text).toMatch(/was never healthy in staging/);
  });
});

describe('policy replay', () => {
  const files = {
    'sluice.yaml': sluiceYaml + reference,
    'other.yaml': sluiceYaml,
    'log.jsonl': `${log.map((line) => JSON.stringify(line)).join('\n \n')}\n`,
  };
  const last = async (options: Parameters<typeof run>[3], from: Recorded | null = null, more = {}) =>
    (await run('replay', { ...files, ...more }, from, options)).text.split('\n').at(-1);

  test.each<[string, Parameters<typeof run>[3], string]>([
    ['the last 90 days', { log: 'log.jsonl' }, '0 of 2 releases would have gone as they did.'],
    ['so many days', { log: 'log.jsonl', since: '2d' }, '0 of 1 releases would have gone as they did.'],
    ['another file', { log: 'log.jsonl', file: 'other.yaml' }, '2 of 2 releases would have gone as they did.'],
  ])('decides again %s', async (_title, options, expected) => {
    expect(await last(options)).toBe(expected);
    expect((await run('replay', files, null, options)).code).toBe(0);
  });

  test('reads the log of Redis where no file is named, and what was healthy', async () => {
    expect(await last({}, record())).toBe('0 of 2 releases would have gone as they did.');
    const staging = {
      at: at(-1),
      record: { ...release(4), request: { ...release(4).request, environment: 'staging' } },
    };
    const dev = (service: string, environment: string) =>
      service === 'web' && environment === 'dev' ? [aHealthyRecord(['dev'])] : [];
    const more = { 'staging.jsonl': JSON.stringify(staging) };
    const knowing = record({ healthy: async (service, environment) => dev(service, environment) });
    expect(await last({ log: 'staging.jsonl' }, knowing, more)).toBe('1 of 1 releases would have gone as they did.');
    expect(await last({ log: 'staging.jsonl' }, null, more)).toBe('0 of 1 releases would have gone as they did.');
  });

  test('is told who was in which group', async () => {
    const asking = `${sluiceYaml}  - { kind: approvals, environments: [dev], from: ["@qa"] }\n`;
    const voted = {
      ...release(5),
      votes: [{ person: { user: 'UMIA', name: 'mia' }, vote: 'approve', at: at(-9), bound: 'bound-1' }],
    };
    const more = {
      'sluice.yaml': asking,
      'voted.jsonl': JSON.stringify({ at: at(-1), record: voted }),
      'members.yaml': '"@qa": [mia]\n',
    };
    expect(await last({ log: 'voted.jsonl' }, null, more)).toBe('0 of 1 releases would have gone as they did.');
    expect(await last({ log: 'voted.jsonl', members: 'members.yaml' }, null, more)).toBe(
      '1 of 1 releases would have gone as they did.',
    );
  });

  test.each<[string, Parameters<typeof run>[3], string]>([
    [
      'a time that is none',
      { since: 'soon', log: 'log.jsonl' },
      '--since takes a duration such as 90d or 12h, not "soon".',
    ],
    ['a line that is no JSON', { log: 'torn.jsonl' }, 'torn.jsonl:2: is not a line of JSON.'],
    [
      'a line of something else',
      { log: 'other.jsonl' },
      "Line 1 of the log is not one of Sluice's: Invalid input: expected string, received undefined.",
    ],
  ])('refuses %s', async (_title, options, message) => {
    const more = { 'torn.jsonl': `${JSON.stringify(log[0])}\n{"at":`, 'other.jsonl': '{"record":{"kind":"x"}}' };
    await expect(run('replay', { ...files, ...more }, null, options)).rejects.toThrow(new Refusal(message));
  });
});
