import { describe, expect, test } from 'vitest';
import { authorization } from '../../../src/decision/policies/authorization.ts';
import { ana, aPerson, aReadFile, aRequest, mia, sluiceYaml, someFacts } from '../../support/builders.ts';
import { aQuestion } from '../question-builder.ts';

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

  test('says whom to ask', () => {
    const facts = withRoles(
      '{ role: releaser, of: ["@storefront"], services: [web] }',
      '{ role: operator, of: [mia] }',
    );
    const request = aRequest({ requester: eve });
    expect(authorization(aQuestion({ request, facts }))).toEqual([
      {
        code: 'not-authorized',
        effect: 'deny',
        text: '@eve may not release web to production',
        next: 'ask @storefront or mia',
        source: 'sluice.yaml:11@0e0e0e0',
      },
    ]);
  });
});
