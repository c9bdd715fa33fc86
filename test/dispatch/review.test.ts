import { describe, expect, test } from 'vitest';
import { reviewOf } from '../../src/dispatch/review.ts';
import type { Reason } from '../../src/vocabulary/reasons.ts';
import { aDecision, aPlan, aRelease } from '../support/builders.ts';

const passed: Reason = { code: 'frozen', effect: 'hold', policy: 'freeze-window', text: 'frozen' };
const overriding = aRelease({ plan: aPlan(), decision: aDecision({ overridden: [passed] }) });
const goingBack = (knownGood: boolean, over = {}) =>
  aRelease({ plan: aPlan({ knownGood }), decision: aDecision(over), request: { intent: 'rollback' } });

describe('a second look', () => {
  test.each([
    ['an override', overriding, 'override'],
    ['a rollback to what was healthy', goingBack(true), 'rollback'],
    ['a rollback that passed a lock', goingBack(true, { overridden: [passed] }), 'override'],
    ['a rollback that is a release under all policies', goingBack(false), undefined],
    ['an ordinary release', aRelease({ plan: aPlan(), decision: aDecision() }), undefined],
    ['a release to what was healthy before', aRelease({ plan: aPlan({ knownGood: true }) }), undefined],
  ])('at %s', (_title, release, why) => {
    expect(reviewOf(release, 'UTC', Date.UTC(2026, 10, 24, 12))?.why).toBe(why);
  });

  test.each([
    ['Tuesday noon', '2026-11-24T12:00:00.000Z', 'UTC', '2026-11-25T17:00:00.000Z'],
    ['Friday noon', '2026-11-27T12:00:00.000Z', 'UTC', '2026-11-30T17:00:00.000Z'],
    ['Saturday', '2026-11-28T12:00:00.000Z', 'UTC', '2026-11-30T17:00:00.000Z'],
    ['Sunday', '2026-11-29T12:00:00.000Z', 'UTC', '2026-11-30T17:00:00.000Z'],
    ['Thursday, that is Friday there', '2026-11-26T23:30:00.000Z', 'Europe/Copenhagen', '2026-11-30T16:00:00.000Z'],
    ['Friday before clocks go forward', '2026-03-27T12:00:00.000Z', 'Europe/Copenhagen', '2026-03-30T15:00:00.000Z'],
    ['far to the west', '2026-11-28T02:00:00.000Z', 'America/Los_Angeles', '2026-12-01T01:00:00.000Z'],
  ])('is due on the next working day: %s', (_title, now, zone, due) => {
    expect(reviewOf(overriding, zone, Date.parse(now))).toMatchObject({ dueAt: due, timezone: zone });
  });
});
