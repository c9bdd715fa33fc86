import { describe, expect, test } from 'vitest';
import { checkSluiceFile } from '../../src/sluice-yaml.ts';
import { base, problemsOf } from './problem-builder.ts';

const branch = (branches: string, more = '') => `kind: branch-restriction, branches: "${branches}"${more}`;
const soak = (time: string, more = '') => `kind: promotion-order, soak: ${time}${more}`;
const freeze = (from: string, to: string, more = '') =>
  `kind: freeze-window, from: "${from}", to: "${to}", timezone: UTC${more}`;
const rule = (expression: string) => `kind: rule, message: no, expression: '${expression}'`;

describe('lines that contradict each other', () => {
  test('name both, and a release of which both would have to be true', () => {
    expect(problemsOf(branch('^main$'), branch('^release/.+$', ', environments: [production]'))).toEqual([
      '12:33 policies.1.branches: no branch matches ^release/.+$ as well as ^main$, and both hold for every service in production; the other is line 11',
    ]);
  });

  test.each<[string, string[], string]>([
    [
      'of one service',
      [branch('^main$', ', services: [web, api]'), branch('^x/', ', services: "a*"')],
      'both hold for api in dev; the other is line 11',
    ],
    [
      'of a squad',
      [branch('^main$', ', services: web'), branch('^x/', ', squads: storefront')],
      'both hold for web in dev',
    ],
    ['of a service and all', [branch('^main$', ', services: web'), branch('^x/')], 'both hold for web in dev'],
    [
      'tickets',
      ['kind: reference, pattern: "^CHG"', 'kind: reference, pattern: "^JIRA-"'],
      'policies.1.pattern: no ticket matches ^JIRA- as well as ^CHG, and both hold for every service in dev',
    ],
    [
      'two that say what they do anyway',
      [branch('^main$', ', level: block'), branch('^x/', ', level: block')],
      'no branch matches ^x/ as well as ^main$',
    ],
    [
      'two lengths of soak',
      [soak('2h'), soak('4h', ', services: web')],
      'policies.1.soak: asks for 4h where another line asks for 2h, and both hold for web in dev; the other is line 11',
    ],
  ])('%s', (_, lines, expected) => expect(problemsOf(...lines).join('\n')).toContain(expected));

  test('are told once for each line', () => {
    expect(problemsOf(branch('^main$'), branch('^x/'), branch('^y/'))).toHaveLength(2);
  });

  test.each<[string, string[]]>([
    ['other services', [branch('^main$', ', services: web'), branch('^x/', ', services: api')]],
    ['other environments', [branch('^main$', ', environments: dev'), branch('^x/', ', environments: production')]],
    ['a warning', [branch('^main$'), branch('^x/', ', level: warn')]],
    ['patterns that meet', [branch('^main$'), branch('^(main|x/.+)$')]],
    ['one soak in other words', [soak('2h', ', environments: production'), soak('120m', ', services: web')]],
    ['two soaks of other services', [soak('2h', ', services: web'), soak('4h', ', services: api')]],
    ['other kinds', [branch('^main$'), 'kind: reference, pattern: "^CHG"']],
    ['other kinds the other way round', ['kind: reference, pattern: "^CHG"', branch('^main$')]],
    ['a soak and an override', [soak('2h'), 'kind: promotion-order, override: [operator]']],
    ['an override and a soak', ['kind: promotion-order, override: [operator]', soak('2h')]],
    ['a soak and a branch', [soak('2h'), branch('^main$')]],
  ])('do not, with %s', (_, lines) => expect(problemsOf(...lines)).toEqual([]));
});

describe('lines that say nothing', () => {
  test.each<[string, string[], string]>([
    [
      'the same again',
      [branch('^main$'), branch('^main$')],
      '12:5 policies.1: says the same again; remove one of the two; the other is line 11',
    ],
    [
      'the same under another name, in another order',
      ['kind: reference, name: a, pattern: "^C", services: [web]', 'services: web, pattern: "^C", kind: reference'],
      'policies.1: says the same again',
    ],
    [
      'soak before nothing',
      [soak('2h', ', environments: dev')],
      '11:5 policies.0: holds for no environment that comes after another',
    ],
    [
      'a constant rule',
      [rule('1 == 1')],
      '11:32 policies.0.expression: speaks of nothing of the release, so its answer never changes',
    ],
    ['a rule that only counts', [rule('[1, 2].exists(x, x > 1)')], 'speaks of nothing of the release'],
    ['a rule that only names', [rule('"plan" != "time"')], 'speaks of nothing of the release'],
    [
      'a rule that names an unknown environment first',
      [rule('"prodution" == environment.name')],
      '11:32 policies.0.expression: "prodution" is not one of the environments; did you mean "production"?',
    ],
    [
      'a rule of an unknown environment',
      [rule('environment.name != "prodution"')],
      '"prodution" is not one of the environments; did you mean "production"?',
    ],
    [
      'a rule of an unknown service',
      [rule('request.service in ["web", "apis"]')],
      '"apis" is not one of the services; did you mean "api"?',
    ],
    [
      'a name twice',
      ['kind: checks, checks: [ci, scan, ci]'],
      '11:40 policies.0.checks.2: names "ci" twice, expected once',
    ],
    ['a service twice', [branch('^main$', ', services: [web, web]')], 'policies.0.services.1: names "web" twice'],
  ])('%s', (_, lines, expected) => expect(problemsOf(...lines).join('\n')).toContain(expected));

  test('a soak where no environment comes after another', () => {
    const unordered = base.replace(', after: dev', '');
    const checked = checkSluiceFile(`${unordered}  - { ${soak('2h')} }\n`, 'sluice.yaml');
    expect(checked.kind === 'invalid' && checked.problems.map(({ message }) => message)).toEqual([
      'policies.0: holds for no environment that comes after another, so nothing ever soaks; expected one with after',
    ]);
  });

  test('rights given twice', () => {
    const again = base.replace('policies:', '  - { of: ["@developers"], role: releaser }\npolicies: []');
    const checked = checkSluiceFile(again, 'sluice.yaml');
    expect(checked.kind === 'invalid' && checked.problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '10 roles.1: says the same again; remove one of the two; the other is line 9',
    ]);
  });

  test.each([
    [rule('environment.name == "dev" || request.service == "web"')],
    [rule('request.because != "apis" && "x" == request.ref')],
    [rule('time.getHours() > 3')],
    [rule('environment.name + "x" != "devx" && request.service + "es" != ""')],
    [rule('plan.titles.exists(apis, request.service == apis)')],
    [rule('request.service.startsWith("apis")')],
    [rule('request.service < "apis"')],
    [rule('artifact.checks["apis"] == request.service')],
    [soak('2h', ', environments: "prod*", squads: storefront')],
  ])('are not those that say something: %s', (line) => expect(problemsOf(line)).toEqual([]));

  test('services that are found by their folders may be named by a rule', () => {
    const discovering = base.replace('services:\n', 'services:\n  discover: apps/{environment}/{service}\n');
    const text = `${discovering}  - { ${rule('request.service == "mail"')} }\n`;
    expect(checkSluiceFile(text, 'sluice.yaml').kind).toBe('parsed');
  });
});

describe('a freeze without an end', () => {
  test.each<[string, string[], string]>([
    [
      'from noon to noon',
      [freeze('12:00', '11:59'), freeze('11:00', '12:00')],
      'policies.1: leaves no minute of the week',
    ],
    [
      'in two halves, of which the second closes it',
      [freeze('00:00', '24:00', ', days: [mon, tue, wed, thu, fri]'), freeze('00:00', '24:00', ', days: [sat, sun]')],
      '12:5 policies.1: leaves no minute of the week, so nothing could ever go; use /release freeze, which can be ended; the other is line 11',
    ],
    ['of one environment', [freeze('00:00', '24:00', ', environments: dev')], 'leaves no minute of the week'],
  ])('%s', (_, lines, expected) => expect(problemsOf(...lines).join('\n')).toContain(expected));

  test.each<[string, string[]]>([
    ['a minute is left', [freeze('00:00', '23:59')]],
    ['a day is left', [freeze('00:00', '24:00', ', days: [mon, tue, wed, thu, fri, sat]')]],
    ['a date is left', [freeze('00:00', '24:00', ', except: ["2026-12-24"]')]],
    ['somebody may pass it', [freeze('00:00', '24:00', ', override: [operator]')]],
    ['it only warns', [freeze('00:00', '24:00', ', level: warn')]],
    ['it ends', [freeze('2026-12-20', '2027-01-03')]],
    [
      'two environments take turns',
      [freeze('00:00', '12:00', ', environments: dev'), freeze('12:00', '24:00', ', environments: production')],
    ],
    [
      'the last minute of the week is left',
      [freeze('00:00', '24:00', ', days: [mon, tue, wed, thu, fri, sat]'), freeze('00:00', '23:59', ', days: [sun]')],
    ],
  ])('is none where %s', (_, lines) => expect(problemsOf(...lines)).toEqual([]));

  test('of three windows is told at the one that closes it, besides the first', () => {
    const parts = ['mon, tue', 'wed, thu', 'fri, sat, sun'].map((days) =>
      freeze('00:00', '24:00', `, days: [${days}]`),
    );
    expect(problemsOf(...parts)).toEqual([
      expect.stringMatching(/^13:5 policies\.2: leaves no minute of the week, .*; the other is line 11$/),
    ]);
  });

  test('of all days is told at its line alone', () => {
    expect(problemsOf(freeze('00:00', '24:00'))).toEqual([
      '11:5 policies.0: leaves no minute of the week, so nothing could ever go; use /release freeze, which can be ended',
    ]);
  });

  test('a window over midnight goes on into Monday', () => {
    const week = freeze('00:00', '24:00', ', days: [tue, wed, thu, fri, sat, sun]');
    expect(
      problemsOf(week, freeze('06:00', '24:00', ', days: [mon]'), freeze('23:00', '06:00', ', days: [sun]')),
    ).toHaveLength(1);
    expect(
      problemsOf(week, freeze('06:00', '24:00', ', days: [mon]'), freeze('23:00', '05:59', ', days: [sun]')),
    ).toEqual([]);
  });
});
