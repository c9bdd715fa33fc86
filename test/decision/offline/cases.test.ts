import { describe, expect, test } from 'vitest';
import { type CaseResult, casesSchema, casesTable, runCases } from '../../../src/decision/offline/cases.ts';
import { parseYaml } from '../../../src/doors/yaml.ts';
import { casesYaml } from '../../../src/playground/seed/cases.ts';
import { sluiceYaml as acme } from '../../../src/playground/seed/repository.ts';
import { aReadFile, sluiceYaml } from '../../support/builders.ts';

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

describe('the result of a case', () => {
  const toDev = 'request: { service: web, environment: dev, by: mia }';
  const warned = `${sluiceYaml}  - { kind: reference, environments: [dev], pattern: "^CHG", level: warn }\n`;
  const warning =
    'reference-missing: dev takes releases with a ticket that matches ^CHG; none is named (sluice.yaml:17)';

  test.each<[string, string, Partial<CaseResult>]>([
    ['is as expected', 'expect: allowed', { passed: true, expected: 'allowed', decided: 'allowed', details: [] }],
    [
      'is as expected with its warnings',
      'expect: { decision: allowed, warnings: [reference-missing], reasons: [] }',
      { passed: true, expected: 'allowed' },
    ],
    [
      'is another decision: nothing speaks against it but a warning',
      'expect: { decision: denied, reasons: [locked, frozen, locked] }',
      { passed: false, expected: 'denied: locked, frozen', decided: 'allowed', details: [warning] },
    ],
    [
      'has another warning',
      'expect: { decision: allowed, warnings: [] }',
      { passed: false, expected: 'allowed', decided: 'allowed', details: [warning] },
    ],
    [
      'has another reason',
      'expect: { decision: allowed, reasons: [locked] }',
      { passed: false, expected: 'allowed: locked', decided: 'allowed' },
    ],
    [
      'has each reason once',
      'holds: [{ environment: dev }, { service: web }]\n    expect: { decision: held, reasons: [locked] }',
      { passed: true, expected: 'held: locked', decided: 'held: locked' },
    ],
    [
      'has a reason that stands nowhere in the file',
      'holds: [{ environment: dev }]\n    expect: denied',
      {
        passed: false,
        decided: 'held: locked',
        details: ['locked: dev is locked by @somebody (no reason given)', warning],
      },
    ],
  ])('%s', (_title, rest, expected) => {
    expect(run(one(toDev, rest), warned)).toMatchObject([{ name: 'it', ...expected }]);
  });

  test('where nothing speaks against it says so', () => {
    expect(run(one(toDev, 'expect: denied'))[0]?.details).toEqual(['nothing speaks against it']);
  });

  test('that cannot be decided says why', () => {
    expect(run(one(toDev, 'artifact: { digest: 7 }', 'expect: { decision: held, reasons: [frozen] }'))).toEqual([
      {
        name: 'it',
        passed: false,
        expected: 'held: frozen',
        decided: 'could not be decided',
        details: [expect.stringMatching(/^artifact: digest: /)],
      },
    ]);
  });

  test('is a row of a table, with the reasons of what went otherwise below', () => {
    const cases = `cases:
  - { name: one, ${toDev}, expect: allowed }
  - { name: two, ${toDev}, expect: held }
`;
    expect(casesTable(run(cases))).toBe(`        case  expected  decided
ok      one   allowed   allowed
FAILED  two   held      allowed

two:
  nothing speaks against it

1 of 2 went otherwise.`);
    expect(
      casesTable(run(one(toDev, 'expect: allowed')))
        .split('\n')
        .slice(-2),
    ).toEqual(['', 'All 1 as expected.']);
  });
});

test('a case adds to what is given to all, part by part, and replaces what has no parts', () => {
  const given = `given:
  request: { service: web, environment: production, version: 1.4.2 }
  artifact: { branch: feature/x, checks: [ci] }
  healthy: { staging: [1.4.2] }
  members: { "@developers": [ana], "@platform": [bo, cy] }
  votes: [bo, cy]
cases:
`;
  const checks = '  - { kind: checks, environments: [production], checks: [ci] }\n';
  const decided = (own: string) =>
    run(`${given}  - { name: it, ${own}, expect: allowed }\n`, sluiceYaml + checks)[0]?.decided;
  expect(decided('request: { because: audit }')).toBe('denied: branch-not-allowed');
  expect(decided('artifact: { branch: main }')).toBe('allowed');
  expect(decided('artifact: { branch: main }, healthy: { dev: [1.4.1] }')).toBe('allowed');
  expect(decided('artifact: { branch: main }, healthy: { staging: [1.4.1] }')).toBe('denied: not-healthy-before');
  expect(decided('artifact: { branch: main }, members: { "@storefront": [olu] }')).toBe('allowed');
  expect(decided('artifact: { branch: main }, members: { "@platform": [bo] }')).toBe('held: approvals-missing');
  expect(decided('artifact: { branch: main }, votes: [bo]')).toBe('held: approvals-missing');
  expect(decided('artifact: { branch: main }, request: { by: mia }')).toBe('allowed');
});

test('a file of cases says which policies decide, by default those beside it', () => {
  const parsed = casesSchema.parse({ cases: [{ name: 'it', expect: 'allowed' }] });
  expect(parsed).toEqual({ policies: 'sluice.yaml', given: {}, cases: [{ name: 'it', expect: 'allowed' }] });
});
