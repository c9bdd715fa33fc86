import { expect, test } from 'vitest';
import { explain, explainTable } from '../../../src/decision/offline/explain.ts';
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
  expect(rows.slice(0, 2).map(({ word, because }) => [word, because])).toEqual([
    ['denies', '@olu may not release web to dev'],
    ['does not hold here', 'the environment comes after none'],
  ]);
});
