import { describe, expect, test } from 'vitest';
import { authorization } from '../../../src/decision/policies/authorization.ts';
import { automatic } from '../../../src/vocabulary/person.ts';
import type { Request } from '../../../src/vocabulary/release.ts';
import {
  anArtifact,
  ana,
  aPerson,
  aPlan,
  aReadFile,
  aRequest,
  mia,
  sluiceYaml,
  someFacts,
} from '../../support/builders.ts';
import { aQuestion, withPolicies } from '../question-builder.ts';

const eve = aPerson('eve');

function withRoles(...lines: readonly string[]) {
  const [head = '', rest = ''] = sluiceYaml.split('roles:\n');
  const tail = rest.slice(rest.indexOf('policies:'));
  const roles = lines.length === 0 ? 'roles: []\n' : `roles:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
  return someFacts({ policy: aReadFile(`${head}${roles}${tail}`) });
}

describe('authorization', () => {
  test.each<[string, readonly string[], typeof ana, boolean]>([
    ['no lines', [], ana, false],
    ['a releaser of everything', ['{ role: releaser, of: ["@developers"] }'], ana, true],
    ['somebody outside the group', ['{ role: releaser, of: ["@developers"] }'], eve, false],
    [
      'a releaser of this environment',
      ['{ role: releaser, of: ["@developers"], environments: [production] }'],
      ana,
      true,
    ],
    ['a releaser of another environment', ['{ role: releaser, of: ["@developers"], environments: [dev] }'], ana, false],
    ['a releaser of this service', ['{ role: releaser, of: ["@developers"], services: [web] }'], ana, true],
    ['a releaser of another service', ['{ role: releaser, of: ["@developers"], services: [api] }'], ana, false],
    [
      'service and environment on two lines',
      [
        '{ role: releaser, of: ["@developers"], services: [web], environments: [dev] }',
        '{ role: releaser, of: ["@developers"], services: [api], environments: [production] }',
      ],
      ana,
      false,
    ],
    ['an operator', ['{ role: operator, of: [mia] }'], mia, true],
    ['an approver', ['{ role: approver, of: ["@developers"] }'], ana, false],
    ['a viewer', ['{ role: viewer, of: ["@developers"] }'], ana, false],
    ['a group that nobody is in', ['{ role: releaser, of: ["@ghosts"] }'], ana, false],
  ])('%s', (_title, lines, requester, allowed) => {
    const reasons = authorization(aQuestion({ request: aRequest({ requester }), facts: withRoles(...lines) }));
    expect(reasons.map(({ code, effect }) => [code, effect])).toEqual(allowed ? [] : [['not-authorized', 'deny']]);
  });

  const refused = { code: 'not-authorized', effect: 'deny' };

  test.each<[string, readonly string[], Partial<Request>, object]>([
    [
      'whom to ask',
      ['{ role: releaser, of: ["@storefront"], services: [web] }', '{ role: operator, of: [mia] }'],
      {},
      { text: '@eve may not release web to production', next: 'ask @storefront or mia' },
    ],
    [
      'the same of a rollback',
      ['{ role: operator, of: [mia] }'],
      { intent: 'rollback', environment: 'dev' },
      { text: '@eve may not roll back web in dev', next: 'ask mia' },
    ],
    [
      'which line is missing where nobody may',
      ['{ role: viewer, of: ["@developers"] }'],
      {},
      {
        text: '@eve may not release web to production',
        next: 'nobody may: add { role: releaser, of: [...], environments: [production] } to roles in sluice.yaml',
      },
    ],
  ])('says %s', (_title, lines, over, words) => {
    const question = aQuestion({ request: aRequest({ requester: eve, ...over }), facts: withRoles(...lines) });
    expect(authorization(question)).toEqual([{ ...refused, ...words, source: 'sluice.yaml:11@0e0e0e0' }]);
  });
});

describe('what nobody asks for', () => {
  const bySluice = { user: automatic, name: 'Ana Andersen' };
  const lines = [
    'kind: auto-release, branch: main, environment: dev',
    'kind: on-failure, do: rollback, environments: [dev]',
  ];
  const facts = someFacts({ policy: withPolicies(...lines) });
  const refused = { code: 'not-authorized', effect: 'deny', source: 'sluice.yaml:14@0e0e0e0' };

  test.each<[string, Partial<Request>, string, readonly object[]]>([
    ['a release by its line', { environment: 'dev' }, 'main', []],
    [
      'no release of another branch',
      { environment: 'dev' },
      'next',
      [
        {
          ...refused,
          text: 'no line lets next of web go to dev by itself',
          next: '`/release web dev 1.4.2`',
        },
      ],
    ],
    [
      'no release to another environment',
      { environment: 'staging' },
      'main',
      [
        {
          ...refused,
          text: 'no line lets main of web go to staging by itself',
          next: '`/release web staging 1.4.2`',
        },
      ],
    ],
    ['a rollback by its line', { environment: 'dev', intent: 'rollback' }, 'next', []],
    [
      'no rollback elsewhere',
      { environment: 'staging', intent: 'rollback' },
      'main',
      [
        {
          ...refused,
          text: 'no line lets a failed release of web in staging be rolled back by itself',
          next: '`/rollback web staging`',
        },
      ],
    ],
  ])('%s goes', (_title, over, branch, expected) => {
    const request = aRequest({ requester: bySluice, ...over });
    const plan = aPlan({ artifact: anArtifact({ branch }) });
    expect(authorization(aQuestion({ request, plan, facts }))).toEqual(expected);
  });
});
