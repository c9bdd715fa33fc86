import { describe, expect, test } from 'vitest';
import { createMetrics } from '../src/doors/metrics.ts';
import { createMeasures, metricsRoute } from '../src/measure.ts';
import type { Release } from '../src/vocabulary/release.ts';
import type { Verdict } from '../src/vocabulary/verdict.ts';
import { aClock, aDecision, aLane, aPlan, aRelease, at, sha } from './support/builders.ts';
import { samplesOf } from './support/scrape.ts';

const environments: Readonly<Record<string, { clusters: readonly string[] }>> = {
  production: { clusters: ['prod-eu', 'prod-us'] },
};
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function measured() {
  const metrics = createMetrics();
  const measures = createMeasures({ metrics, environment: (name) => environments[name] ?? null });
  /** Samples of one metric, as `label=value` and number. */
  const read = async (name: string) =>
    samplesOf(await metrics.text())
      .filter((sample) => sample.name === name)
      .map(({ labels, value }) => `${Object.values(labels).join(' ')} ${value}`.trim());
  return { metrics, measures, read };
}

const written = (over: Partial<Release> = {}): Release => ({
  ...aRelease({ state: { kind: 'written', commit: sha('c9') }, plan: aPlan() }),
  since: at(5_000),
  ...over,
});
const healthy = (since: string): Verdict => ({ kind: 'healthy', since });
const waiting: Verdict = { kind: 'waiting', stage: 'rollout', because: 'x', since: at(6_000) };

describe('what happens to releases', () => {
  test('is counted by its end and timed from the request', async () => {
    const { measures, read } = measured();
    const queued = aRelease({ state: { kind: 'queued' }, plan: aPlan() });
    measures.transition(null, aRelease());
    measures.transition(aRelease(), queued);
    measures.transition(queued, written());
    measures.transition(aRelease(), { ...aRelease({ state: { kind: 'denied' } }) });
    measures.transition(null, aRelease({ request: { environment: '<!channel>' }, state: { kind: 'denied' } }));
    expect(await read('sluice_releases_total')).toEqual([
      'production written 1',
      'production denied 1',
      'unknown denied 1',
    ]);
    expect(await read('sluice_release_written_seconds_sum')).toEqual(['production 5']);
    expect(await read('sluice_release_written_seconds_count')).toEqual(['production 1']);
  });

  test('is timed until it runs in every cluster, once', async () => {
    const { measures, read } = measured();
    const half = written({ arrival: { clusters: { 'prod-eu': healthy(at(8_000)) } } });
    const whole = written({ arrival: { clusters: { 'prod-eu': healthy(at(8_000)), 'prod-us': healthy(at(15_000)) } } });
    const again = written({ arrival: { clusters: { 'prod-eu': waiting, 'prod-us': healthy(at(15_000)) } } });
    measures.transition(written(), half);
    expect(await read('sluice_release_healthy_seconds_count')).toEqual([]);
    measures.transition(half, whole);
    measures.transition(whole, again);
    measures.transition(again, whole);
    expect(await read('sluice_release_healthy_seconds_sum')).toEqual(['production 10']);
    expect(await read('sluice_release_healthy_seconds_count')).toEqual(['production 1']);
  });

  test('is a failure once, and its recovery no measure of the way', async () => {
    const { measures, read } = measured();
    const failed = written({ failed: { at: at(9_000), cluster: 'prod-eu', reason: 'CrashLoopBackOff' } });
    const clusters = { 'prod-eu': healthy(at(99_000)), 'prod-us': healthy(at(99_000)) };
    measures.transition(written(), failed);
    measures.transition(failed, { ...failed, arrival: { clusters } });
    expect(await read('sluice_release_failures_total')).toEqual(['production 1']);
    expect(await read('sluice_release_healthy_seconds_count')).toEqual([]);
  });

  test('is decided for each reason once', async () => {
    const { measures, read } = measured();
    const reason = { effect: 'deny', text: 'x' } as const;
    measures.decided(aDecision());
    measures.decided(
      aDecision({
        kind: 'denied',
        reasons: [
          { ...reason, code: 'locked' },
          { ...reason, code: 'locked' },
          { ...reason, code: 'frozen' },
        ],
      }),
    );
    expect(await read('sluice_decisions_total')).toEqual(['allowed none 1', 'denied locked 1', 'denied frozen 1']);
  });
});

describe('GET /metrics', () => {
  const ports = (over: object = {}) => {
    const { metrics, read } = measured();
    const clock = aClock();
    const route = metricsRoute({
      metrics,
      clock,
      log: silent,
      lanes: [aLane],
      open: async () => [
        aRelease({ state: { kind: 'held' } }),
        { ...aRelease({ state: { kind: 'queued' }, plan: aPlan() }), since: at(-90_000) },
      ],
      drifts: async () => [],
      messagesWaiting: async () => 4,
      write: async () => 'PONG',
      clusters: () => [{ cluster: 'dev' }, { cluster: 'prod-eu', staleSince: at(-30_000) }],
      connected: () => true,
      late: () => ['notify'],
      ages: () => [{ loop: 'notify', seconds: 75 }],
      version: '0.1.0',
      ...over,
    });
    const scrape = () =>
      Promise.resolve(route.handle({ headers: {}, url: new URL('http://x/metrics'), body: Buffer.alloc(0) }));
    return { scrape, read };
  };

  test('tells what is the case', async () => {
    const { scrape, read } = ports();
    expect(await scrape()).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('version=0.0.4') },
    });
    expect(await read('sluice_releases_open')).toEqual(['requested 0', 'held 1', 'queued 1', 'writing 0']);
    expect(await read('sluice_lane_oldest_seconds')).toEqual(['gitops main 90']);
    expect(await read('sluice_messages_waiting')).toEqual(['4']);
    expect(await read('sluice_cluster_stale_seconds')).toEqual(['dev 0', 'prod-eu 30']);
    expect(await read('sluice_loops_late')).toEqual(['1']);
    expect(await read('sluice_loop_age_seconds')).toEqual(['notify 75']);
    expect(await read('sluice_redis_up')).toEqual(['1']);
  });

  test('shows no old numbers while Redis is away, and the rest all the same', async () => {
    let isAway = false;
    const { scrape, read } = ports({ write: async () => (isAway ? Promise.reject(new Error('gone')) : 'PONG') });
    await scrape();
    isAway = true;
    expect(await scrape()).toMatchObject({ status: 200 });
    expect(await read('sluice_redis_up')).toEqual(['0']);
    for (const name of ['sluice_releases_open', 'sluice_messages_waiting', 'sluice_redis_ping_seconds'])
      expect(await read(name)).toEqual([]);
    expect(await read('sluice_cluster_stale_seconds')).toHaveLength(2);
  });

  test('looks once for all who ask at the same time', async () => {
    let looks = 0;
    const { scrape } = ports({
      write: async () => {
        looks += 1;
      },
    });
    await Promise.all(Array.from({ length: 50 }, scrape));
    expect(looks).toBe(1);
  });
});
