import { describe, expect, test } from 'vitest';
import { shownOf } from '../../src/decision/bound.ts';
import type { Plan } from '../../src/vocabulary/release.ts';
import { shownChanges } from '../../src/vocabulary/shown.ts';
import { anArtifact, aPlace, aPlan, aReadFile, aRequest, digest, sluiceYaml } from '../support/builders.ts';

const shown = (plan: Partial<Plan> = {}, yaml = sluiceYaml) => shownOf(aRequest(), aPlan(plan), aReadFile(yaml).file);
const more = (line: string) => `${sluiceYaml}  - { ${line} }\n`;

describe('what changed since it was shown', () => {
  test.each<[string, ReturnType<typeof shown>, readonly string[]]>([
    ['nothing', shown(), []],
    ['the start', shown({ from: { version: '1.4.0' } }), ['the version that runs there: 1.4.0 (was 1.4.1 (d1d1d1d))']],
    [
      'the digest',
      shown({ artifact: anArtifact({ digest: digest('ee') }) }),
      ['the artifact: registry.acme.test/web:1.4.2 (eeeeeee) (was registry.acme.test/web:1.4.2 (d2d2d2d))'],
    ],
    [
      'the place',
      shown({ places: [aPlace({ path: 'b.yaml' })] }),
      [
        'the place of its version: b.yaml (registry.acme.test/web) (was apps/production/web/kustomization.yaml (registry.acme.test/web))',
      ],
    ],
    [
      'the branch',
      shown({ lane: { repository: 'gitops', branch: 'next' } }),
      ['the branch that is written: gitops/next (was gitops/main)'],
    ],
    [
      'the clusters',
      shown({}, sluiceYaml.replace('[prod-eu, prod-us]', '[prod-eu]')),
      ['the clusters of production: prod-eu (was prod-eu, prod-us)'],
    ],
    [
      'the order',
      shown({}, sluiceYaml.replace('after: staging', 'after: [dev, staging]')),
      ['what comes before production: dev, staging (was staging)'],
    ],
    [
      'a rule that is stricter',
      shown({}, sluiceYaml.replace('count: 2', 'count: 3').replace(', within: 4h', '')),
      ['policy approvals changed: count 3 (was 2), within not set (was 4h)'],
    ],
    [
      'one rule more',
      shown({}, more('kind: approvals, from: ["@security"]')),
      ['policy added: 1 approval by @security'],
    ],
    [
      'one rule less',
      shown({}, sluiceYaml.replace(/\n.*branch-restriction.*/, '')),
      ['policy removed: built from a branch like ^(main|hotfix/.+)$'],
    ],
    [
      'one of two rules of a kind',
      shown({}, more('kind: approvals, from: ["@security"], count: 2').replace('count: 2, within', 'count: 3, within')),
      ['policy approvals changed: count 3 (was 2)', 'policy added: 2 approvals by @security'],
    ],
  ])('%s', (_title, now, words) => {
    expect(shownChanges(shown(), now)).toEqual(words);
  });
});
