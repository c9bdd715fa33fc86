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
