import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createQueue, type WorkQueue } from '../../src/dispatch/queue.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';
import { silent } from './fake-ledger.ts';

let server: TestRedis;
let queue: WorkQueue;
let redis: Redis;
const children: ChildProcess[] = [];

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
  queue = createQueue({ redisUrl: server.url, log: silent, run: async () => {} });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await queue.stop();
  redis.disconnect();
  await server.close();
});

/** A process with a worker of the queue; `hang` never ends its work. */
function worker(mode: 'hang' | 'run') {
  const child = fork(join(import.meta.dirname, 'queue-worker.ts'), [server.url, mode], { execArgv: [] });
  children.push(child);
  const runs: string[] = [];
  const waiting: (() => void)[] = [];
  child.on('message', (work) => {
    runs.push(String(work));
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    runs,
    kill: () => child.kill('SIGKILL'),
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

test('work of a killed worker runs again within 5 s, however often, and its name is free afterwards', async () => {
  await queue.add('lane/gitops/main');
  for (let kills = 0; kills < 3; kills += 1) {
    const hanging = worker('hang');
    await hanging.next();
    // The same work is not added beside the one that runs, not even after its worker is gone.
    await queue.add('lane/gitops/main');
    hanging.kill();
    await queue.add('lane/gitops/main');
  }
  const beganMs = performance.now();
  const next = worker('run');
  await next.next();
  expect(performance.now() - beganMs).toBeLessThan(5_000);
  // Added over and over, as the sweep does: once the killed one is done with, a new one is taken.
  await expect
    .poll(async () => {
      if (next.runs.length < 2) await queue.add('lane/gitops/main');
      return next.runs.length;
    })
    .toBeGreaterThan(1);
}, 60_000);

test('one work runs once at a time while others run beside it', async () => {
  await redis.flushall();
  const first = worker('hang');
  const began = first.next();
  await Promise.all(Array.from({ length: 5 }, () => queue.add('lane/gitops/one')));
  await began;
  const other = first.next();
  await queue.add('lane/gitops/two');
  await other;
  expect(first.runs).toEqual(['lane/gitops/one', 'lane/gitops/two']);
});
