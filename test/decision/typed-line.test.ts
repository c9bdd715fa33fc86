import { describe, expect, test } from 'vitest';
import { policyKinds, readTypedLine } from '../../src/decision/typed-line.ts';

const names = { environments: ['dev', 'staging', 'production'], services: ['web', 'api', 'pay-in', 'pay-out'] };
const kinds = [
  ...['branch-restriction', 'promotion-order', 'checks', 'approvals', 'reference'],
  ...['rule', 'freeze-window', 'locks', 'auto-release', 'on-failure'],
];
const read = (text: string) => readTypedLine(text, names);

describe('a typed policy', () => {
  test.each<[string, object, string?]>([
    [
      'approvals production from @security count 1',
      { kind: 'approvals', environments: ['production'], from: ['@security'], count: 1 },
    ],
    [
      'approvals web in production from @security,@platform within 4h',
      {
        kind: 'approvals',
        services: ['web'],
        environments: ['production'],
        from: ['@security', '@platform'],
        within: '4h',
      },
    ],
    [
      'approvals staging,production from ["@a", bo] count 2',
      { kind: 'approvals', environments: ['staging', 'production'], from: ['@a', 'bo'], count: 2 },
    ],
    [
      'branch-restriction pay-* branches "^(main|hotfix/.+)$" level warn',
      { kind: 'branch-restriction', services: ['pay-*'], branches: '^(main|hotfix/.+)$', level: 'warn' },
    ],
    [
      'freeze-window production days fri from 15:00 to 24:00 timezone Europe/Copenhagen',
      {
        kind: 'freeze-window',
        environments: ['production'],
        days: ['fri'],
        from: '15:00',
        to: '24:00',
        timezone: 'Europe/Copenhagen',
      },
    ],
    [
      'freeze-window from 2026-12-20 to "2027-01-03 12:00" timezone UTC because year end',
      { kind: 'freeze-window', from: '2026-12-20', to: '2027-01-03 12:00', timezone: 'UTC', because: 'year end' },
    ],
    [
      'checks production checks ci, scan vulnerabilities { critical: 0, high: 5 }',
      {
        kind: 'checks',
        environments: ['production'],
        checks: ['ci', 'scan'],
        vulnerabilities: { critical: 0, high: 5 },
      },
    ],
    [
      'REFERENCE dev PATTERN ^CHG because audit of 2026',
      { kind: 'reference', environments: ['dev'], pattern: '^CHG' },
      'audit of 2026',
    ],
    [
      'auto-release web to dev branch main',
      { kind: 'auto-release', services: ['web'], environment: 'dev', branch: 'main' },
    ],
    ['locks in production', { kind: 'locks', environments: ['production'] }],
    ['locks', { kind: 'locks' }],
    [
      'Approvals FOR web,,api , and dev LEVEL warn',
      { kind: 'approvals', services: ['web', 'api'], environments: ['dev'], level: 'warn' },
    ],
    [
      `reference dev pattern 'because' example "a \\"quoted\\" \\\\ text"`,
      { kind: 'reference', environments: ['dev'], pattern: 'because', example: 'a "quoted" \\ text' },
    ],
    [`reference dev pattern '' name "count"`, { kind: 'reference', environments: ['dev'], pattern: '', name: 'count' }],
    [
      'checks dev checks "unit, slow" ci,scan vulnerabilities {}',
      { kind: 'checks', environments: ['dev'], checks: ['unit, slow', 'ci', 'scan'], vulnerabilities: {} },
    ],
    [
      'approvals dev from ["@a", name] count 2',
      { kind: 'approvals', environments: ['dev'], from: ['@a', 'name'], count: 2 },
    ],
    ['checks dev checks [ci]', { kind: 'checks', environments: ['dev'], checks: ['ci'] }],
    [
      'auto-release web to dev, staging branch main',
      { kind: 'auto-release', services: ['web'], environments: ['dev', 'staging'], branch: 'main' },
    ],
    ['auto-release web branch main', { kind: 'auto-release', services: ['web'], branch: 'main' }],
    ['approvals dev because audit', { kind: 'approvals', environments: ['dev'] }, 'audit'],
    // What no reading fits goes to the file, which says what is wrong.
    ['approvals dev count many', { kind: 'approvals', environments: ['dev'], count: 'many' }],
    ['approvals dev count [', { kind: 'approvals', environments: ['dev'], count: '[' }],
    ['approvals dev exclude me,you', { kind: 'approvals', environments: ['dev'], exclude: ['me', 'you'] }],
    [
      'checks dev vulnerabilities { critical: many }',
      { kind: 'checks', environments: ['dev'], vulnerabilities: { critical: 'many' } },
    ],
  ])('%s', (text, line, because) => {
    expect(read(text)).toStrictEqual({ kind: 'line', line, ...(because === undefined ? {} : { because }) });
  });

  test.each<[string, string, string?]>([
    ['', `Which kind? There are ${kinds.join(', ')}.`],
    ['xyz dev', `"xyz" is no kind of policy; there are ${kinds.join(', ')}.`],
    [
      'approvals into dev count 1',
      '"into" is neither an environment, nor a service, nor a setting of approvals; settings of approvals: from, count, within, exclude, name, level, override, environments, services, squads.',
    ],
    ['approvals dev because', 'because needs a value after it.'],
    ['approvals dev because a because b', 'because is said twice.'],
    ['aprovals dev count 1', '"aprovals" is no kind of policy; did you mean "approvals"?', 'approvals dev count 1'],
    [
      'approvals dev cuont 1',
      '"cuont" is neither an environment, nor a service, nor a setting of approvals; did you mean "count"?',
    ],
    ['approvals dev count', 'count needs a value after it.'],
    ['approvals dev count 1 count 2', 'count is said twice.'],
    ['approvals __proto__ count 1', '"__proto__" is neither an environment'],
    ['constructor dev', '"constructor" is no kind of policy'],
  ])('%s is a mistake', (text, message, next) => {
    const mistake = read(text);
    expect(mistake).toStrictEqual({
      kind: 'mistake',
      message: expect.stringContaining(message),
      ...(next === undefined ? {} : { next }),
    });
  });

  test('has the settings of the schema, for every kind', () => {
    for (const { kind, settings } of policyKinds()) expect(settings.length, kind).toBeGreaterThan(2);
    expect(policyKinds().map(({ kind }) => kind)).toEqual(kinds);
    expect(policyKinds().find(({ kind }) => kind === 'locks')?.settings).toEqual([
      ...['override', 'name', 'environments', 'services', 'squads'],
    ]);
  });
});
