import { describe, expect, test } from 'vitest';
import type { RoleName } from '../../src/decision/role-name.ts';
import { namesWithRole, type Scope } from '../../src/decision/roles.ts';
import { aReadFile, sluiceYaml } from '../support/builders.ts';

const limited = `
  - { role: viewer, of: ["@lookers"] }
  - { role: releaser, of: ["@all"] }
  - { role: releaser, of: ["@web"], services: [web] }
  - { role: releaser, of: ["@squad"], squads: [storefront] }
  - { role: releaser, of: ["@dev", "@all"], environments: [dev] }
  - { role: approver, of: ["@platform"], environments: "*" }
  - { role: operator, of: ["@operators"], environments: [dev, staging, production] }
`;
const [head = '', rest = ''] = sluiceYaml.split('roles:\n');
const { file } = aReadFile(`${head}roles:${limited}${rest.slice(rest.indexOf('policies:'))}`);

describe('the names behind a role', () => {
  test.each<[RoleName, Scope, readonly string[]]>([
    ['viewer', {}, ['@lookers', '@all', '@web', '@squad', '@dev', '@platform', '@operators']],
    ['viewer', { service: 'api' }, ['@lookers', '@all', '@dev', '@platform', '@operators']],
    ['viewer', { environment: 'staging' }, ['@lookers', '@all', '@web', '@squad', '@platform', '@operators']],
    ['releaser', {}, ['@all', '@operators']],
    ['releaser', { service: 'web' }, ['@all', '@web', '@squad', '@operators']],
    ['releaser', { service: 'api' }, ['@all', '@operators']],
    ['releaser', { environment: 'dev' }, ['@all', '@dev', '@operators']],
    ['releaser', { environment: 'staging' }, ['@all', '@operators']],
    ['releaser', { service: 'web', environment: 'dev' }, ['@all', '@web', '@squad', '@dev', '@operators']],
    ['approver', {}, ['@platform']],
    ['operator', {}, ['@operators']],
  ])('%s in %o', (role, scope, names) => {
    expect(namesWithRole(file, role, scope)).toEqual(names);
  });
});
