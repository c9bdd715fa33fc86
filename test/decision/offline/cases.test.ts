import { describe, expect, test } from 'vitest';
import { casesSchema, casesTable, runCases } from '../../../src/decision/offline/cases.ts';
import { casesYaml } from '../../../src/playground/seed/cases.ts';
import { sluiceYaml as acme } from '../../../src/playground/seed/repository.ts';
import { parseYaml } from '../../../src/yaml.ts';
import { aReadFile } from '../../support/builders.ts';

function run(cases: string, policies?: string) {
  const parsed = parseYaml(cases, 'sluice.cases.yaml', casesSchema);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return runCases(aReadFile(policies), parsed.value);
}
const one = (...lines: string[]) => `cases:\n  - name: it\n${lines.map((line) => `    ${line}\n`).join('')}`;
const toProduction = 'request: { service: web, environment: production, version: 1.4.2 }';

test('the example beside the policies of the playground holds', () => {
  expect(run(casesYaml, acme).filter(({ passed }) => !passed)).toEqual([]);
});

describe('a case is decided by what it gives', () => {
  test.each<[string, string[], string]>([
    ['rights', ['request: { service: web, environment: dev }'], 'denied: not-authorized'],
    [
      'the order of environments',
      [toProduction, 'members: { "@developers": [ana] }'],
      'denied: not-healthy-before, approvals-missing',
    ],
    [
      'votes of those who may',
      [
        toProduction,
        'members: { "@developers": [ana], "@platform": [bo, cy] }',
        'healthy: { staging: [1.4.2] }',
        'votes: [bo, { by: cy, vote: approve }]',
      ],
      'allowed',
    ],
    [
      'votes that do not count',
      [
        toProduction,
        'members: { "@developers": [ana], "@platform": [bo] }',
        'healthy: { staging: [{ version: 1.4.2, for: 1h }] }',
        'votes: [bo, ana, olu]',
      ],
      'held: approvals-missing',
    ],
    [
      'clusters where it is not healthy',
      [
        toProduction,
        'members: { "@developers": [ana] }',
        'healthy: { staging: [{ version: 1.4.2, for: 1h, clusters: [] }] }',
      ],
      'denied: not-healthy-before, approvals-missing',
    ],
    [
      'locks, and a person of the file',
      ['request: { service: web, environment: dev, by: mia }', 'holds: [{ service: web, because: audit, by: mia }]'],
      'held: locked',
    ],
    [
      'a rollback to what was not good',
      ['request: { service: web, environment: staging, intent: rollback, by: mia }', 'known-good: false'],
      'denied: not-healthy-before',
    ],
  ])('%s', (_, lines, decided) => {
    expect(run(one(...lines, 'expect: denied'))[0]?.decided).toBe(decided);
  });

  test('the moment', () => {
    const frozen = `${acme}  - { kind: freeze-window, days: [fri], from: "15:00", to: "24:00", timezone: Europe/Copenhagen }\n`;
    const at = (now: string) =>
      run(one('request: { service: web, environment: dev, by: mia }', `now: ${now}`, 'expect: allowed'), frozen)[0]
        ?.decided;
    expect(at('2026-11-27T14:30:00Z')).toBe('held: frozen');
    expect(at('2026-11-27T14:30+01:00')).toBe('allowed');
  });
});

test('reasons are compared as a set, and what was decided is told', () => {
  const results = run(
    `given: { request: { service: web, environment: production } }
cases:
  - { name: in another order, expect: { decision: denied, reasons: [approvals-missing, not-healthy-before, not-authorized] } }
  - { name: too few, expect: { decision: denied, reasons: [not-authorized] } }
  - { name: nothing to ask, request: { service: web, environment: mars }, holds: [{ until: soon }], expect: allowed }
`,
  );
  expect(results.map(({ passed }) => passed)).toEqual([true, false, false]);
  const table = casesTable(results);
  expect(table).toContain('FAILED  too few');
  expect(table).toContain('  not-authorized: @ana may not release web to production (sluice.yaml:11)');
  expect(table).toContain('nothing to ask:\n  holds: until: Invalid ISO datetime');
  expect(table).toMatch(/2 of 3 went otherwise\.$/);
});
