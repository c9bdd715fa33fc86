import { describe, expect, test } from 'vitest';
import { branchRestriction } from '../../../src/decision/policies/branch-restriction.ts';
import { anArtifact, aPlan, aReadFile, aRequest, sluiceYaml, someFacts } from '../../support/builders.ts';
import { aQuestion } from '../question-builder.ts';

function textsFor(branch: string, pattern: string, environment = 'production'): readonly string[] {
  const policy = aReadFile(sluiceYaml.replace('"^(main|hotfix/.+)$"', JSON.stringify(pattern)));
  const plan = aPlan({ artifact: anArtifact({ branch }) });
  const question = aQuestion({ request: aRequest({ environment }), plan, facts: someFacts({ policy }) });
  return branchRestriction(question).map(({ text }) => text);
}

describe('branch restriction', () => {
  test.each([
    ['main', '^(main|hotfix/.+)$', true],
    ['hotfix/1', '^(main|hotfix/.+)$', true],
    ['hotfix/', '^(main|hotfix/.+)$', false],
    ['mainline', '^(main|hotfix/.+)$', false],
    ['not-main', '^(main|hotfix/.+)$', false],
    ['Main', '^main$', false],
    ['feature/main', 'main', true],
    ['mainline', '^main', true],
    ['release/1.4', '^release/\\d+\\.\\d+$', true],
  ])('%s against %s', (branch, pattern, allowed) => {
    expect(textsFor(branch, pattern)).toHaveLength(allowed ? 0 : 1);
  });

  test('says what was built from where, what is taken, and where to look', () => {
    const plan = aPlan({ artifact: anArtifact({ branch: 'feature/x' }) });
    expect(branchRestriction(aQuestion({ plan }))).toEqual([
      {
        code: 'branch-not-allowed',
        effect: 'deny',
        text: 'web 1.4.2 was built from feature/x; production takes branches that match ^(main|hotfix/.+)$',
        next: '`/release artifacts web` shows what was built from which branch',
        policy: 'branch-restriction',
        source: 'sluice.yaml:15@0e0e0e0',
      },
    ]);
  });

  test('holds only where its line says so', () => {
    expect(textsFor('feature/x', '^main$', 'staging')).toEqual([]);
  });
});
