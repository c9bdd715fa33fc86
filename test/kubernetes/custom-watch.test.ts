import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/doors/time.ts';
import { type ClusterWatch, watchCluster } from '../../src/kubernetes/cluster-watch.ts';
import { openCluster } from '../../src/kubernetes/clusters.ts';
import { kubeconfigFor, startTinyApi, type TinyApi } from '../support/tiny-api.ts';

const site = { group: 'apps.example.com', version: 'v1', kind: 'Site' };
const web = { ...site, namespace: 'shop', name: 'web' };

let folder: string;
let api: TinyApi;
let watch: ClusterWatch;
let warnings: { readonly fields: object; readonly message: string }[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-customs-'));
  api = await startTinyApi();
  warnings = [];
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  watch = watchCluster({
    name: 'tiny',
    api: openCluster({ kubeconfig }),
    clock: systemClock,
    random: Math.random,
    log: {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (fields, message) => void warnings.push({ fields, message }),
    },
    onChange: () => {},
    bounds: { shortestPauseMs: 5, longestPauseMs: 20, forbiddenPauseMs: 20 },
    rediscoverMs: 50,
  });
});
afterEach(async () => {
  await watch.stop();
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 5 });
const put = (ready: string, kind = 'Site') =>
  api.put({
    ...{ apiVersion: 'apps.example.com/v1', kind, metadata: { namespace: 'shop', name: 'web' } },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });
const seen = () => watch.view.custom(web)?.conditions.map(({ status }) => status);

describe('kinds that only operators know', () => {
  test('are watched while a service has one of them, in the version that is served', async () => {
    put('False');
    watch.follow([{ ...site, version: 'v1alpha1' }]);
    await eventually(() => expect(seen()).toEqual(['False']));
    expect(watch.view.sightOf(site)).toBe('seen');
    put('True');
    await eventually(() => expect(seen()).toEqual(['True']));
    expect(
      api.requests.filter((each) => each.includes('/sites?')).every((each) => each.includes('labelSelector=')),
    ).toBe(true);
    watch.follow([]);
    await eventually(() => expect(api.watching('sites')).toBe(0));
    expect(seen()).toBeUndefined();
    expect(watch.view.sightOf(site)).toBe('unlisted');
  });

  test('that are not served are looked for again', async () => {
    watch.follow([site]);
    await eventually(() => expect(watch.view.sightOf(site)).toBe('unserved'));
    put('True');
    await eventually(() => expect(seen()).toEqual(['True']));
  });

  test('that may not be listed are told once, with the right that is missing', async () => {
    put('True');
    await eventually(() => expect(watch.synced()).toBe(true));
    api.faults.refused = { sites: 403 };
    watch.follow([site]);
    await eventually(() => expect(watch.view.sightOf(site)).toBe('forbidden'));
    const asked = api.requests.length;
    await eventually(() => expect(api.requests.length).toBeGreaterThan(asked + 3));
    expect(warnings.filter(({ message }) => message.includes('right'))).toHaveLength(1);
    expect(watch.missingRights()).toEqual(['sites.apps.example.com']);
    expect(watch.staleSince()).toBeNull();
    api.faults.refused = {};
    await eventually(() => expect(seen()).toEqual(['True']));
    expect(watch.missingRights()).toEqual([]);
  });

  test('are watched up to a bound', async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ ...site, kind: `Kind${String(index).padStart(2, '0')}` }));
    for (const { kind } of many) put('True', kind);
    watch.follow(many);
    const watched = () => many.filter(({ kind }) => api.watching(`${kind.toLowerCase()}s`) === 1).length;
    await eventually(() => expect(watched()).toBe(20));
    watch.follow(many);
    expect(warnings.map(({ fields }) => fields)).toEqual([{ cluster: 'tiny', kinds: 25, limit: 20 }]);
  });
});
