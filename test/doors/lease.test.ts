import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createLease, type Lease } from '../../src/doors/lease.ts';
import { key, type Redis } from '../../src/doors/redis.ts';
import { steadyClock } from '../../src/doors/time.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let leases: Lease[] = [];
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const soon = { timeout: 4_000, interval: 5 };

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
});
afterEach(async () => {
  await Promise.all(leases.map((lease) => lease.stop()));
  leases = [];
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

/** A replica that wants the lease, with a clock that can stand still or jump. */
async function replica(steady = steadyClock): Promise<Lease> {
  const lease = createLease({ redis, name: 'test', steady, log, lastsMs: 300 });
  leases.push(lease);
  await lease.start();
  return lease;
}

test('one replica holds it, and the next one when that gives it up', async () => {
  const [first, second, third] = [await replica(), await replica(), await replica()];
  expect([first, second, third].map((lease) => lease.held())).toEqual([true, false, false]);
  await first.stop();
  expect(first.held()).toBe(false);
  await vi.waitFor(() => expect([second, third].filter((lease) => lease.held())).toHaveLength(1), soon);
});

test('it is kept for as long as it is renewed', async () => {
  const first = await replica();
  const second = await replica();
  for (let look = 0; look < 60; look += 1) {
    expect([first.held(), second.held()]).toEqual([true, false]);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('a replica that slept past its end knows it before it asks, and another leads', async () => {
  let sleptMs = 0;
  const first = await replica({ now: () => steadyClock.now() + sleptMs });
  expect(first.held()).toBe(true);
  sleptMs = 10_000;
  expect(first.held()).toBe(false);
});

test('each holding has a number and a token of its own', async () => {
  let sleptMs = 0;
  const first = await replica({ now: () => steadyClock.now() + sleptMs });
  const [term, token] = [first.term(), first.fence.token()];
  expect(term).not.toBeNull();
  expect(await redis.get(first.fence.key)).toBe(token);
  sleptMs = 10_000;
  expect(first.term()).toBeNull();
  await redis.set(first.fence.key, 'of another', 'PX', 50);
  await vi.waitFor(() => expect(first.term() ?? 0).toBeGreaterThan(term ?? 0), soon);
  expect(first.fence.token()).not.toBe(token);
  expect(await redis.get(first.fence.key)).toBe(first.fence.token());
});

test('no two hold it at the same time, however they come and go', async () => {
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, leases.filter((lease) => lease.held()).length);
  }, 1);
  for (let round = 0; round < 8; round += 1) {
    const [a, b] = await Promise.all([replica(), replica()]);
    for (let look = 0; look < 20; look += 1) await new Promise((resolve) => setTimeout(resolve, 1));
    await (a.held() ? a : b).stop();
  }
  clearInterval(look);
  expect(most).toBe(1);
});

test('nobody holds it while Redis is away, and one does when it is back', async () => {
  const first = await replica();
  await server.kill();
  await vi.waitFor(() => expect(first.held()).toBe(false), soon);
  await server.restart();
  await vi.waitFor(() => expect(first.held()).toBe(true), soon);
});

test('nobody waits for a process beside this one that has ended', async () => {
  const ended = spawnSync(process.execPath, ['--eval', '0']);
  const first = await replica();
  const holder = await redis.get(key('lease', 'test'));
  await first.stop();
  const long = 600_000;
  await redis.set(key('lease', 'test'), holder?.replace(/ \d+ /, ` ${ended.pid} `) ?? '', 'PX', long);
  expect((await replica()).held()).toBe(true);
});

test.each([
  ['of another machine', (holder: string) => holder.replace(/^\S+/, 'elsewhere/pid:[1]')],
  ['of another namespace', (holder: string) => holder.replace(/pid:\[\d+\]/, 'pid:[1]')],
  ['that runs', (holder: string) => holder],
  ['that nobody knows', () => 'x'],
])('it is not taken from a holder %s', async (_, change) => {
  const ended = spawnSync(process.execPath, ['--eval', '0']);
  const first = await replica();
  const holder = (await redis.get(key('lease', 'test'))) ?? '';
  await first.stop();
  const changed = change(holder);
  await redis.set(
    key('lease', 'test'),
    changed === holder ? holder : changed.replace(/ \d+ /, ` ${ended.pid} `),
    'PX',
    60_000,
  );
  expect((await replica()).held()).toBe(false);
  await redis.del(key('lease', 'test'));
});
