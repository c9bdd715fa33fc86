import { expect, test } from 'vitest';
import { changedLines } from '../../src/catalog/changed-lines.ts';

const told = (old: string, now: string) =>
  changedLines(old.split('\n'), now.split('\n')).map(({ line, before, after }) => `${line} ${before} → ${after}`);

test.each<[string, string, string, readonly string[]]>([
  ['nothing', 'a\nb', 'a\nb', []],
  ['one line', 'a\n  x: 1\nb', 'a\n  x: 2\nb', ['2 x: 1 → x: 2']],
  ['lines that came', 'a\nb', 'a\nx\ny\nb', ['2  → x', '3  → y']],
  ['lines that went', 'a\nx\ny\nb', 'a\nb', ['2 x → ', '3 y → ']],
  ['lines in two places', 'a\nx\nb\ny\nc', 'a\nX\nb\nY\nZ\nc', ['2 x → X', '4 y → Y', '5  → Z']],
  ['what was moved', 'kind: K\nnamespace: d\nold: 1', 'namespace: d\nnew: 1', ['1 kind: K → ', '2 old: 1 → new: 1']],
  ['the end', 'a', 'a\nb\n', ['2  → b']],
  ['all of it', 'a\nb', 'x', ['1 a → x', '2 b → ']],
  ['what means another thing at another place', 'a\n  b', 'a\n    b', ['2 b → b (indented otherwise)']],
  ['empty ones nothing', 'a\nb', 'a\n\nb', []],
])('of %s the lines that differ are told', (_, old, now, lines) => {
  expect(told(old, now)).toEqual(lines);
});

test('texts that differ all over are compared line by line', () => {
  const lines = (letter: string) => Array.from({ length: 1_100 }, (_, index) => `${letter}${index}`);
  expect(changedLines(lines('a'), ['new', ...lines('b')])).toHaveLength(1_101);
});
