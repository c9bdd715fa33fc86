import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createPulse, type Pulse } from '../../src/doors/telemetry.ts';
import type { Expected } from '../../src/kubernetes/expected.ts';
import { createKubernetes } from '../../src/kubernetes/kubernetes.ts';
import type { HealthySeen, Kubernetes } from '../../src/kubernetes/ports.ts';
import type { Drift, SeenDrift } from '../../src/vocabulary/drift.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import {
  aFinishedWorld,
  anExpected,
  aWorld,
  commits,
  fields,
  fluxFields,
  isAncestor,
  nowMs,
  revision,
} from '../support/cluster-world.ts';
import { kubeconfigFor, startTinyApi, type TinyApi } from '../support/tiny-api.ts';

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ namespace: z.string(), name: z.string() }),
});
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let folder: string;
let api: TinyApi;
let kubernetes: Kubernetes;
let verdicts: (Verdict & { readonly cluster: string })[];
let healthy: HealthySeen[];
let drifts: (SeenDrift | string)[];
let refusals: number;
let atMs: number;
let term: number | null;
const lead = { asked: 0 };
let open: Drift[];
let pulse: Pulse;

const load = (world: ReturnType<typeof aFinishedWorld>, to = api) => {
  for (const object of world.raw) to.put(objectSchema.parse(object));
};

async function begin(
  expected: readonly Expected[] | Promise<never> = [anExpected({ cluster: 'tiny' })],
  apis: Readonly<Record<string, TinyApi>> = { tiny: api },
): Promise<void> {
  const clusters = Object.entries(apis).map(([name, { url }]) => {
    const kubeconfig = join(folder, name);
    writeFileSync(kubeconfig, kubeconfigFor(url));
    return [name, { kubeconfig }] as const;
  });
  const clock = { now: () => atMs };
  pulse = createPulse(clock);
  kubernetes = createKubernetes({
    clusters: Object.fromEntries(clusters),
    clock,
    log: silent,
    pulse,
    isAncestor: async (_repository, a, b) => isAncestor(a, b),
    expected: async () => expected,
    onVerdict: async (_expected, cluster, { verdict }) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new Error('the record cannot be written');
      }
      verdicts.push({ ...verdict, cluster });
    },
    onHealthy: async (seen) => healthy.push(seen),
    onDrift: async (seen) => drifts.push(seen),
    onDriftEnded: async (_id, how) => drifts.push(how),
    term: () => {
      lead.asked += 1;
      return term;
    },
    openDrifts: async () => open,
    bounds: { shortestPauseMs: 10, longestPauseMs: 100 },
  });
  await kubernetes.start();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-kubernetes-'));
  api = await startTinyApi();
  [verdicts, healthy, drifts, refusals, atMs, term, open] = [[], [], [], 0, nowMs, 0, []];
});
afterEach(async () => {
  await kubernetes.stop();
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 10 });

test('a watcher that stands still is late within a minute, also where its clock goes on', async () => {
  const never = Promise.withResolvers<never>();
  await begin(never.promise);
  atMs += 30_000;
  expect(pulse.late()).not.toContain('arrivals');
  atMs += 30_000;
  await eventually(() => expect(pulse.late()).toEqual(['arrivals']));
  expect(pulse.ages()).toContainEqual({ loop: 'arrivals', seconds: 60 });
  never.reject(new Error('answered at last'));
  await eventually(() => expect(pulse.late()).toEqual([]));
});

describe('of several replicas', () => {
  const isHealthy = () =>
    expect(kubernetes.status()).toMatchObject([{ services: [{ service: 'web', verdict: { kind: 'healthy' } }] }]);

  test('one that follows sees everything and says nothing; when it leads it says what is so', async () => {
    term = null;
    load(aFinishedWorld());
    await begin();
    await eventually(isHealthy);
    expect([verdicts, healthy, drifts]).toEqual([[], [], []]);
    term = 1;
    await eventually(() => expect([verdicts, healthy]).toMatchObject([[{ kind: 'healthy' }], [{ service: 'web' }]]));
  });

  test('one that begins to lead ends what ended while the one before it was going', async () => {
    const owners = [
      fluxFields('web', { replicas: false }),
      fields('kubectl', 'web', { replicas: true, subresource: 'scale' }),
    ];
    load(aFinishedWorld());
    await begin();
    await eventually(() => expect(healthy).toHaveLength(1));
    load(aFinishedWorld().workload({ wanted: 5, owners }));
    await eventually(() => expect(drifts).toHaveLength(1));
    const [first] = drifts;
    open = typeof first === 'object' ? [{ ...first, kind: 'drift', revision: 1, state: { kind: 'open' } }] : [];
    term = null;
    const { asked } = lead;
    await eventually(() => expect(lead.asked).toBeGreaterThan(asked));
    load(aFinishedWorld());
    // Its end is seen as a follower, which is nothing to say.
    await eventually(() =>
      expect(kubernetes.deliveries('web', 'production')[0]?.verdict).toMatchObject({ kind: 'healthy' }),
    );
    expect(drifts).toHaveLength(1);
    term = 1;
    await eventually(() => expect(drifts.slice(1)).toEqual(['corrected']));
  });
});

test('a replica that leads anew, although it noticed no other, says anew what is so', async () => {
  load(aFinishedWorld());
  await begin();
  await eventually(() => expect(verdicts).toHaveLength(1));
  term = 1;
  await eventually(() => expect(verdicts).toHaveLength(2));
  expect(verdicts[1]).toEqual(verdicts[0]);
});

describe('watching a cluster', () => {
  test('tells a verdict once, and what was healthy', async () => {
    load(aFinishedWorld());
    await begin();
    await eventually(() => expect(healthy).toHaveLength(1));
    api.put({ kind: 'ExternalArtifact', metadata: { namespace: 'x', name: 'something-else' } });
    kubernetes.refresh();
    expect(verdicts).toMatchObject([{ kind: 'healthy', running: '1.4.2' }]);
    expect(healthy).toMatchObject([{ service: 'web', environment: 'production', cluster: 'tiny', version: '1.4.2' }]);
    expect(kubernetes.status()).toMatchObject([
      { cluster: 'tiny', reachable: true, flux: 'seen', services: [{ service: 'web', verdict: { kind: 'healthy' } }] },
    ]);
  });

  test('says nothing again after a restart, and keeps since when it was so', async () => {
    load(aFinishedWorld());
    const previous: Verdict = {
      kind: 'healthy',
      running: '1.4.2',
      pods: { ready: 2, wanted: 2 },
      since: '2026-06-01T10:00:00.000Z',
    };
    await begin([anExpected({ cluster: 'tiny', previous })]);
    await eventually(() => expect(healthy).toHaveLength(1));
    expect(verdicts).toEqual([]);
    expect(healthy[0]?.at).toBe(previous.since);
  });

  test('tells again what could not be recorded', async () => {
    load(aFinishedWorld());
    refusals = 2;
    await begin();
    await eventually(() => expect(verdicts).toMatchObject([{ kind: 'healthy' }]));
  });

  test('follows the rollout from the first event to the last', async () => {
    const world = aFinishedWorld();
    load(world);
    await begin();
    await eventually(() => expect(verdicts.at(-1)?.kind).toBe('healthy'));
    load(aFinishedWorld().pod('web-abc-2', { ready: false, waiting: { reason: 'CrashLoopBackOff' } }));
    await eventually(() => expect(verdicts.at(-1)).toMatchObject({ kind: 'failed', reason: 'CrashLoopBackOff' }));
    load(aFinishedWorld());
    await eventually(() => expect(verdicts.at(-1)?.kind).toBe('healthy'));
    expect(healthy).toHaveLength(1);
  });

  test('looks at what Flux names where the watch is dead, and believes the API server alone', async () => {
    const before = () => aWorld().source().workload().pod('web-abc-1').pod('web-abc-2');
    const named = { kind: 'Kustomization', namespace: 'flux-system', name: 'web' };
    load(before().kustomization({ attempted: revision(commits.old) }));
    await begin();
    await eventually(() => expect(verdicts).toMatchObject([{ kind: 'waiting' }]));
    await eventually(() => expect(api.watching('kustomizations')).toBe(1));
    const looks = () => api.requests.filter((each) => each.includes('fieldSelector=metadata.name'));
    // Said to have changed, as a replay says it: there is nothing new.
    kubernetes.hint('tiny', named);
    await eventually(() => expect(looks()).toHaveLength(1));
    for (const kind of ['Pod', 'Secret', 'Deployment', 'constructor']) kubernetes.hint('tiny', { ...named, kind });
    kubernetes.hint('tiny', { ...named, name: 'no-such' });
    kubernetes.hint('no-such-cluster', named);
    await eventually(() => expect(looks()).toHaveLength(2));

    api.silence();
    load(aWorld().kustomization());
    kubernetes.hint('tiny', named);
    await eventually(() => expect(verdicts.at(-1)?.kind).toBe('healthy'));
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['waiting', 'healthy']));
    expect(looks()).toHaveLength(3);
    expect(looks()[0]).toBe(
      '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations?fieldSelector=metadata.name%3Dweb',
    );
  });

  test('tells a live edit and its correction', async () => {
    load(aFinishedWorld());
    await begin();
    await eventually(() => expect(healthy).toHaveLength(1));
    const owners = [
      fluxFields('web', { replicas: false }),
      fields('kubectl', 'web', { replicas: true, subresource: 'scale' }),
    ];
    load(aFinishedWorld().workload({ wanted: 5, owners }));
    await eventually(() => expect(drifts).toMatchObject([{ field: 'spec.replicas', live: '5', wanted: '2' }]));
    load(aFinishedWorld());
    await eventually(() => expect(drifts).toMatchObject([{}, 'corrected']));
  });

  test('holds up no other cluster for one that is away, and tells one summary of it when it is back', async () => {
    await using near = await startTinyApi();
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const put = (owned: boolean) => {
      for (const service of names)
        load(
          aWorld()
            .source()
            .kustomization({ name: service, path: `./apps/production/${service}` })
            .workload({
              name: service,
              ...{ kustomization: service, image: `registry.acme.test/${service}:1.4.2`, wanted: owned ? 2 : 5 },
              owners: owned
                ? [fluxFields(service)]
                : [fluxFields(service, { replicas: false }), fields('kubectl', service, { replicas: true })],
            }),
        );
    };
    put(true);
    load(aFinishedWorld(), near);
    const away = names.map((service) =>
      anExpected({
        ...{ cluster: 'tiny', service, image: `registry.acme.test/${service}` },
        paths: [`apps/production/${service}/kustomization.yaml`],
      }),
    );
    await begin([...away, anExpected({ cluster: 'near' })], { tiny: api, near });
    const reachable = () => kubernetes.status().map((each) => each.reachable);
    await eventually(() => expect(kubernetes.status()[0]?.services).toHaveLength(12));
    await eventually(() => expect(healthy).toMatchObject([{ cluster: 'near' }]));
    api.faults.mute = true;
    api.cut();
    await eventually(() => expect(reachable()).toEqual([false, true]));
    atMs += 3 * 3_600_000;
    put(false);
    load(aFinishedWorld().pod('web-abc-2', { ready: false, waiting: { reason: 'CrashLoopBackOff' } }), near);
    await eventually(() => expect(verdicts.filter(({ cluster }) => cluster === 'near').at(-1)?.kind).toBe('failed'));
    expect(reachable()).toEqual([false, true]);
    api.compact();
    delete api.faults.mute;
    api.cut();
    await eventually(() => expect(drifts.length).toBeGreaterThanOrEqual(13));
    const told = drifts.filter((each) => typeof each !== 'string' && each.bundle === undefined);
    expect(new Set(told.map((each) => (typeof each === 'string' ? each : each.signal)))).toEqual(new Set(['many']));
    expect(told.at(-1)).toMatchObject({ live: '12 deviations' });
  });

  test('judges by the workloads where pods may not be listed', async () => {
    api.faults.refused = { pods: 403 };
    load(aFinishedWorld());
    await begin();
    await eventually(() => expect(verdicts).toMatchObject([{ kind: 'healthy', running: '1.4.2' }]));
    expect(kubernetes.overviews()).toMatchObject([
      { cluster: 'tiny', missingRights: ['pods'], kustomizations: 1, services: 1, heardAt: expect.any(String) },
    ]);
    expect(kubernetes.deliveries('web', 'production')).toMatchObject([
      { cluster: 'tiny', verdict: { kind: 'healthy' } },
    ]);
    expect(kubernetes.deliveries('web', 'dev')).toEqual([]);
  });

  test('takes a cluster without Flux for what it is', async () => {
    api.faults.refused = {
      kustomizations: 404,
      helmreleases: 404,
      gitrepositories: 404,
      ocirepositories: 404,
      externalartifacts: 404,
    };
    await begin();
    await eventually(() => expect(kubernetes.status()).toMatchObject([{ flux: 'absent', reachable: true }]));
  });

  test('says of a cluster that does not answer that it does not, and leaves alone what was proven', async () => {
    api.faults.list = 503;
    const previous: Verdict = { kind: 'healthy', since: '2026-06-01T10:00:00.000Z' };
    await begin([anExpected({ cluster: 'tiny' }), anExpected({ cluster: 'tiny', service: 'api', previous })]);
    await eventually(() => expect(kubernetes.status()[0]?.because).toContain('503'));
    atMs += 60_000;
    await eventually(() =>
      expect(verdicts).toMatchObject([{ kind: 'waiting', because: expect.stringContaining('tiny cannot be reached') }]),
    );
    expect(kubernetes.status()).toMatchObject([{ reachable: false }]);
    load(aFinishedWorld());
    delete api.faults.list;
    await eventually(() => expect(verdicts.at(-1)?.kind).toBe('healthy'));
  });
});
