import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkSluiceFile, configJsonSchema, sluiceJsonSchema } from '../src/sluice-yaml.ts';
import { sluiceYaml } from './support/builders.ts';

const base = `version: 1
environments:
  dev: { clusters: [dev], channel: "#dev" }
services:
  discover: apps/{environment}/{service}
`;

function problemsOf(text: string): string[] {
  const checked = checkSluiceFile(text, 'sluice.yaml');
  return checked.kind === 'parsed'
    ? []
    : checked.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('sluice.yaml', () => {
  test('is read whole, and every part knows its line', () => {
    const checked = checkSluiceFile(sluiceYaml, 'sluice.yaml');
    expect(checked).toMatchObject({
      kind: 'parsed',
      value: {
        environments: { staging: { after: ['dev'], logs: 'off' } },
        services: { discover: 'apps/{environment}/{service}', named: { web: { owners: ['@storefront'] } } },
        policies: [{ kind: 'branch-restriction' }, { kind: 'approvals', count: 2, within: '4h' }],
      },
    });
    expect(checked.kind === 'parsed' && checked.lineOf(['policies', 1])).toBe(16);
  });

  test('takes every form of a service', () => {
    const forms = `${base}  e: apps/{environment}/{service}
  a: { folder: "apps/{environment}/a", image: registry.acme.test/a }
  b: { place: { kustomize: "apps/{environment}/shop/kustomization.yaml", image: registry.acme.test/b } }
  c: { place: { helm: "apps/{environment}/c/release.yaml", tag: image.tag, digest: image.digest } }
  d: { place: [{ kustomize: "x/{environment}/k.yaml", image: d }, { kustomize: "y/{environment}/k.yaml", image: d }] }
`;
    expect(problemsOf(forms)).toEqual([]);
  });

  test('services may share a folder, a file, or a layout', () => {
    const shared = `${base}  a: { folder: "x/{environment}", image: i }
  b: { folder: "x/{environment}", image: j }
  c: { folder: "x/{environment}" }
  d: { folder: "x/{environment}" }
  e: { place: { kustomize: "{environment}/{service}/k.yaml", image: i } }
  f: { place: { kustomize: "{environment}/{service}/k.yaml", image: i } }
  g: { repository: other, folder: "x/{environment}", image: i }
`;
    expect(problemsOf(shared)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['nothing at all', '', '1:1 the file: expected a map, found nothing'],
    [
      'another version',
      base.replace('version: 1', 'version: 2'),
      '1:1 version: expected 1, found 2; example: version: 1',
    ],
    ['no version', base.replace('version: 1\n', ''), 'version: is missing, expected 1; example: version: 1'],
    ['an unknown section', `${base}polices: []\n`, '6:1 polices: is not known here; did you mean "policies"?'],
    [
      'a mistyped key',
      base.replace('channel', 'chanel'),
      '3:27 environments.dev.chanel: is not known here; did you mean "channel"?',
    ],
    [
      'a channel without #',
      base.replace('"#dev"', 'dev'),
      '3:27 environments.dev.channel: expected a Slack channel, "#" and its name in quotes, found "dev"; example: channel: "#releases"',
    ],
    ['a channel in no quotes', base.replace('"#dev"', '#dev'), 'Flow map'],
    [
      'one cluster without brackets',
      base.replace('[dev]', 'dev'),
      '3:10 environments.dev.clusters: expected a list, found "dev"; example: clusters: [prod-eu, prod-us]',
    ],
    [
      'no clusters',
      base.replace('[dev]', '[]'),
      '3:10 environments.dev.clusters: expected at least 1 entry, found an empty list',
    ],
    [
      'a cluster twice',
      base.replace('[dev]', '[dev, dev]'),
      'environments.dev.clusters.1: names dev twice, expected once',
    ],
    [
      'capitals in a name',
      base.replace('dev:', 'Dev:'),
      '3:3 environments.Dev: expected a name of lower-case letters, digits and dashes, such as web or prod-eu, found "Dev"',
    ],
    [
      'an unknown after',
      base
        .replace('"#dev"', '"#dev", after: stagin')
        .replace('services:', '  staging: { clusters: [s], channel: "#s" }\nservices:'),
      '3:44 environments.dev.after: "stagin" is not one of the environments; did you mean "staging"?',
    ],
    [
      'a circle',
      base
        .replace('"#dev"', '"#dev", after: b')
        .replace('services:', '  b: { clusters: [s], channel: "#s", after: dev }\nservices:'),
      '3:44 environments.dev.after: goes in a circle: dev after b after dev; expected an order with a first environment',
    ],
    [
      'after itself',
      base.replace('"#dev"', '"#dev", after: dev'),
      'environments.dev.after: goes in a circle: dev after dev',
    ],
    [
      'a layout without service',
      base.replace('/{service}', ''),
      '5:3 services.discover: expected {service} in the path, found "apps/{environment}"; example: apps/{environment}/{service}',
    ],
    [
      'an unknown placeholder',
      base.replace('{environment}/', '{environment}/{env}/'),
      '5:3 services.discover: "{env}" is not a placeholder, expected {environment} or {service}',
    ],
    [
      'a layout that climbs',
      base.replace('apps/', '../'),
      '5:3 services.discover: expected a relative path inside the repository, found "../{environment}/{service}"',
    ],
    ['a layout into .git', base.replace('apps/', '.GIT/'), 'expected a relative path inside the repository'],
    [
      'a short service that climbs',
      `${base}  web: ../{environment}/web\n`,
      '6:3 services.web: expected a relative path inside the repository, found "../{environment}/web"',
    ],
    ['a list for a service', `${base}  web: [a]\n`, '6:3 services.web: expected text or a map, found a list'],
    ['nothing for a service', `${base}  web:\n`, '6:3 services.web: expected text or a map, found nothing'],
    [
      'a folder and a place',
      `${base}  web: { folder: "a/{environment}", place: { kustomize: "b/{environment}", image: web } }\n`,
      '6:3 services.web: expected folder or place, not both',
    ],
    [
      'a place that lacks its image',
      `${base}  web: { place: { kustomize: "b/{environment}" } }\n`,
      '6:10 services.web.place.image: is missing, expected text; example: image: registry.example.com/web',
    ],
    [
      'a service that stands nowhere',
      base.replace('discover: apps/{environment}/{service}', 'web: {}'),
      '5:3 services.web: does not say where its version stands, and there is no discover; example: folder: apps/{environment}/web',
    ],
    [
      'a bad member ID',
      `${base}people: { ada: { slack: ada } }\n`,
      '6:18 people.ada.slack: expected a Slack member ID, such as U0123ABCD, found "ada"; example: slack: U0123ABCD',
    ],
    [
      'an unknown role',
      `${base}roles:\n  - { role: releser, of: ["@d"] }\n`,
      '7:7 roles.0.role: expected one of viewer, releaser, approver, operator, found "releser"; did you mean "releaser"?',
    ],
    [
      'an owner of the policies whom nobody knows',
      `${base}policy-owners: ["@platform", bob]\n`,
      '6:30 policy-owners.1: "bob" is not one of the people; there are no people; a Slack group is written "@bob"',
    ],
    [
      'a person nobody knows',
      `${base}roles:\n  - { role: releaser, of: [bob] }\n`,
      '7:28 roles.0.of.0: "bob" is not one of the people; there are no people; a Slack group is written "@bob"',
    ],
    [
      'an unknown environment in a role',
      `${base}roles:\n  - { role: releaser, of: ["@d"], environments: [prod] }\n`,
      '7:50 roles.0.environments.0: "prod" is not one of the environments; known: dev',
    ],
    [
      'a pattern that fits no environment',
      `${base}roles:\n  - { role: releaser, of: ["@d"], environments: "prod-*" }\n`,
      '7:35 roles.0.environments.0: "prod-*" fits none of the environments; known: dev',
    ],
    [
      'an auto-release to nowhere',
      `${base}policies:\n  - { kind: auto-release, branch: main, environment: def }\n`,
      '7:41 policies.0.environment: "def" is not one of the environments; did you mean "dev"?',
    ],
    [
      'two branches of one service that would take turns',
      `${base}policies:\n  - { kind: auto-release, branch: main, environment: dev }\n  - { kind: auto-release, services: [web], branch: next, environment: dev }\n`,
      '8:44 policies.1.branch: sends next of web to dev, and auto-release line 1 sends main there; one branch of a service goes by itself',
    ],
    [
      'a squad that no service is of',
      `${base}  web: { squad: storefront }\nroles:\n  - { role: releaser, of: ["@d"], squads: [storefrnt] }\n`,
      '8:44 roles.0.squads.0: "storefrnt" is not one of the squads; did you mean "storefront"?',
    ],
    [
      'two policies of one name',
      `${base}policies:\n  - { kind: approvals, name: four-eyes }\n  - { kind: approvals, name: four-eyes }\n`,
      '8:24 policies.1.name: "four-eyes" is the name of another policy already',
    ],
    [
      'an unknown policy',
      `${base}policies:\n  - { kind: aprovals }\n`,
      '7:7 policies.0.kind: found "aprovals", expected one of branch-restriction',
    ],
    [
      'two services in one place',
      `${base}  a: { place: { kustomize: "x/{environment}/k.yaml", image: i } }\n  b:\n    place: [{ kustomize: "y/{environment}/k.yaml", image: i }, { kustomize: "x/{environment}/k.yaml", image: i }]\n`,
      '8:64 services.b.place.1: is the place of a already; each has a place of its own; the other is line 6',
    ],
    [
      'a place twice',
      `${base}  a: { place: [{ kustomize: "x/{environment}/k.yaml", image: i }, { kustomize: "x/{environment}/k.yaml", image: i }] }\n`,
      'services.a.place.1: is the place of a already',
    ],
    [
      'one image of one folder',
      `${base}  a: { folder: "x/{environment}", image: i }\n  b: { folder: "x/{environment}", image: i }\n`,
      '7:8 services.b.folder: is the place of a already',
    ],
    [
      'a place in a folder that releases of another fill',
      `${base}  a: { place: { rendered: "x/{environment}", image: i } }\n  b: { place: { kustomize: "x/{environment}/b/k.yaml", image: j } }\n`,
      '7:8 services.b.place: lies in the folder that releases of a fill; each has a place of its own; the other is line 6',
    ],
    [
      'every service that is discovered in one that is filled',
      `${base}  a: { place: { rendered: "apps/{environment}", image: i } }\n`,
      'services.discover: lies in the folder that releases of a fill',
    ],
    [
      'a folder that two fill',
      `${base}  a: { place: { rendered: "x/{environment}", image: i } }\n  b: { place: { rendered: "x/{environment}", image: j } }\n`,
      '7:8 services.b.place: lies in the folder that releases of a fill',
    ],
    [
      'a folder of another service that is filled, above',
      `${base}  a: { folder: "x/{environment}/a" }\n  b: { place: { rendered: "x/{environment}", image: j } }\n`,
      '6:8 services.a.folder: lies in the folder that releases of b fill',
    ],
    [
      'a rule with a mistyped member',
      `${base}policies:\n  - kind: rule\n    expression: 'plan.commitCont < 3'\n    message: few\n`,
      '8:5 policies.0.expression: column 6: No such key: commitCont; did you mean "commitCount"?; example: expression: \'plan.step',
    ],
    [
      'a rule with a mistake in its second line',
      `${base}policies:\n  - kind: rule\n    message: few\n    expression: |\n      true &&\n      plan.commitCont > 1\n`,
      '9:5 policies.0.expression: line 2, column 6: No such key: commitCont',
    ],
    [
      'a rule that is no condition',
      `${base}policies:\n  - { kind: rule, expression: plan.to, message: few }\n`,
      '7:19 policies.0.expression: column 1: yields string, expected true or false',
    ],
    [
      'a rule of 100 kB',
      `${base}policies:\n  - { kind: rule, expression: '"${'a'.repeat(100_000)}" == plan.to', message: few }\n`,
      '7:19 policies.0.expression: expected at most 2000 characters',
    ],
    [
      'a rule without words',
      `${base}policies:\n  - { kind: rule, expression: "true" }\n`,
      '7:5 policies.0.message: is missing, expected text; example: message: no major versions on a Friday',
    ],
    [
      'a pattern of 100 kB',
      `${base}policies:\n  - { kind: branch-restriction, branches: "${'a'.repeat(100_000)}" }\n`,
      'it has more than 500 characters',
    ],
    [
      'checks that ask for nothing',
      `${base}policies:\n  - { kind: checks, vulnerabilities: {} }\n`,
      '7:5 policies.0: asks for nothing; expected checks, vulnerabilities or both; example: checks: [ci, scan]',
    ],
    [
      'a pattern that looks ahead',
      `${base}policies:\n  - { kind: branch-restriction, branches: "(?!x)" }\n`,
      '7:33 policies.0.branches: expected a regular expression in RE2 syntax, but',
    ],
    [
      'a pattern that repeats without end',
      `${base}policies:\n  - { kind: branch-restriction, branches: "((a{100}){100}){100}" }\n`,
      '7:33 policies.0.branches: expected a regular expression in RE2 syntax, but',
    ],
    [
      'no votes',
      `${base}policies:\n  - { kind: approvals, from: ["@d"], count: 0 }\n`,
      '7:38 policies.0.count: expected 1 or more, found 0; example: count: 2',
    ],
    [
      'a word for a duration',
      `${base}policies:\n  - { kind: approvals, from: ["@d"], within: soon }\n`,
      '7:38 policies.0.within: expected a duration; example: within: 4h',
    ],
    [
      'more votes than people',
      `${base}people: { ada: { slack: UADA } }\npolicies:\n  - { kind: approvals, from: [ada], count: 2 }\n`,
      '8:37 policies.0.count: asks for 2 votes, but from names 1',
    ],
    ...(
      [
        [
          'a zone that nobody knows',
          'from: "15:00", to: "16:00", timezone: Mars/Olympus',
          'expected an IANA time zone',
        ],
        [
          'dates that end before they begin',
          'from: "2027-01-03", to: "2026-12-20", timezone: UTC',
          'ends before it begins',
        ],
        ['a window without length', 'from: "15:00", to: "15:00", timezone: UTC', 'ends when it begins'],
        [
          'a day that does not exist',
          'from: "2026-02-30", to: "2026-03-01", timezone: UTC',
          'a day that does not exist',
        ],
        ['a time and a date', 'from: "15:00", to: "2026-03-01", timezone: UTC', 'both times of day, or both dates'],
        ['a time that is none', 'from: "25:00", to: "16:00", timezone: UTC', 'expected a time of day or a date'],
      ] as const
    ).map(([title, window, expected]): [string, string, string] => [
      `a freeze window with ${title}`,
      `${base}policies:\n  - { kind: freeze-window, ${window} }\n`,
      expected,
    ]),
    [
      'a ticket pattern that looks around',
      `${base}policies:\n  - { kind: reference, pattern: "(?=a)" }\n`,
      'RE2 syntax',
    ],
    ['a key twice', `${base}services: {}\n`, '6:1 Map keys must be unique'],
    ['a tab', base.replace('  dev', '\tdev'), '3:1 Tabs are not allowed as indentation'],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      'Excessive alias count',
    ],
    ['a prototype', `${base}__proto__: { roles: [] }\n`, '__proto__'],
  ])('refuses %s and says where and what was expected', (_title, text, expected) => {
    const problems = problemsOf(text);
    expect(problems.join('\n')).toContain(expected);
  });

  test('tells every problem at once, in the order of the schema', () => {
    expect(problemsOf(base.replace('version: 1', 'version: 3').replace('"#dev"', 'dev'))).toHaveLength(2);
  });
});

describe('the JSON schemas', () => {
  test('describe every section for editors', () => {
    const schema = sluiceJsonSchema();
    expect(schema).toMatchObject({
      title: 'sluice.yaml',
      properties: { environments: { description: expect.any(String) }, policies: { type: 'array' } },
      additionalProperties: false,
    });
    expect(JSON.stringify(schema)).toContain('RE2');
  });

  test('know the configuration of the deployment too', () => {
    expect(configJsonSchema()).toMatchObject({ properties: { repositories: { type: 'object' } } });
  });
});

test('sluice-yaml.ts stays light: it loads schemas, not rooms', () => {
  const source = readFileSync(join(import.meta.dirname, '../src/sluice-yaml.ts'), 'utf8');
  const rooms = [...source.matchAll(/from '\.\/([a-z]+\/[^']+)'/g)]
    .map(([, path = '']) => path)
    .filter((path) => !/^(vocabulary|words|doors)\//.test(path));
  expect(rooms).toEqual([
    'catalog/filled-folders.ts',
    'catalog/shared-places.ts',
    'catalog/sluice-file.ts',
    'decision/cross-problem.ts',
    'decision/kinds.ts',
    'decision/policy-file.ts',
    'decision/policy-problems.ts',
  ]);
});
