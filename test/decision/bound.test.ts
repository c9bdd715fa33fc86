import { describe, expect, test } from 'vitest';
import { boundOf, shownOf } from '../../src/decision/bound.ts';
import type { Plan } from '../../src/vocabulary/release.ts';
import { aLine, anArtifact, aPlace, aPlan, aReadFile, aRequest, digest, sha, sluiceYaml } from '../support/builders.ts';

const shown = boundOf(aRequest(), aPlan(), aReadFile().file);

describe('what a vote is bound to', () => {
  test.each<[string, Partial<Plan>]>([
    ['another version', { artifact: anArtifact({ version: '1.4.3' }) }],
    ['another digest', { artifact: anArtifact({ digest: digest('ee') }) }],
    ['another image', { artifact: anArtifact({ image: 'evil.test/web' }) }],
    ['another start', { from: { version: '1.4.0' } }],
    ['a start with another digest', { from: { version: '1.4.1', digest: digest('ee') } }],
    ['another place', { places: [aPlace({ path: 'apps/production/other/kustomization.yaml' })] }],
    ['one more place', { places: [aPlace(), aPlace({ path: 'b.yaml' })] }],
    ['another branch of the repository', { lane: { repository: 'gitops', branch: 'next' } }],
  ])('%s asks again', (_title, over) => {
    expect(boundOf(aRequest(), aPlan(over), aReadFile().file)).not.toBe(shown);
  });

  test.each<[string, Partial<Plan>]>([
    ["a neighbour's line above", { lines: [aLine({ line: 9 })] }],
    ['a newer head', { head: sha('ff') }],
    ['more commits to show', { commits: [], commitCount: 7 }],
    ['another way to choose it', { chosen: 'newest of main' }],
  ])('%s voids nothing', (_title, over) => {
    expect(boundOf(aRequest(), aPlan(over), aReadFile().file)).toBe(shown);
  });

  test.each<[string, string]>([
    ['more votes', sluiceYaml.replace('count: 2', 'count: 3')],
    ['other voters', sluiceYaml.replace('["@platform", "@storefront"]', '["@storefront"]')],
    ['another pattern', sluiceYaml.replace('hotfix', 'fix')],
    ['another order', sluiceYaml.replace('after: staging', 'after: [dev, staging]')],
    ['a policy that holds here now', `${sluiceYaml}  - { kind: approvals, from: ["@security"] }\n`],
    ['one more cluster', sluiceYaml.replace('[prod-eu, prod-us]', '[prod-eu, prod-us, prod-ap]')],
  ])('%s in the file asks again', (_title, text) => {
    expect(boundOf(aRequest(), aPlan(), aReadFile(text).file)).not.toBe(shown);
  });

  test.each<[string, string]>([
    ['a comment', `# reviewed\n${sluiceYaml}`],
    ['a policy about others', `${sluiceYaml}  - { kind: approvals, environments: [staging], from: ["@security"] }\n`],
    ['a policy about another service', `${sluiceYaml}  - { kind: approvals, services: [api], from: ["@security"] }\n`],
    ['another role', sluiceYaml.replace('["@developers"]', '["@developers", "@guests"]')],
    ['a wider scope of the same policy', sluiceYaml.replace('count: 2', 'services: [web, api], count: 2')],
    [
      'a line that lets it go by itself',
      `${sluiceYaml}  - { kind: auto-release, branch: main, environment: production }\n`,
    ],
    ['a line that takes it back by itself', `${sluiceYaml}  - { kind: on-failure, do: rollback }\n`],
    ['another channel', sluiceYaml.replace('"#releases"', '"#production"')],
  ])('%s in the file voids nothing', (_title, text) => {
    expect(boundOf(aRequest(), aPlan(), aReadFile(text).file)).toBe(shown);
  });

  test('who has the role approver is a part of it where a line asks for the role, and only there', () => {
    const approvers = (names: string, line: string) =>
      sluiceYaml
        .replace('policies:', `  - { role: approver, of: ${names} }\npolicies:`)
        .replace('from: ["@platform", "@storefront"], count: 2', line);
    const bound = (names: string, line: string) => boundOf(aRequest(), aPlan(), aReadFile(approvers(names, line)).file);
    expect(bound('["@sre"]', 'count: 2')).not.toBe(bound('["@ops"]', 'count: 2'));
    expect(bound('["@sre"]', 'from: [mia]')).toBe(bound('["@ops"]', 'from: [mia]'));
    expect(bound('["@sre"]', 'from: ["@sre"]')).toBe(bound('["@sre"]', 'count: 1'));
  });

  test('it is shown as it is compared: sorted, with nothing that does not matter', () => {
    const places = [aPlace({ path: 'b.yaml' }), aPlace({ path: 'a.yaml' })];
    const plan = aPlan({ places, from: null, artifact: anArtifact({ digest: undefined }) });
    const text = sluiceYaml
      .replace('after: staging', 'after: [staging, dev]')
      .replace('[prod-eu, prod-us]', '[us, eu]');
    expect(shownOf(aRequest(), plan, aReadFile(text).file)).toStrictEqual({
      service: 'web',
      environment: 'production',
      after: ['dev', 'staging'],
      clusters: ['eu', 'us'],
      from: null,
      to: { version: '1.4.2', image: 'registry.acme.test/web' },
      lane: { repository: 'gitops', branch: 'main' },
      places: [aPlace({ path: 'a.yaml' }), aPlace({ path: 'b.yaml' })],
      policies: [
        { kind: 'branch-restriction', branches: '^(main|hotfix/.+)$' },
        { kind: 'approvals', from: ['@platform', '@storefront'], count: 2, within: '4h' },
      ],
    });
  });

  test('an environment that the file does not know comes after nothing and has no clusters', () => {
    expect(shownOf(aRequest({ environment: 'gone' }), aPlan(), aReadFile().file)).toMatchObject({
      after: [],
      clusters: [],
    });
  });

  test('the same rules in another order are the same', () => {
    const lines = sluiceYaml.trimEnd().split('\n');
    const turned = [...lines.slice(0, -2), lines.at(-1), lines.at(-2), ''].join('\n');
    expect(boundOf(aRequest(), aPlan(), aReadFile(turned).file)).toBe(shown);
  });
});
