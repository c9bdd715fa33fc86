import { createRedisMock } from 'js-redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDispatch, type Dispatch, type DispatchPorts } from '../../src/dispatch/dispatch.ts';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { createPulse } from '../../src/doors/telemetry.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { aDecision, aLane, anArtifact, aPlace, aPlan, aRequest } from '../support/builders.ts';
import { startRedis, startRedisWithClient } from '../support/redis.ts';
import { aRemote } from './fake-lane.ts';
import { noArtifacts, silent } from './fake-ledger.ts';

const servers = {
  'a real Redis': startRedis,
  'the in-process Redis': async () => {
    const server = await createRedisMock();
    return { url: server.url, close: () => server.close(), kill: () => server.close() };
  },
};

describe.each(Object.entries(servers))('dispatch on %s', (_name, start) => {
  let server: { url: string; close: () => Promise<void>; kill: () => Promise<void> };
  let redis: Redis;
  let ledger: Ledger;
  let remote: ReturnType<typeof aRemote>;
  let told: string[];
  const running: Dispatch[] = [];

  beforeAll(async () => {
    server = await start();
    redis = openRedis({ url: server.url }, 'commands', () => {});
    await whenReady(redis, 10_000);
    ledger = createLedger({ redis, clock: systemClock });
  });
  beforeEach(async () => {
    await redis.flushall();
    remote = aRemote({ 'apps/web': { version: '1.4.1' }, 'apps/api': { version: '1.4.1' } });
    told = [];
  });
  afterEach(async () => {
    for (const dispatch of running.splice(0)) await dispatch.stop();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  const started = async (over: Partial<DispatchPorts> = {}) => {
    const dispatch = createDispatch({
      ...ledger,
      ...noArtifacts,
      redisUrl: server.url,
      clock: systemClock,
      log: silent,
      pulse: createPulse(systemClock),
      plan: async ({ service }) => ({
        kind: 'planned',
        plan: aPlan({
          artifact: anArtifact({ service }),
          places: [aPlace({ path: `apps/${service}` })],
          from: { version: '1.4.1' },
          head: remote.head(),
        }),
      }),
      decide: async () => aDecision(),
      gitops: remote.gitops,
      afterPush: async () => {
        told.push('poked');
        throw new Error('Flux does not answer');
      },
      laneRefused: async (_lane, because) => void told.push(`refused: ${because}`),
      laneResumed: async () => void told.push('resumed'),
      laneUnreachable: async (_lane, because) => void told.push(because ?? 'reachable'),
      ...over,
    });
    running.push(dispatch);
    await dispatch.start();
    return dispatch;
  };
  const states = async () => (await ledger.history({ limit: 10 })).map(({ state }) => state.kind);

  test('takes a release from request to written as soon as it is nudged', async () => {
    const dispatch = await started();
    const { release } = await ledger.accept(aRequest(), 'payload');
    dispatch.nudge(`release/${release.id}`);
    await expect.poll(states, { timeout: 5_000 }).toEqual(['written']);
    expect(remote.releases()).toEqual([release.id]);
    expect(told).toEqual(['reachable', 'poked']);
    await expect.poll(() => ledger.due(Number.MAX_SAFE_INTEGER), { timeout: 5_000 }).toEqual([]);
  });

  test('finds by itself what nobody nudged', async () => {
    await ledger.accept(aRequest(), 'payload');
    await started();
    await expect.poll(states, { timeout: 5_000 }).toEqual(['written']);
  });

  test('a lane that was refused waits until it is resumed', async () => {
    remote.faults.push('refused');
    const dispatch = await started();
    await ledger.accept(aRequest(), 'payload');
    await expect.poll(() => dispatch.isStopped(aLane), { timeout: 5_000 }).toBe(true);
    const { release } = await ledger.accept(aRequest({ service: 'api' }), 'another');
    dispatch.nudge(`release/${release.id}`);
    await expect.poll(states, { timeout: 5_000 }).toEqual(['queued', 'queued']);
    expect(remote.pushes()).toBe(1);
    await expect(dispatch.resumeLane('gitops')).rejects.toThrow('repository/branch');
    await dispatch.resumeLane('gitops/main');
    await expect.poll(states, { timeout: 5_000 }).toEqual(['written', 'written']);
    expect(told).toContain('resumed');
  });

  test('an unreachable remote keeps releases in the queue until it is back', async () => {
    remote.cut(true);
    await ledger.accept(aRequest(), 'payload');
    await started();
    await expect.poll(() => told, { timeout: 5_000 }).toContain('no route');
    expect(await states()).toEqual(['queued']);
    remote.cut(false);
    await expect.poll(states, { timeout: 10_000 }).toEqual(['written']);
    expect(told).toContain('reachable');
  });

  test('what was still running at a stop is done by the next one', async () => {
    await ledger.accept(aRequest(), 'payload');
    const first = await started({
      gitops: { ...remote.gitops, fetch: () => new Promise(() => {}) },
      queue: { graceMs: 200 },
    });
    await expect.poll(states, { timeout: 5_000 }).toEqual(['queued']);
    await started();
    void first.stop();
    await expect.poll(states, { timeout: 20_000 }).toEqual(['written']);
  }, 40_000);
});

test('stops at once while Redis is away', async () => {
  const { server, redis } = await startRedisWithClient();
  const never = async () => ({ kind: 'refused' as const, reasons: [] });
  const dispatch = createDispatch({
    ...createLedger({ redis, clock: systemClock }),
    ...noArtifacts,
    redisUrl: server.url,
    clock: systemClock,
    log: silent,
    pulse: createPulse(systemClock),
    plan: never,
    decide: async () => aDecision(),
    gitops: aRemote().gitops,
    afterPush: () => {},
    laneRefused: async () => {},
    laneUnreachable: async () => {},
  });
  await dispatch.start();
  await server.kill();
  await expect.poll(() => redis.status).not.toBe('ready');
  await dispatch.stop();
  redis.disconnect();
  await server.close();
});
