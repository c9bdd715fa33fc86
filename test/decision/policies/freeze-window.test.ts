import { describe, expect, test } from 'vitest';
import { freezeWindow } from '../../../src/decision/policies/freeze-window.ts';
import { instantOf } from '../../../src/time.ts';
import { aPlan, aRequest, someFacts } from '../../support/builders.ts';
import { aQuestion, withPolicies } from '../question-builder.ts';

function reasons(windows: readonly string[], now: string, over: { intent?: 'rollback'; environment?: string } = {}) {
  const policy = withPolicies(...windows.map((line) => `kind: freeze-window, environments: [production], ${line}`));
  const { intent = 'release', environment = 'production' } = over;
  return freezeWindow(
    aQuestion({
      request: aRequest({ intent, environment }),
      plan: aPlan({ knownGood: intent === 'rollback' }),
      facts: someFacts({ policy }),
      now: instantOf(Date.parse(now)),
    }),
  );
}

const friday = 'days: [fri], from: "15:00", to: "24:00", timezone: Europe/Copenhagen';
const nights = 'from: "22:00", to: "06:00", timezone: Europe/Copenhagen';
const early = 'from: "02:15", to: "02:45", timezone: Europe/Copenhagen';
const winter = 'from: "2026-12-20", to: "2027-01-03", timezone: Europe/Copenhagen';

describe('a freeze window', () => {
  // 2026-11-27 is a Friday; Copenhagen is one hour ahead of UTC in winter, two in summer.
  test.each([
    ['before it begins', friday, '2026-11-27T13:59:59Z', null],
    ['as it begins', friday, '2026-11-27T14:00:00Z', 'Sat 2026-11-28 00:00'],
    ['just before it ends', friday, '2026-11-27T22:59:59Z', 'Sat 2026-11-28 00:00'],
    ['as it ends', friday, '2026-11-27T23:00:00Z', null],
    ['on another day', friday, '2026-11-26T15:00:00Z', null],
    ['in summer, by the wall clock', friday, '2026-07-03T13:00:00Z', 'Sat 2026-07-04 00:00'],
    ['before midnight', nights, '2026-11-24T22:00:00Z', 'Wed 2026-11-25 06:00'],
    ['after midnight', nights, '2026-11-25T04:59:00Z', 'Wed 2026-11-25 06:00'],
    ['in the morning', nights, '2026-11-25T05:00:00Z', null],
    ['in the night of an hour more', nights, '2026-10-25T03:30:00Z', 'Sun 2026-10-25 06:00'],
    ['in the night of an hour less', nights, '2026-03-29T03:30:00Z', 'Sun 2026-03-29 06:00'],
    ['at a time that this night does not have', early, '2026-03-29T01:20:00Z', 'Sun 2026-03-29 03:45'],
    ['before its first date', winter, '2026-12-19T22:59:00Z', null],
    ['on its last date', winter, '2027-01-03T20:00:00Z', 'Mon 2027-01-04 00:00'],
    ['after its last date', winter, '2027-01-03T23:00:00Z', null],
    ['on a day that is excepted', `${friday}, except: ["2026-11-27"]`, '2026-11-27T15:00:00Z', null],
  ])('%s', (_, window, now, until) => {
    const texts = reasons([window], now).map(({ text }) => text);
    expect(texts).toEqual(until === null ? [] : [`production is frozen until ${until} Europe/Copenhagen`]);
  });

  test('says when the last of those that touch is over, each in its own zone', () => {
    const weekend = 'days: [sat, sun], from: "00:00", to: "24:00", timezone: Europe/Copenhagen, because: weekend';
    const [first] = reasons([friday, weekend], '2026-11-27T16:00:00Z');
    expect(first).toMatchObject({
      code: 'frozen',
      effect: 'hold',
      text: 'production is frozen until Mon 2026-11-30 00:00 Europe/Copenhagen',
      source: 'sluice.yaml:17@0e0e0e0',
    });
    expect(reasons([friday, weekend], '2026-11-28T16:00:00Z')[0]?.text).toContain('(weekend)');
  });

  test('only warns where its level says so', () => {
    const [reason] = reasons([`${friday}, level: warn`], '2026-11-27T16:00:00Z');
    expect(reason).toMatchObject({ effect: 'warn' });
    expect(reason).not.toHaveProperty('next');
  });

  test('lets a rollback to a good version and other environments pass', () => {
    expect(reasons([friday], '2026-11-27T16:00:00Z', { intent: 'rollback' })).toEqual([]);
    expect(reasons([friday], '2026-11-27T16:00:00Z', { environment: 'staging' })).toEqual([]);
  });
});

test('says of what it holds whether that goes by itself afterwards, and from when on', () => {
  const [quiet] = reasons([friday], '2026-11-27T20:00:00Z');
  const [alone] = reasons([`${friday}, auto: true`], '2026-11-27T20:00:00Z');
  expect(quiet?.auto).toBeUndefined();
  expect(alone).toMatchObject({ auto: '2026-11-27T23:00:00.000Z', next: expect.stringContaining('goes by itself') });
});
