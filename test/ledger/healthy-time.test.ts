import { createRedisMock } from 'js-redis-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { instantOf } from '../../src/doors/time.ts';
import type { HealthSeen } from '../../src/ledger/healthy-time.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { aClock, at, digest } from '../support/builders.ts';
import { startRedis, startRedisWithClient } from '../support/redis.ts';

const servers = {
  'a real Redis': startRedis,
  'the in-process Redis': async () => {
    const server = await createRedisMock();
    return { url: server.url, close: () => server.close() };
  },
};
const minuteMs = 60_000;

describe.each(Object.entries(servers))('healthy time on %s', (_name, start) => {
  let server: { url: string; close: () => Promise<void> };
  let redis: Redis;
  let ledger: Ledger;
  let clock: ReturnType<typeof aClock>;

  beforeAll(async () => {
    server = await start();
    redis = openRedis({ url: server.url }, 'commands', () => {});
    await whenReady(redis, 10_000);
  });
  beforeEach(async () => {
    await redis.flushall();
    clock = aClock();
    ledger = createLedger({ redis, clock });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  /** What a cluster shows now, after so many minutes. */
  const passes = async (
    minutes: number,
    health: HealthSeen['health'] | 'drift',
    version = '1.4.2',
    cluster = 'staging',
  ) => {
    clock.move(minutes * minuteMs);
    const where = { service: 'web', environment: 'staging', cluster };
    if (health === 'drift') return ledger.restartHealthyTime(where);
    const seen = { ...where, version, digest: digest('d2'), at: instantOf(clock.now()) };
    if (health === 'healthy') await ledger.recordHealthy(seen);
    await ledger.recordHealth({ ...seen, health });
  };
  /** `1.4.2@staging 10+5`: ten minutes, and five that count on. */
  const times = async () =>
    (await ledger.healthyTimes('web', 'staging'))
      .map(({ version, cluster, ms, since, isRunning }) => {
        const counting = since === undefined ? '' : `+${(clock.now() - Date.parse(since)) / minuteMs}`;
        return `${version}@${cluster} ${ms / minuteMs}${counting}${isRunning ? '' : ' (gone)'}`;
      })
      .toSorted();

  test('counts from the first healthy moment, and saying so again changes nothing', async () => {
    await passes(0, 'healthy');
    await passes(5, 'healthy');
    expect(await times()).toEqual(['1.4.2@staging 0+5']);
    expect((await ledger.healthyTimes('web', 'staging'))[0]).toMatchObject({ digest: digest('d2') });
  });

  test('stands still while it is not known to be healthy, and then goes on', async () => {
    await passes(0, 'healthy');
    await passes(10, 'unsure');
    await passes(30, 'unsure');
    expect(await times()).toEqual(['1.4.2@staging 10']);
    await passes(0, 'healthy');
    clock.move(3 * minuteMs);
    expect(await times()).toEqual(['1.4.2@staging 10+3']);
  });

  test('begins anew after a failure', async () => {
    await passes(0, 'healthy');
    await passes(10, 'failed');
    await passes(1, 'failed');
    expect(await times()).toEqual(['1.4.2@staging 0']);
    await passes(5, 'healthy');
    clock.move(2 * minuteMs);
    expect(await times()).toEqual(['1.4.2@staging 0+2']);
  });

  test('begins anew at the end of a drift, of the version that runs', async () => {
    await passes(0, 'healthy');
    await passes(10, 'drift');
    clock.move(minuteMs);
    expect(await times()).toEqual(['1.4.2@staging 0+1']);
    await passes(1, 'unsure');
    await passes(1, 'drift');
    expect(await times()).toEqual(['1.4.2@staging 0']);
  });

  test('stands still when another version takes its place, and goes on when it comes back', async () => {
    await passes(0, 'healthy');
    await passes(10, 'unsure', '1.4.3');
    await passes(5, 'healthy', '1.4.3');
    await passes(7, 'drift');
    expect(await times()).toEqual(['1.4.2@staging 10 (gone)', '1.4.3@staging 0+0']);
    await passes(1, 'healthy', '1.4.2');
    clock.move(minuteMs);
    expect(await times()).toEqual(['1.4.2@staging 10+1', '1.4.3@staging 1 (gone)']);
  });

  test('is kept for each cluster', async () => {
    await passes(0, 'healthy', '1.4.2', 'prod-eu');
    await passes(5, 'healthy', '1.4.2', 'prod-us');
    await passes(5, 'failed', '1.4.2', 'prod-eu');
    expect(await times()).toEqual(['1.4.2@prod-eu 0', '1.4.2@prod-us 0+5']);
    expect(await ledger.healthyTimes('api', 'staging')).toEqual([]);
  });

  test('of a version that was known to be healthy before times were kept counts from there', async () => {
    const where = { service: 'web', environment: 'staging', cluster: 'staging', version: '1.4.2' };
    await ledger.recordHealthy({ ...where, at: at(-60 * minuteMs) });
    await ledger.recordHealth({ ...where, health: 'healthy', at: at() });
    expect(await times()).toEqual(['1.4.2@staging 0+60']);
  });

  test.each(['failed', 'unsure'] as const)(
    'of such a version begins anew when it is %s at first sight',
    async (health) => {
      const where = { service: 'web', environment: 'staging', cluster: 'staging', version: '1.4.2' };
      await ledger.recordHealthy({ ...where, at: at(-60 * minuteMs) });
      await ledger.recordHealth({ ...where, health, at: at() });
      expect(await times()).toEqual(['1.4.2@staging 0']);
    },
  );

  test('is not kept of what was never healthy', async () => {
    await passes(0, 'unsure');
    await passes(0, 'failed');
    await passes(0, 'drift');
    expect(await times()).toEqual([]);
  });
});

test('healthy times are forgotten with the sightings that they belong to', async () => {
  const { server, redis } = await startRedisWithClient();
  const ledger = createLedger({ redis, clock: aClock() });
  const see = async (number: number) => {
    const seen = { service: 'web', environment: 'dev', cluster: 'dev', version: `1.0.${number}`, at: at(number) };
    await ledger.recordHealthy(seen);
    await ledger.recordHealth({ ...seen, health: 'healthy' });
  };
  for (let number = 0; number < 2_300; number += 1) await see(number);
  const versions = (await ledger.healthyTimes('web', 'dev')).map(({ version }) => version);
  expect(versions.length).toBeLessThanOrEqual(2_200);
  expect(versions).toContain('1.0.2299');
  expect(versions).not.toContain('1.0.0');
  redis.disconnect();
  await server.close();
});
