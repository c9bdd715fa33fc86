import { expect, test } from 'vitest';
import { createPacing } from '../../src/notify/pacing.ts';

test('a channel takes a burst of three, then one message a second', () => {
  const pacing = createPacing();
  const waits = [0, 0, 0, 0, 1_000, 1_000, 2_000].map((nowMs) => {
    const waitMs = pacing.waitMs('#a', nowMs);
    if (waitMs === 0) pacing.sent('#a', nowMs);
    return waitMs;
  });
  expect(waits).toEqual([0, 0, 0, 1_000, 0, 1_000, 0]);
});

test('after a failure one message is tried, and the others wait for what becomes of it', () => {
  const pacing = createPacing();
  pacing.failed('#a', 0, 100);
  expect(pacing.waitMs('#a', 500)).toBe(0);
  pacing.sent('#a', 500);
  expect(pacing.waitMs('#a', 500)).toBe(1_000);
  pacing.answered('#a', 600);
  expect(pacing.waitMs('#a', 600)).toBe(0);
});

test('a pause of one channel is none of another', () => {
  const pacing = createPacing();
  pacing.pause('#a', 0, 30_000);
  expect([pacing.waitMs('#a', 10_000), pacing.waitMs('#b', 10_000)]).toEqual([20_000, 0]);
});

test('pauses double while a channel fails, up to 15 s, and begin anew after an answer', () => {
  const pacing = createPacing();
  const pauses = [1, 2, 3, 4, 5, 6, 7].map(() => {
    pacing.failed('#a', 0, 100);
    return pacing.waitMs('#a', 0);
  });
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  pacing.answered('#a', 0);
  pacing.failed('#a', 0, 100);
  expect(pacing.waitMs('#a', 0)).toBe(500);
});
