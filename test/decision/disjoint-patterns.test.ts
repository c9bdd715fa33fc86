import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areDisjoint } from '../../src/decision/disjoint-patterns.ts';
import { linearPattern } from '../../src/doors/linear-pattern.ts';

describe('two patterns', () => {
  test.each([
    ['^main$', '^release/.+$'],
    ['^main$', '^(release|hotfix)/.+$'],
    ['^main$', '^master$'],
    ['^(main|hotfix/.+)$', '^(release/.+|develop)$'],
    ['^main$|^hotfix/', '^release/|^develop$'],
    ['^main$', '^main-'],
    ['^release/1\\.4$', '^release/1x4$'],
    ['^release/1\\.', '^release/2\\.'],
    ['^a+$', '^b+$'],
    ['^main$', '^ma$'],
    ['^main$', '^[^m]'],
    ['^main$', 'release'],
    ['^(main|release)', '^hotfix/'],
    ['^a\\.b', '^a\\.c'],
    ['^a\\[b', '^a\\]b'],
    ['^ab.*', '^ac.*'],
    ['^a(b|c)d', '^e'],
    ['^abc*', '^ad'],
    [`^(${Array.from({ length: 50 }, (_, index) => `a${index}`).join('|')})$`, '^b$'],
  ])('%s and %s have nothing in common', (one, other) => {
    expect(areDisjoint(one, other)).toBe(true);
    expect(areDisjoint(other, one)).toBe(true);
  });

  test.each([
    ['^main$', '^main$'],
    ['^main$', '^(main|hotfix/.+)$'],
    ['^main$', '^ma'],
    ['^main$', 'a'],
    ['^(main|hotfix/.+)$', '^hotfix/2'],
    ['^ab?$', '^a$'],
    ['^ab*$', '^a'],
    ['^ab{0,2}c', '^ac'],
    ['^release/1.4', '^release/1x'],
    ['(?i)^main$', '^MAIN$'],
    ['^(?i)main$', '^MAIN$'],
    ['^\\d+$', '^d'],
    ['^\\Qa|b\\E$', '^a\\|b$'],
    ['^(a|b)c$', '^bc$'],
    ['^a(b|c)$', '^ac$'],
    ['^a|b', '^b'],
    ['^x[|]y$', '^x'],
    ['^(a]|/)$', '^/'],
    ['^a[(]|^b$', '^b'],
    ['^a[]|]|^b$', '^b'],
    ['^a[^\\]|]|^b$', '^b'],
    ['b|^(a)$', '^b'],
    ['^a(b|c)d|^e$', '^e'],
    ['^a((b|c)|d)|^e$', '^e'],
    ['^a\\db', '^a\\dc'],
    ['^c|^a\\Q(\\E|^b$', '^b'],
    ['^x(?i)|^b$', '^B.*'],
    ['^x(?-s:.)|^b$', '^b'],
    ['^$', '^'],
    ['^(a|)$', '^$'],
    [`^(${Array.from({ length: 60 }, (_, index) => `a${index}`).join('|')})$`, '^b$'],
  ])('%s and %s may both match', (one, other) => {
    expect(areDisjoint(one, other)).toBe(false);
    expect(areDisjoint(other, one)).toBe(false);
  });

  test('are never called disjoint where one text matches both', () => {
    const part = fc.stringMatching(/^[abiQE.*?+|()\\/^$[\]]{0,8}$/);
    const pattern = fc
      .tuple(fc.constantFrom('', '^', '^('), part, fc.constantFrom('', '$', ')$'))
      .map((all) => all.join(''));
    const texts = [
      '',
      'a',
      'b',
      'aa',
      'ab',
      'ba',
      'bb',
      'a/',
      'a.',
      'a|b',
      'aab',
      'abb',
      '/',
      '()',
      'a\\',
      'b/a',
      '^',
      '$',
    ];
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const [first, second] = [linearPattern(one), linearPattern(other)];
        fc.pre(first.kind === 'pattern' && second.kind === 'pattern');
        const common = texts.filter((text) => first.matches(text) && second.matches(text));
        expect(common.length > 0 && areDisjoint(one, other)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
