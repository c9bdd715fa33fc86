import { describe, expect, test } from 'vitest';
import { base, messagesOf, problemsOf } from './problem-builder.ts';

const branch = (branches: string, more = '') => `kind: branch-restriction, branches: "${branches}"${more}`;

/** With the line alone. */
const linesOf = (...lines: string[]) => problemsOf(...lines).map((text) => text.replace(/^(\d+):\d+ /, '$1 '));

describe('lines that speak of what is not there', () => {
  const discovering = base.replace('services:\n', 'services:\n  discover: apps/{environment}/{service}\n');
  const approvals = (settings: string) => `kind: approvals, ${settings}`;
  const people = 'people: { ada: { slack: UADA }, lovelace: { slack: UADA }, bo: { slack: UBO } }\nroles:';

  test.each<[string, string[], string[]]>([
    [
      'a person',
      [approvals('from: ["@platform", aad]')],
      ['11 policies.0.from.1: "aad" is not one of the people; there are no people; a Slack group is written "@aad"'],
    ],
    [
      'an environment',
      [branch('^main$', ', environments: [dev, prodution]')],
      ['11 policies.0.environments.1: "prodution" is not one of the environments; did you mean "production"?'],
    ],
    [
      'a pattern of environments',
      [branch('^main$', ', environments: "stag*"')],
      ['11 policies.0.environments.0: "stag*" fits none of the environments; known: dev, production'],
    ],
    [
      'a service',
      [branch('^main$', ', services: [web, wbe]')],
      ['11 policies.0.services.1: "wbe" is not one of the services; did you mean "web"?'],
    ],
    [
      'a squad',
      [branch('^main$', ', squads: [storefront, payment]')],
      ['11 policies.0.squads.1: "payment" is not one of the squads; known: storefront'],
    ],
    [
      'a name of its own',
      ['kind: reference, name: one, pattern: x', 'kind: reference, name: one, pattern: y'],
      ['12 policies.1.name: "one" is the name of another policy already'],
    ],
  ])('%s', (_, lines, expected) => {
    expect(linesOf(...lines)).toEqual(expected);
  });

  test('roles are looked at as well', () => {
    const roles = base.replace('of: ["@developers"] }', 'of: [ada], environments: [mars], squads: [x] }');
    expect(messagesOf(`${roles.replace('policies:', 'policies: []')}`)).toEqual([
      'roles.0.of.0: "ada" is not one of the people; there are no people; a Slack group is written "@ada"',
      'roles.0.environments.0: "mars" is not one of the environments; known: dev, production',
      'roles.0.squads.0: "x" is not one of the squads; known: storefront',
    ]);
  });

  test('with discover any service may be there, but not any environment', () => {
    const text = `${discovering}  - { ${branch('^main$', ', services: [mail], environments: [mars]')} }\n`;
    expect(messagesOf(text)).toEqual([
      'policies.0.environments.0: "mars" is not one of the environments; known: dev, production',
    ]);
  });

  test.each<[string, string, string[]]>([
    ['as many people as votes', 'from: [ada, bo], count: 2', []],
    [
      'one person under two names',
      'from: [ada, lovelace], count: 2',
      ['policies.0.count: asks for 2 votes, but from names 1'],
    ],
    ['fewer people than votes', 'from: [ada, bo], count: 3', ['policies.0.count: asks for 3 votes, but from names 2']],
    ['a group besides, whose size nobody knows', 'from: [ada, "@platform"], count: 3', []],
    ['no people at all', 'count: 3', []],
  ])('votes of %s', (_, settings, expected) => {
    const text = `${base.replace('roles:', people)}  - { ${approvals(settings)} }\n`;
    expect(messagesOf(text)).toEqual(expected);
  });
});

describe('branches that go by themselves', () => {
  const auto = (branchName: string, environment: string, more = '') =>
    `kind: auto-release, branch: ${branchName}, environment: ${environment}${more}`;

  test.each<[string, string[], string[]]>([
    ['two into one environment', [auto('main', 'dev'), auto('next', 'production')], []],
    [
      'one twice, of two services',
      [auto('main', 'dev', ', services: web'), auto('main', 'dev', ', services: api')],
      [],
    ],
    ['two of two services', [auto('main', 'dev', ', services: web'), auto('next', 'dev', ', services: api')], []],
    [
      'two of one service, which would take turns',
      [branch('^main$', ', level: warn'), auto('main', 'dev'), auto('next', 'dev', ', services: web')],
      [
        '13 policies.2.branch: sends next of web to dev, and auto-release line 1 sends main there; one branch of a service goes by itself',
      ],
    ],
    [
      'two of every service, of which one has a name',
      [auto('x', 'production'), auto('main', 'dev', ', name: mine'), auto('next', 'dev')],
      [
        '13 policies.2.branch: sends next of every service to dev, and mine sends main there; one branch of a service goes by itself',
      ],
    ],
    [
      'three of one service',
      [auto('x', 'production'), auto('main', 'dev'), auto('next', 'dev'), auto('last', 'dev')],
      [
        '13 policies.2.branch: sends next of every service to dev, and auto-release line 2 sends main there; one branch of a service goes by itself',
        '14 policies.3.branch: sends last of every service to dev, and auto-release line 2 sends main there; one branch of a service goes by itself',
      ],
    ],
    [
      'one to nowhere',
      [auto('main', 'devv')],
      ['11 policies.0.environment: "devv" is not one of the environments; did you mean "dev"?'],
    ],
  ])('%s', (_, lines, expected) => {
    expect(linesOf(...lines)).toEqual(expected);
  });
});
