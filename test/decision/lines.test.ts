import { describe, expect, test } from 'vitest';
import { base, messagesOf, problemsOf } from './problem-builder.ts';

/** With the line alone. */
const linesOf = (...lines: string[]) => problemsOf(...lines).map((text) => text.replace(/^(\d+):\d+ /, '$1 '));

describe('a window that cannot be', () => {
  const window = (settings: string) => linesOf(`kind: freeze-window, timezone: UTC, ${settings}`);
  test.each<[string, string[]]>([
    ['from: "15:00", to: "2026-12-20"', ['11 policies.0.to: from and to are both times of day, or both dates']],
    ['from: "24:00", to: "06:00"', ['11 policies.0.from: 24:00 is 00:00 of the next day; write that']],
    ['from: "15:00", to: "15:00"', ['11 policies.0.to: ends when it begins; a whole day is 00:00 to 24:00']],
    [
      'from: "2026-12-20", to: "2026-12-24", days: [fri]',
      ['11 policies.0.from: a window between two dates has neither days nor except'],
    ],
    [
      'from: "2026-12-20", to: "2026-12-24", except: ["2026-12-21"]',
      ['11 policies.0.from: a window between two dates has neither days nor except'],
    ],
    ['from: "2026-12-24", to: "2026-12-20"', ['11 policies.0.to: ends before it begins']],
    ['from: "2026-12-24 12:00", to: "2026-12-24 12:00"', ['11 policies.0.to: ends before it begins']],
    ['from: "2026-02-30", to: "2026-03-20"', ['11 policies.0.from: names a day that does not exist']],
    ['from: "2026-02-20", to: "2026-02-30"', ['11 policies.0.from: names a day that does not exist']],
    ['from: "22:00", to: "06:00", days: [fri], except: ["2026-12-25"]', []],
    ['from: "2026-12-24", to: "2026-12-24"', []],
  ])('%s', (settings, expected) => {
    expect(window(settings)).toEqual(expected);
  });
});

describe('a line that asks for nothing', () => {
  test.each<[string, string[]]>([
    ['kind: checks', ['asks for nothing; expected checks, vulnerabilities or both; example: checks: [ci, scan]']],
    [
      'kind: checks, vulnerabilities: {}',
      ['asks for nothing; expected checks, vulnerabilities or both; example: checks: [ci, scan]'],
    ],
    ['kind: checks, vulnerabilities: { low: 0 }', []],
    ['kind: promotion-order', ['says nothing; expected soak, override or both; example: soak: 2h']],
    ['kind: promotion-order, override: [operator]', []],
    ['kind: promotion-order, soak: 0h', ['expected a duration; example: soak: 2h']],
    ['kind: promotion-order, soak: soon', ['expected a duration; example: soak: 2h']],
    ['kind: checks, checks: [ci], within: 0d', ['expected a duration; example: within: 7d']],
    ['kind: checks, checks: [ci], within: soon', ['expected a duration; example: within: 7d']],
  ])('%s', (line, expected) => {
    const said = problemsOf(line).map((text) => text.replace(/^\d+:\d+ [a-z0-9.]+: /, ''));
    expect(said).toEqual(expected);
  });
});

test('the place of a mistake in a rule is told by its own lines', () => {
  const text = `${base}  - kind: rule
    message: no
    expression: |
      plan.backwards
      && plan.x
`;
  expect(messagesOf(text)[0]).toMatch(
    /^policies\.0\.expression: line 2, column 9: No such key: x; .*; example: expression: 'plan\.step/,
  );
});
