import { describe, expect, test } from 'vitest';
import { freezeWindow } from '../../../src/decision/policies/freeze-window.ts';
import { instantOf } from '../../../src/doors/time.ts';
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

  test('that only warns makes no other longer, and is made longer by none', () => {
    const weekend = 'days: [sat], from: "00:00", to: "24:00", timezone: Europe/Copenhagen';
    const texts = (...windows: readonly string[]) => reasons(windows, '2026-11-27T16:00:00Z').map(({ text }) => text);
    const until = (end: string) => `production is frozen until ${end} Europe/Copenhagen`;
    expect(texts(friday, `${weekend}, level: warn`)).toEqual([until('Sat 2026-11-28 00:00')]);
    expect(texts(`${friday}, level: warn`, weekend)).toEqual([until('Sat 2026-11-28 00:00')]);
    expect(texts(friday, weekend)).toEqual([until('Sun 2026-11-29 00:00')]);
  });

  test('of windows that never leave a gap the end is looked for no further than a hundred of them', () => {
    const always = ['from: "00:00", to: "12:00", timezone: UTC', 'from: "12:00", to: "24:00", timezone: Etc/UTC'];
    expect(reasons(always, '2026-11-27T10:00:00Z')[0]?.text).toBe(
      'production is frozen until Sat 2027-01-16 00:00 UTC',
    );
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
  expect(quiet).not.toHaveProperty('auto');
  expect(quiet?.next).toBe('nothing to do now; its requester is asked when the window is over');
  expect(alone?.auto).toBe('2026-11-27T23:00:00.000Z');
  expect(alone?.next).toBe('nothing to do; it goes by itself when the window is over, one at a time');
});
