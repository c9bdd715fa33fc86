import { describe, expect, test } from 'vitest';
import { linearPattern, matchesPattern } from '../../src/doors/linear-pattern.ts';

function matcher(pattern: string): (subject: string) => boolean {
  const compiled = linearPattern(pattern);
  if (compiled.kind === 'refused') throw new Error(compiled.because);
  return compiled.matches;
}

/** The quickest of several runs, so that a busy machine does not look like growth. */
function quickestMs(run: () => void): number {
  const runs = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...runs);
}

describe('branch patterns', () => {
  test.each([
    '(a+)+$',
    '(a|aa)+$',
    '(a|a?)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*a){12}b',
    '(x+x+)+y',
    '^(\\w+\\s?)*$',
  ])('%s takes time linear in the subject', (pattern) => {
    const matches = matcher(pattern);
    const subject = (length: number) => `${'a'.repeat(length)}!`;
    const [small, large] = [subject(12_500), subject(100_000)];
    matches(large);
    const growth =
      quickestMs(() => matches(large)) /
      Math.max(
        0.05,
        quickestMs(() => matches(small)),
      );
    // Eight times the length; quadratic would be 64 times the time.
    expect(growth).toBeLessThan(32);
  });

  test.each(['(?!x)', '(?<=x)y', '(a)\\1', '(', 'a{2000}', '((a{100}){100}){100}', 'x'.repeat(501)])(
    'refuses %s',
    (pattern) => {
      expect(linearPattern(pattern)).toMatchObject({ kind: 'refused', because: expect.any(String) });
    },
  );

  test.each<[string, string | null]>([
    ['x'.repeat(500), null],
    ['x'.repeat(501), 'it has more than 500 characters'],
    ['a{1000}b{1000}c{1000}d{1000}e{990}', null],
    ['a{1000}b{1000}c{1000}d{1000}e{998}', null],
    ['a{1000}b{1000}c{1000}d{1000}e{999}', 'it repeats too much'],
    ['(', 'error parsing regexp: missing closing ): `(`'],
  ])('says why %.30s is refused: %s', (pattern, because) => {
    const compiled = linearPattern(pattern);
    expect(compiled.kind === 'refused' ? compiled.because : null).toBe(because);
  });

  test('are compiled once, and so few are kept that they cannot fill the memory', () => {
    const first = linearPattern('^first$');
    linearPattern('^second$');
    expect(linearPattern('^first$')).toBe(first);
    for (let index = 0; index <= 500; index += 1) linearPattern(`^other-${index}$`);
    expect(linearPattern('^first$')).not.toBe(first);
  });

  test('match anywhere unless anchored, and nothing where they are refused', () => {
    expect([matchesPattern('ai', 'main'), matchesPattern('^ai', 'main')]).toEqual([true, false]);
    expect(matchesPattern('(?!x)', '')).toBe(false);
  });
});
