import { describe, expect, test } from 'vitest';
import { dueReminder, nextLookMs, reminderTimes } from '../../src/dispatch/reminders.ts';
import type { Decision } from '../../src/vocabulary/reasons.ts';
import { aDecision, aRelease, at, noonMs } from '../support/builders.ts';

const minute = 60_000;
const demand = { from: ['@platform'], count: 2, have: [], may: ['UBO'] };
const missing = { code: 'approvals-missing', effect: 'hold', text: 'needs 2 approvals', demand } as const;

function waiting(withinMs: number, over: Partial<Decision> = {}) {
  const decision = aDecision({ kind: 'held', reasons: [missing], askedAt: at(), expiresAt: at(withinMs), ...over });
  return aRelease({ state: { kind: 'held' }, decision });
}

describe('reminders', () => {
  test.each<[string, number, readonly number[]]>([
    ['four hours', 240, [120, 225]],
    ['an hour', 60, [30, 45]],
    ['half an hour', 30, [15]],
    ['ten minutes', 10, [5]],
  ])('in %s', (_title, minutes, expected) => {
    const { decision } = waiting(minutes * minute);
    expect(reminderTimes(decision ?? aDecision()).map((ms) => (ms - noonMs) / minute)).toEqual(expected);
  });

  test.each<[string, number, string | undefined, string | null]>([
    ['not before half time', 119, undefined, null],
    ['at half time', 120, undefined, at(120 * minute)],
    ['not twice', 121, at(120 * minute), null],
    ['a quarter of an hour before the end', 225, at(120 * minute), at(225 * minute)],
    ['only the last one where both were missed', 239, undefined, at(225 * minute)],
  ])('%s', (_title, minutes, remindedAt, expected) => {
    const release = waiting(240 * minute, remindedAt === undefined ? {} : { remindedAt });
    expect(dueReminder(release, noonMs + minutes * minute)?.decision?.remindedAt ?? null).toBe(expected);
  });

  test('nobody is reminded of what asks for no votes', () => {
    const locked = { code: 'locked', effect: 'hold', text: 'web is locked' } as const;
    expect(dueReminder(waiting(minute, { reasons: [locked] }), noonMs + minute)).toBeNull();
    expect(dueReminder({ ...waiting(minute), state: { kind: 'queued' } }, noonMs + minute)).toBeNull();
  });

  test('the next look is at the next reminder, then at the end', () => {
    const release = waiting(60 * minute);
    const look = (minutes: number) => ((nextLookMs(release, noonMs + minutes * minute) ?? 0) - noonMs) / minute;
    expect([0, 30, 45].map(look)).toEqual([30, 45, 60]);
    expect(nextLookMs(release, noonMs + 60 * minute)).toBeUndefined();
    expect(nextLookMs(aRelease({ state: { kind: 'held' }, decision: aDecision() }), noonMs)).toBeUndefined();
  });
});
