import { describe, expect, test } from 'vitest';
import { explain, explainTable } from '../../../src/decision/offline/explain.ts';
import type { Given } from '../../../src/decision/offline/given.ts';
import { questionOf } from '../../../src/decision/offline/question-of.ts';
import { aReadFile, sluiceYaml } from '../../support/builders.ts';

const policy = aReadFile(
  `${sluiceYaml}  - { kind: reference, name: ticket, environments: [production], pattern: "^CHG" }
  - { kind: approvals, environments: [production], from: ["@security"] }
  - { kind: branch-restriction, environments: [dev], branches: "^main$" }
  - { kind: branch-restriction, branches: "^release/", level: warn }
`,
);
const members = { '@developers': ['ana'], '@platform': ['bo', 'cy'] };

test('every policy says for itself what it makes of a release', () => {
  const rows = explain(
    questionOf(policy, {
      request: { service: 'web', environment: 'production', version: '1.4.2', by: 'ana' },
      members,
      healthy: { staging: ['1.4.2'] },
      votes: ['bo', 'cy'],
    }),
  );
  expect(
    rows.map(({ policy: name, source, word, because }) => [name.replace(/-[0-9a-f]{4}$/, ''), source, word, because]),
  ).toEqual([
    ['authorization', 'sluice.yaml:11', 'agrees', 'ana may release there'],
    ['promotion-order', 'sluice.yaml:5', 'agrees', 'it was healthy in staging'],
    ['locks', '', 'agrees', 'nothing is locked'],
    ['branch-restriction', 'sluice.yaml:15', 'agrees', 'built from main'],
    ['approvals', 'sluice.yaml:16', 'agrees', 'approved by bo, cy'],
    ['ticket', 'sluice.yaml:17', 'denies', 'production takes releases with a ticket that matches ^CHG; none is named'],
    ['approvals', 'sluice.yaml:18', 'holds', 'needs 1 approval from @security'],
    ['branch-restriction', 'sluice.yaml:19', 'does not hold here', 'it is for environments dev'],
    [
      'branch-restriction',
      'sluice.yaml:20',
      'warns',
      'web 1.4.2 was built from main; production takes branches that match ^release/',
    ],
  ]);
  expect(explainTable(rows).split('\n')[0]).toMatch(/^policy +where +says +because$/);
});

test('where an environment comes first, the order does not hold', () => {
  const rows = explain(questionOf(policy, { request: { service: 'web', environment: 'dev', by: 'olu' }, members }));
  expect(rows.slice(0, 2)).toEqual([
    {
      policy: 'authorization',
      source: 'sluice.yaml:11',
      word: 'denies',
      because: '@olu may not release web to dev',
    },
    {
      policy: 'promotion-order',
      source: 'sluice.yaml:3',
      word: 'does not hold here',
      because: 'the environment comes after none',
    },
  ]);
});

describe('a line by itself', () => {
  const request = { service: 'web', environment: 'dev', version: '1.4.2', by: 'mia', ref: 'CHG1' };
  /** What the last line of a file says, after `because` of the table. */
  const said = (line: string, given: Given = {}, yaml = sluiceYaml) => {
    const question = questionOf(aReadFile(`${yaml}  - { ${line} }\n`), { request, members, ...given });
    const { policy: name, word, because } = explain(question).at(-1) ?? {};
    return [name?.replace(/-[0-9a-f]{4}$/, ''), word, because];
  };

  test.each<[string, Given, string, string]>([
    ['kind: branch-restriction, branches: "^main$"', {}, 'agrees', 'built from main'],
    ['kind: reference, pattern: "^CHG"', {}, 'agrees', 'ticket CHG1'],
    ['kind: approvals, from: ["@platform"]', { votes: ['bo'] }, 'agrees', 'approved by bo'],
    [
      'kind: approvals, from: ["@platform"], count: 2',
      { votes: ['bo', 'cy', { by: 'olu', vote: 'reject' }] },
      'agrees',
      'approved by bo, cy',
    ],
    [
      'kind: approvals, from: ["@platform"]',
      { request: { ...request, intent: 'rollback' } },
      'agrees',
      'approved by nobody, and none is needed',
    ],
    ['kind: auto-release, branch: main, environment: dev', {}, 'agrees', 'it asks for releases of main and stops none'],
    ['kind: on-failure, do: rollback', {}, 'agrees', 'it rolls back what fails, and stops nothing'],
    [
      'kind: freeze-window, days: [fri], from: "15:00", to: "24:00", timezone: UTC',
      {},
      'agrees',
      'no window holds at 2026-11-24 12:00 UTC',
    ],
    [
      'kind: freeze-window, from: "11:00", to: "13:00", timezone: UTC',
      {},
      'holds',
      'dev is frozen until Tue 2026-11-24 13:00 UTC',
    ],
    ['kind: checks, checks: [ci]', { artifact: { checks: ['ci'] } }, 'agrees', 'nothing speaks against it'],
    [
      'kind: checks, checks: [ci]',
      { artifact: { checks: [{ name: 'ci', state: 'failed' }] } },
      'denies',
      'web 1.4.2: ci has failed',
    ],
    [
      'kind: checks, checks: [ci, scan]',
      {},
      'holds',
      'web 1.4.2: ci was not reported; web 1.4.2: scan was not reported',
    ],
    ['kind: checks, checks: [ci], level: warn', {}, 'warns', 'web 1.4.2: ci was not reported'],
    ['kind: locks, override: [operator]', {}, 'agrees', 'nothing speaks against it'],
    [
      'kind: reference, pattern: x, environments: [staging, production]',
      {},
      'does not hold here',
      'it is for environments staging, production',
    ],
    [
      'kind: reference, pattern: x, services: [api, mail], squads: [payment, sales]',
      {},
      'does not hold here',
      'it is for services api, mail and squads payment, sales',
    ],
    [
      'kind: auto-release, branch: main, environment: staging',
      {},
      'does not hold here',
      'it is for environment staging',
    ],
  ])('%s with %o %s', (line, given, word, because) => {
    const squads = sluiceYaml.replace('people:', '  api: { squad: payment }\n  crm: { squad: sales }\npeople:');
    const [name, ...rest] = said(line, given, squads);
    expect(name).toBe(/kind: ([a-z-]+)/.exec(line)?.[1]);
    expect(rest).toEqual([word, because]);
  });

  test('counts no vote for something else', () => {
    const file = aReadFile(`${sluiceYaml}  - { kind: approvals, from: ["@platform"] }\n`);
    const question = questionOf(file, { request, members, votes: ['bo'] });
    const votes = question.votes.map((vote) => ({ ...vote, bound: 'other' }));
    expect(explain(question).at(-1)?.word).toBe('agrees');
    expect(explain({ ...question, votes }).at(-1)?.word).toBe('holds');
  });

  test('is not blamed for what the file says without it', () => {
    const lock = { holds: [{ environment: 'dev' }] };
    expect(said('kind: locks, override: [operator]', lock)[1]).toBe('agrees');
  });
});

describe('what no line asks for', () => {
  const rows = (given: Given, yaml = sluiceYaml) =>
    explain(questionOf(aReadFile(yaml), { members, ...given }))
      .filter(({ source }) => !/:1[56]$/.test(source))
      .map(({ policy: name, source, word, because }) => [name, source, word, because].join(' | '));
  const request = { service: 'web', environment: 'production', version: '1.4.2', by: 'ana' };

  test('is rights, order and locks, with what was looked at', () => {
    const both = sluiceYaml.replace('after: staging', 'after: [dev, staging]');
    expect(
      rows({ request, healthy: { dev: ['1.4.2'], staging: ['1.4.2'] }, holds: [{ environment: 'dev' }] }, both),
    ).toEqual([
      'authorization | sluice.yaml:11 | agrees | ana may release there',
      'promotion-order | sluice.yaml:5 | agrees | it was healthy in dev and staging',
      'locks |  | agrees | no lock stops it',
    ]);
  });

  test('is refused with the same words as a release', () => {
    expect(rows({ request: { ...request, by: 'olu' }, holds: [{ environment: 'production' }] })).toEqual([
      'authorization | sluice.yaml:11 | denies | @olu may not release web to production',
      'promotion-order | sluice.yaml:5 | denies | web 1.4.2 was never healthy in staging',
      'locks |  | holds | production is locked by @somebody (no reason given)',
    ]);
  });

  test('is told under its code where it is none of these', () => {
    expect(rows({ request: { ...request, environment: 'gone' } }).at(-1)).toBe(
      'unknown-environment |  | denies | gone is not an environment of sluice.yaml',
    );
    expect(rows({ request: { ...request, environment: 'dev' }, holds: [{ what: 'freeze' }] }).at(-1)).toBe(
      'frozen |  | holds | everything is frozen by @somebody (no reason given)',
    );
  });
});
