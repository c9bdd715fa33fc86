import { fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Redis } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';
import { ways } from './actor.ts';

const reportSchema = z.object({
  accepted: z.array(z.string()),
  done: z.array(z.object({ id: z.string(), revision: z.number(), from: z.string(), to: z.string() })),
});

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

function actor(...values: (string | number)[]): Promise<z.infer<typeof reportSchema>> {
  const child = fork(join(import.meta.dirname, 'actor.ts'), values.map(String), { execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(reportSchema.parse(report)));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`an actor ended with ${code}`)));
  });
}

test.each([1, 2, 3])('five processes on one Redis lose, double and skip nothing (seed %i)', async (round) => {
  await redis.flushall();
  const payloads = 12;
  const reports = await Promise.all(
    [1, 2, 3, 4, 5].map((each) => actor(server.url, round * 100 + each, payloads, 120)),
  );
  const ledger = createLedger({ redis, clock: systemClock });
  const lines = await ledger.log(null, 100_000);
  const releases = await ledger.history({ limit: 1_000 });

  // One release for each payload, made by exactly one process.
  expect(releases).toHaveLength(payloads);
  expect(reports.flatMap(({ accepted }) => accepted).toSorted()).toEqual(
    releases.map(({ id }) => String(id)).toSorted(),
  );

  const steps = reports.flatMap(({ done }) => done);
  expect(steps.length).toBeGreaterThan(payloads);
  for (const release of releases) {
    // Every step that somebody was told of stands in the log once, in order, without a gap; and nothing else does.
    const own = lines.filter(({ subject }) => subject === `release/${release.id}`);
    expect(own.map(({ revision }) => revision)).toEqual(own.map((_, index) => index + 1));
    const told = steps.filter(({ id }) => id === release.id).toSorted((a, b) => a.revision - b.revision);
    expect(told.map(({ revision }) => revision)).toEqual(own.slice(1).map(({ revision }) => revision));
    expect(told.map(({ to }) => `release.${to}`)).toEqual(own.slice(1).map(({ entry }) => entry.event));
    // Each began where the one before it ended, and went where one may go.
    let state = 'requested';
    for (const step of told) {
      expect(step.from).toBe(state);
      expect(ways[state]).toContain(step.to);
      state = step.to;
    }
    expect(release.state.kind).toBe(state);
    // The log replays to the record, and the thread reads the same lines.
    expect(own.at(-1)?.record).toEqual(release);
    const thread = await ledger.entries(`release/${release.id}`, null, 1_000);
    expect(thread.map(({ cursor }) => cursor)).toEqual(own.map(({ cursor }) => cursor));
  }

  // The indexes say the same as the records.
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => String(id)).toSorted();
  const inState = (...kinds: string[]) => ids(releases.filter(({ state }) => kinds.includes(state.kind)));
  expect(ids(await ledger.open())).toEqual(inState('requested', 'held', 'queued', 'writing'));
  expect(ids(await ledger.waiting({ repository: 'gitops', branch: 'main' }))).toEqual(inState('queued', 'writing'));
  expect(ids(await ledger.arriving())).toEqual(inState('written'));
});
