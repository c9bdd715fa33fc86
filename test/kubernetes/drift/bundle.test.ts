import { describe, expect, test } from 'vitest';
import { createBundles } from '../../../src/kubernetes/drift/bundle.ts';
import type { SeenDrift } from '../../../src/vocabulary/drift.ts';
import { nowMs } from '../../support/cluster-world.ts';

const seen = (count: number, from = 0, environment = 'production'): SeenDrift[] =>
  Array.from(
    { length: count },
    (_, index) =>
      ({
        ...{
          id: `d${from + index}`,
          cluster: 'prod-eu',
          environment,
          signal: 'edit',
          object: `Deployment/shop/s${from + index}`,
        },
        ...{ field: 'spec.replicas', live: '1', wanted: '2', manager: 'kubectl', since: '2026-06-01T10:00:00.000Z' },
      }) as const,
  );
const ends = (...ids: string[]) => ids.map((id) => ({ id, how: 'corrected' }) as const);

describe('many deviations at once', () => {
  test('are one summary, which names some of them and counts all', () => {
    const { seen: told } = createBundles('prod-eu').step({ seen: seen(40), ended: [] }, nowMs);
    expect(told.filter(({ bundle }) => bundle === undefined)).toMatchObject([
      { signal: 'many', live: '40 deviations', note: expect.stringMatching(/Deployment\/shop\/s0, .* and 35 more/) },
    ]);
    expect(told).toHaveLength(41);
  });

  test('three are told one by one, and a fourth with those that follow as one', () => {
    const bundles = createBundles('prod-eu');
    const first = bundles.step({ seen: seen(3), ended: [] }, nowMs).seen;
    expect(first.map(({ bundle, signal }) => [bundle, signal])).toEqual(Array(3).fill([undefined, 'edit']));
    const more = bundles.step({ seen: seen(2, 3), ended: [] }, nowMs + 1_000).seen;
    expect(more.map(({ signal }) => signal)).toEqual(['many', 'edit', 'edit']);
    expect(more.slice(1).every(({ bundle }) => bundle === more[0]?.id)).toBe(true);
  });

  test('are counted by environment', () => {
    const bundles = createBundles('shared');
    const { seen: told } = bundles.step({ seen: [...seen(2), ...seen(2, 2, 'staging')], ended: [] }, nowMs);
    expect(told.map(({ signal }) => signal)).toEqual(Array(4).fill('edit'));
  });

  test('end together with the last of them', () => {
    const bundles = createBundles('prod-eu');
    const [summary] = bundles.step({ seen: seen(4), ended: [] }, nowMs).seen;
    const some = bundles.step({ seen: [], ended: ends('d0', 'd1', 'd2') }, nowMs + 1_000);
    expect(some.seen).toMatchObject([{ id: summary?.id, live: '1 deviation' }]);
    expect(bundles.step({ seen: [], ended: ends('d3') }, nowMs + 2_000).ended).toEqual(ends('d3', summary?.id ?? ''));
  });

  test('are known again after a restart', () => {
    const told = createBundles('prod-eu').step({ seen: seen(4), ended: [] }, nowMs).seen;
    const again = createBundles('prod-eu', told);
    expect(again.step({ seen: [], ended: ends('d0', 'd1', 'd2', 'd3') }, nowMs + 60_000).ended).toHaveLength(5);
  });
});
