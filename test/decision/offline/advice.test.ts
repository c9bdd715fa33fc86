import { expect, test } from 'vitest';
import { adviceOn } from '../../../src/decision/offline/advice.ts';
import { aReadFile, noonMs, sluiceYaml } from '../../support/builders.ts';

const advice = (text: string) => adviceOn(aReadFile(text), noonMs).map(({ line, message }) => `${line} ${message}`);

test.each<[string, string, string]>([
  ['nothing', '', ''],
  [
    'a window that is over',
    '  - { kind: freeze-window, from: "2026-01-01", to: "2026-01-03", timezone: UTC }\n',
    '17 this window is over since 2026-01-03; it can be taken out',
  ],
  [
    'approvals that others contain',
    '  - { kind: approvals, environments: [production], from: ["@storefront", "@platform"], within: 4h }\n',
    '17 never asks for more than line 16 does',
  ],
  [
    'a service that is probably mistyped',
    '  - { kind: branch-restriction, services: [wbe], branches: "^main$" }\n',
    '17 "wbe" is none of the services that are named here; did you mean "web"?',
  ],
])('%s', (_, line, expected) => {
  expect(advice(`${sluiceYaml}${line}`)).toEqual(expected === '' ? [] : [expected]);
});

test('an environment where nobody may release', () => {
  const closed = sluiceYaml
    .replace('of: ["@developers"] }', 'of: ["@developers"], environments: [dev] }')
    .replace('- { role: operator, of: [mia] }', '- { role: operator, of: [mia], environments: [dev, staging] }');
  expect(advice(closed)).toEqual(['5 nobody may release to production: no line of roles makes a releaser there']);
});

const approving = (settings: string) => `  - { kind: approvals, ${settings} }\n`;
const named = sluiceYaml
  .replace('  discover: apps/{environment}/{service}\n', '')
  .replace('people:', '  api: { squad: payment, folder: "apps/{environment}/api" }\npeople:')
  .replace('owners: ["@storefront"] }', 'folder: "apps/{environment}/web" }');
const contained = 'never asks for more than line 17 does';

test.each<[string, string, string, readonly string[]]>([
  ['the same people in another order', approving('from: [mia, "@a"]'), approving('from: ["@a", mia]'), [contained]],
  ['fewer of them', approving('from: ["@a"], count: 2'), approving('from: ["@a"]'), [contained]],
  [
    'the same under a name',
    approving('from: ["@a"]'),
    approving('name: again, from: ["@a"], environments: [dev]'),
    [contained],
  ],
  [
    'the same in a part of the environments',
    approving('from: ["@a"], environments: [dev, staging]'),
    approving('from: ["@a"], environments: [dev]'),
    [contained],
  ],
  [
    'the same for a part of the services',
    approving('from: ["@a"], services: [web, api]'),
    approving('from: ["@a"], services: [web]'),
    [contained],
  ],
  [
    'the same for a squad with its services',
    approving('from: ["@a"], services: [web]'),
    approving('from: ["@a"], squads: [storefront]'),
    [contained],
  ],
  [
    'more of them',
    approving('from: ["@a"]'),
    approving('from: ["@a"], count: 2'),
    ['17 never asks for more than line 18 does'],
  ],
  ['other people', approving('from: ["@a"]'), approving('from: ["@b"]'), []],
  ['those of a role', approving('count: 1'), approving('from: ["@b"]'), []],
  ['another limit', approving('from: ["@a"]'), approving('from: ["@a"], within: 2h'), []],
  [
    'other environments',
    approving('from: ["@a"], environments: [dev]'),
    approving('from: ["@a"], environments: [dev, staging]'),
    ['17 never asks for more than line 18 does'],
  ],
  ['other services', approving('from: ["@a"], services: [web]'), approving('from: ["@a"], services: [api]'), []],
  ['other squads', approving('from: ["@a"], squads: [storefront]'), approving('from: ["@a"], squads: [payment]'), []],
])('approvals beside others, of %s', (_, one, other, expected) => {
  expect(advice(`${named}${one}${other}`)).toEqual(expected.map((text) => expect.stringContaining(text)));
});

test('with discover nobody knows all services, so only what holds for all contains another', () => {
  const some = approving('from: ["@a"], services: [web]');
  expect(
    advice(`${sluiceYaml}${some}${approving('name: again, from: ["@a"], services: [web], environments: [dev]')}`),
  ).toEqual([]);
  expect(advice(`${sluiceYaml}${approving('from: ["@a"]')}${some}`)).toEqual([
    '18 never asks for more than line 17 does',
  ]);
});

test.each<[string, readonly string[]]>([
  ['"2026-11-24 12:00"', ['17 this window is over since 2026-11-24 12:00; it can be taken out']],
  ['"2026-11-24 12:01"', []],
])('a window that ends %s, at noon', (to, expected) => {
  expect(
    advice(`${sluiceYaml}  - { kind: freeze-window, from: "2026-01-01 00:00", to: ${to}, timezone: UTC }\n`),
  ).toEqual(expected);
});

test('a weekly window is never over', () => {
  expect(advice(`${sluiceYaml}  - { kind: freeze-window, from: "01:00", to: "02:00", timezone: UTC }\n`)).toEqual([]);
});

test('services of policies and roles are looked at, patterns and what is like nothing are not', () => {
  const text = sluiceYaml.replace(
    '  - { role: operator',
    '  - { role: viewer, of: [mia], services: [web, webb] }\n  - { role: operator',
  );
  expect(advice(`${text}${approving('from: ["@a"], services: ["w*", payments, wep]')}`)).toEqual([
    '13 "webb" is none of the services that are named here; did you mean "web"?',
    '18 "wep" is none of the services that are named here; did you mean "web"?',
  ]);
});

test('an operator opens an environment as a releaser does, an approver or a viewer does not', () => {
  const roles = (role: string) =>
    sluiceYaml
      .replace('  - { role: releaser, of: ["@developers"] }\n', '')
      .replace('- { role: operator, of: [mia] }', `- { role: ${role}, of: [mia] }`);
  expect(advice(roles('operator'))).toEqual([]);
  expect(advice(roles('releaser'))).toEqual([]);
  expect(advice(roles('approver'))).toHaveLength(3);
  expect(advice(roles('viewer'))).toHaveLength(3);
});
