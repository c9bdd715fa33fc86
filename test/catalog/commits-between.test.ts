import { describe, expect, test } from 'vitest';
import { commitsOf, stepBetween } from '../../src/catalog/commits-between.ts';
import { anArtifact, anArtifactRow, sha } from '../support/builders.ts';

const rows = [
  anArtifactRow('4', 'main', 'c4', 1),
  anArtifactRow('3x', 'fix', 'f3', 2),
  anArtifactRow('3', 'main', 'c3', 3),
  anArtifactRow('2', 'main', 'c2', 4),
  anArtifactRow('1', 'main', 'c1', 5),
];

describe('the step between two versions', () => {
  test.each<[string, string | undefined, string, boolean, readonly string[]]>([
    ['one build on', '3', '4', false, ['4']],
    ['several builds on', '1', '4', false, ['4', '3', '2']],
    ['several builds back', '4', '2', true, ['4', '3']],
    ['to the same version', '4', '4', false, []],
    ['from a version that nobody knows', '0', '4', false, ['4']],
    ['from nothing', undefined, '4', false, ['4']],
    ['to another branch', '2', '3x', false, ['3x']],
    ['back from another branch', '3x', '2', true, ['3x']],
  ])('%s', (_title, from, to, backwards, versions) => {
    expect(stepBetween(rows, from, to, false)).toEqual({ backwards, versions });
  });

  test('a rollback from a version that nobody knows goes backwards', () => {
    expect(stepBetween(rows, '0', '2', true)).toEqual({ backwards: true, versions: ['2'] });
  });

  test('commits are told once, and the list is capped while the count is not', () => {
    const note = (index: number) => ({
      sha: sha(index.toString(16).padStart(4, '0')),
      title: `Change ${index}`,
      author: 'Ana',
    });
    const many = anArtifact({ commits: Array.from({ length: 150 }, (_, index) => note(index)) });
    const again = anArtifact({ commits: [note(149), note(150)] });
    const { commits, commitCount } = commitsOf([many, again]);
    expect([commits.length, commitCount, commits[0]?.title]).toEqual([100, 151, 'Change 0']);
  });
});
