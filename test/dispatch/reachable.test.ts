import { expect, test } from 'vitest';
import { tellSeldom } from '../../src/dispatch/reachable.ts';
import { aClock, aLane } from '../support/builders.ts';

test('that a lane cannot be reached is told each time, and that it can only now and then', async () => {
  const told: (string | null)[] = [];
  const clock = aClock();
  const tell = tellSeldom(async (_, because) => void told.push(because), clock);
  for (const because of [null, null, 'away', 'away', null, null]) await tell(aLane, because);
  expect(told).toEqual([null, 'away', 'away', null]);
});

test('what another replica has told is ended by this one, though it never saw the remote away', async () => {
  let notice: string | null = null;
  const clock = aClock();
  const tell = tellSeldom(async (_, because) => {
    notice = because;
  }, clock);
  await tell(aLane, null);
  notice = 'told by another replica';
  clock.move(10_000);
  await tell(aLane, null);
  expect(notice).toBe(null);
});

test('what could not be told is told again', async () => {
  let fails = true;
  let told = 0;
  const tell = tellSeldom(async () => {
    if (fails) throw new Error('Redis is away');
    told += 1;
  }, aClock());
  await expect(tell(aLane, null)).rejects.toThrow();
  fails = false;
  await tell(aLane, null);
  expect(told).toBe(1);
});
