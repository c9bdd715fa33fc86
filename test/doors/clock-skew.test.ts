import { expect, test } from 'vitest';
import { skewWords, worstSkew } from '../../src/doors/clock-skew.ts';
import { aClock, noonMs } from '../support/builders.ts';

const shows = (name: string, offsetMs: number | null) => ({
  name,
  now: async () => (offsetMs === null ? null : noonMs + offsetMs),
});

test.each<[string, readonly (readonly [string, number | null])[], string | null]>([
  ['is right where nothing is known', [], null],
  ['is right where the others say nothing', [['Slack', null]], null],
  ['is right within a minute', [['Redis', 60_000]], null],
  ['is behind', [['Redis', 60_001]], "the clock of Sluice's machine is 1 m behind that of Redis"],
  ['is ahead', [['Slack', -603_000]], "the clock of Sluice's machine is 10 m 3 s ahead of that of Slack"],
  [
    'is compared with the one that differs the most',
    [
      ['Redis', 61_000],
      ['Slack', -3_600_000],
    ],
    "the clock of Sluice's machine is 1 h ahead of that of Slack",
  ],
])('the clock %s', async (_, others, words) => {
  const skew = await worstSkew(
    aClock(),
    others.map(([name, offsetMs]) => shows(name, offsetMs)),
  );
  expect(skewWords(skew)).toBe(words);
});

test('a clock that takes long to answer is not wrong for that', async () => {
  const clock = aClock();
  const slow = {
    name: 'Redis',
    now: async () => {
      clock.move(90_000);
      return noonMs + 45_000;
    },
  };
  expect(await worstSkew(clock, [slow])).toEqual({ than: 'Redis', aheadMs: 0 });
});
