import { expect, test } from 'vitest';
import { spansOf } from '../../../src/notify/elsewhere/traces.ts';
import type { Release } from '../../../src/vocabulary/release.ts';
import { aDecision, aPlan, aRelease, at, aVote, bo, sha } from '../../support/builders.ts';

/** Asked for at noon, queued after 4 s, written after 5 s; fetched, applied and healthy each 2 s later. */
function arrived(over: Partial<Release> = {}, healthyMs = 11_000): Release {
  const steps = { fetched: { at: at(7_000) }, applied: { at: at(9_000) }, healthy: { at: at(healthyMs) } };
  return {
    ...aRelease({ state: { kind: 'written', commit: sha('cc') }, plan: aPlan() }),
    since: at(5_000),
    entered: { queued: at(4_000), written: at(5_000) },
    arrival: { clusters: { 'prod-eu': { kind: 'healthy', since: at(healthyMs) } }, steps: { 'prod-eu': steps } },
    ...over,
  };
}
const seen = (release: Release) => {
  const noon = Date.parse(at());
  return spansOf(release).map(
    ({ name, fromMs, toMs, failed }) =>
      `${name} ${fromMs - noon}–${toMs - noon}${failed === undefined ? '' : ` (${failed})`}`,
  );
};

const decision = aDecision({
  approvals: [{ from: ['@platform'], count: 1, have: [{ user: bo.user, as: ['@platform'] }] }],
});

test('a release is one span over its steps, and one for each cluster over its own', () => {
  expect(seen(arrived({ votes: [aVote(bo, { at: at(3_000) })], decision }))).toEqual([
    'release web → production 0–11000',
    'asked → approved 0–3000',
    'approved → queued 3000–4000',
    'queued → written 4000–5000',
    'prod-eu 5000–11000',
    'written → fetched 5000–7000',
    'fetched → applied 7000–9000',
    'applied → healthy 9000–11000',
  ]);
});

test('a failure is the status of its cluster and of the whole', () => {
  const failed = { kind: 'failed', stage: 'rollout', reason: 'X', because: 'web crashes', since: at(9_500) } as const;
  const steps = { fetched: { at: at(7_000) }, applied: { at: at(9_000) } };
  const arrival = { clusters: { 'prod-eu': failed }, steps: { 'prod-eu': steps } };
  const names = seen(arrived({ arrival, failed: { at: at(9_500), cluster: 'prod-eu', reason: 'X' } }));
  expect(names[0]).toBe('release web → production 0–9500 (web crashes)');
  expect(names).toContain('prod-eu 5000–9500 (web crashes)');
  expect(names).toContain('applied → failed 9000–9500');
});

test('told again it is the same trace; a recovery and a late failure are none', () => {
  expect(spansOf(arrived())).toEqual(spansOf(arrived({ revision: 9 })));
  expect(new Set(spansOf(arrived()).map(({ spanId }) => spanId)).size).toBe(7);
  expect(spansOf(arrived({ failed: { at: at(6_000), cluster: 'prod-eu', reason: 'X' } }))).toEqual([]);
  const late = { kind: 'failed', stage: 'rollout', reason: 'X', because: 'x', since: at(99_000) } as const;
  expect(spansOf(arrived({ arrival: { clusters: { 'prod-eu': late }, steps: arrived().arrival?.steps } }))).toEqual([]);
  expect(spansOf(aRelease())).toEqual([]);
});
