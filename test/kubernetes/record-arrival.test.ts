import { expect, test } from 'vitest';
import { recordArrival } from '../../src/kubernetes/record-arrival.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { aRelease, at, sha } from '../support/builders.ts';

/** A record of one release that somebody else changes `races` times in between. */
function aRecord(races = 0) {
  let release: Release = aRelease({ state: { kind: 'written', commit: sha() } });
  let left = races;
  let writes = 0;
  return {
    release: async () => release,
    now: () => release,
    writes: () => writes,
    transition: async (before: Release, change: Partial<Release>) => {
      if (left > 0) {
        left -= 1;
        release = { ...release, revision: release.revision + 1 };
      }
      if (release.revision !== before.revision) return { kind: 'moved' as const, record: release };
      writes += 1;
      release = { ...before, ...change, revision: before.revision + 1 };
      return { kind: 'done' as const, record: release };
    },
  };
}

const waiting: Verdict = { kind: 'waiting', stage: 'apply', because: 'Flux applies it next', since: at() };
const healthy: Verdict = { kind: 'healthy', since: at(2_000) };
const fetched = { fetched: { at: at(1_000) } };

test('a step is kept beside the verdict, also where the verdict is the same', async () => {
  const record = aRecord();
  const { id } = record.now();
  await recordArrival(record, id, { dev: waiting });
  await recordArrival(record, id, { dev: waiting }, { dev: fetched });
  expect(record.now().arrival).toEqual({ clusters: { dev: waiting }, steps: { dev: fetched } });
  await recordArrival(record, id, { dev: waiting }, { dev: fetched });
  expect(record.writes()).toBe(2);
});

test('what was recorded first stays, whoever saw it later, and whoever was first', async () => {
  const record = aRecord(2);
  const { id } = record.now();
  await recordArrival(record, id, { dev: waiting }, { dev: fetched });
  const later = { fetched: { at: at(9_000) }, applied: { at: at(9_000) } };
  await recordArrival(record, id, { dev: waiting }, { dev: later });
  expect(record.now().arrival?.steps).toEqual({ dev: { ...later, ...fetched } });
});

test('what failed before a commit is kept beside it', async () => {
  const record = aRecord(1);
  const { id } = record.now();
  const failed = { 'Kustomization/flux-system/web': 'BuildFailed kustomize build failed' };
  await recordArrival(record, id, { dev: waiting }, {}, { dev: failed });
  await recordArrival(record, id, { dev: waiting }, {}, { dev: failed, eu: {} });
  expect(record.now().arrival).toEqual({ clusters: { dev: waiting }, earlier: { dev: failed } });
  expect(record.writes()).toBe(1);
});

test('without steps none are recorded', async () => {
  const record = aRecord();
  await recordArrival(record, record.now().id, { dev: waiting }, { dev: {} });
  expect(record.now().arrival).toEqual({ clusters: { dev: waiting } });
});

test.each<Verdict>([
  { kind: 'superseded', by: '1.4.3', since: at(1_000) },
  { kind: 'gone', because: 'its commit is no longer in main', since: at(1_000) },
])('a cluster that has not heard yet that a release is $kind does not call it back', async (left) => {
  const record = aRecord();
  const { id } = record.now();
  await recordArrival(record, id, { dev: waiting, eu: waiting });
  await recordArrival(record, id, { dev: left });
  await recordArrival(record, id, { dev: { ...waiting, because: 'the live image is another one' }, eu: healthy });
  expect(record.now().arrival).toEqual({ clusters: { dev: left, eu: healthy } });
});
