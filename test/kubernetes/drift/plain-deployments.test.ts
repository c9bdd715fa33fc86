import { expect, test } from 'vitest';
import { createClusterObjects } from '../../../src/kubernetes/cluster-objects.ts';
import { createJudge } from '../../../src/kubernetes/judge.ts';
import { watchedKinds } from '../../../src/kubernetes/kinds.ts';
import {
  anExpected,
  aWorld,
  type Condition,
  commits,
  isAncestor,
  nowMs,
  revision,
} from '../../support/cluster-world.ts';
import { seeded } from '../../support/seeded.ts';

// Deployments as Flux makes them, in many orders of events: none of them is a drift.

interface Step {
  readonly atMs: number;
  readonly object: { readonly kind: string };
}

const containers = (image: string) => ({ spec: { containers: [{ name: 'web', image }] } });
const running: readonly Condition[] = [
  [
    'Reconciling',
    'True',
    'Progressing',
    `Detecting drift for revision ${revision(commits.wanted)} with a timeout of 2m`,
  ],
  ['Ready', 'Unknown', 'Progressing', 'Reconciliation in progress'],
];
const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** One deployment of web 1.4.2 over 1.4.1: what the watches bring, kind by kind in order, the kinds against each other late by chance. */
function aDeployment(random: () => number): Step[] {
  const scaled = random() < 0.3;
  const helm = random() < 0.2;
  const replicas = 2 + Math.floor(random() * 3);
  const late = new Map<string, number>();
  const steps: Step[] = [];
  const put = (afterMs: number, make: (world: ReturnType<typeof aWorld>) => unknown) => {
    const world = aWorld();
    make(world);
    for (const object of world.raw) {
      const lag = late.get(object.kind) ?? random() * 2_500;
      late.set(object.kind, lag);
      steps.push({ atMs: nowMs + afterMs + lag, object });
    }
  };
  const inventory = { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] };
  const history = (digest: string, ms: number) => ({
    inventory,
    history: [{ digest, lastReconciled: instant(ms), lastReconciledStatus: 'ReconciliationSucceeded' }],
  });
  // The applier owns the image; where Git leaves replicas open, an autoscaler sets them.
  const owned = (ms: number) => [
    {
      ...{ manager: helm ? 'helm-controller' : 'kustomize-controller', operation: 'Apply', time: instant(ms) },
      fieldsV1: {
        'f:spec': {
          ...(scaled ? {} : { 'f:replicas': {} }),
          'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } },
        },
      },
    },
    ...(scaled
      ? [
          {
            manager: 'kube-controller-manager',
            subresource: 'scale',
            operation: 'Update',
            time: instant(ms),
            fieldsV1: { 'f:spec': { 'f:replicas': {} } },
          },
        ]
      : []),
  ];
  const workload =
    (tag: string, wanted: number, ms: number, updated = wanted) =>
    (world: ReturnType<typeof aWorld>) =>
      world.workload({
        ...{ wanted, helm, owners: owned(ms), spec: { template: containers(`registry.acme.test/web:${tag}`) } },
        status: { updatedReplicas: updated, availableReplicas: updated },
      });
  const old = revision(commits.old);
  const begin = nowMs - 3_600_000;
  put(-20_000, (world) => world.source({ revision: old }));
  put(-20_000, (world) => world.kustomization({ attempted: old, status: history('sha256:old', begin) }));
  if (helm) put(-20_000, (world) => world.helmRelease({ values: { image: { tag: '1.4.1' } } }));
  put(-20_000, workload('1.4.1', replicas, begin));
  if (scaled) put(-5_000, workload('1.4.1', replicas + 2, begin));
  put(1_000, (world) => world.source());
  put(1_500, (world) =>
    world.kustomization({ attempted: old, conditions: running, status: history('sha256:old', begin) }),
  );
  put(1_800, (world) =>
    world.kustomization({ applied: old, conditions: running, status: history('sha256:old', begin) }),
  );
  if (helm) put(2_000, (world) => world.helmRelease({ generation: 2 }));
  const live = scaled ? replicas + 2 : replicas;
  put(2_200, workload('1.4.2', live, nowMs + 2_200, 0));
  put(2_300, (world) =>
    world.put({
      kind: 'Event',
      ...{
        metadata: {
          namespace: 'flux-system',
          name: 'web.1',
          annotations: { 'kustomize.toolkit.fluxcd.io/revision': revision(commits.wanted) },
        },
      },
      ...{ involvedObject: { kind: 'Kustomization', namespace: 'flux-system', name: 'web' } },
      ...{
        message: 'Deployment/shop/web configured\nConfigMap/shop/settings created',
        lastTimestamp: instant(nowMs + 2_300),
      },
    }),
  );
  for (let pod = 0; pod < live; pod += 1) put(3_000 + 200 * pod, (world) => world.pod(`web-new-${pod}`));
  put(5_000, workload('1.4.2', live, nowMs + 2_200, live));
  if (helm) put(5_500, (world) => world.helmRelease());
  put(6_000, (world) => world.kustomization({ applied: old, status: history('sha256:old', begin) }));
  put(6_100, (world) => world.kustomization({ status: history('sha256:new', nowMs + 6_000) }));
  // Two runs more, which change nothing.
  for (const later of [600_000, 1_200_000]) {
    put(later, (world) =>
      world.kustomization({ conditions: running, status: history('sha256:new', nowMs + later - 600_000 + 6_000) }),
    );
    put(later + 400, (world) => world.kustomization({ status: history('sha256:new', nowMs + later) }));
  }
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

function driftsOf(random: () => number): readonly unknown[] {
  const steps = aDeployment(random);
  const view = createClusterObjects();
  const judge = createJudge('prod-eu');
  // Released by Sluice, or committed by somebody else; told to the judge before or after Flux knows of it.
  const { release: _release, ...outside } = anExpected();
  const wanted = random() < 0.5 ? anExpected() : outside;
  const pushedMs = nowMs + random() * 1_000;
  const told: unknown[] = [];
  const judgeAt = (atMs: number) => {
    const before = { ...outside, commit: anExpected().commit, version: '1.4.1' };
    const expected = atMs < pushedMs ? before : wanted;
    told.push(...judge.judge(view, [expected], isAncestor, atMs).drift.seen);
  };
  for (const { atMs, object } of steps) {
    const kept = watchedKinds.find(({ kind }) => kind === object.kind)?.keep(object);
    if (kept) view.put(kept);
    // As a person who looks once in a while: before everything was seen once, nothing is judged.
    if (atMs > nowMs - 15_000) judgeAt(atMs);
  }
  for (let atMs = nowMs + 1_260_000; atMs < nowMs + 1_500_000; atMs += 60_000) judgeAt(atMs);
  return told;
}

/** Enough for every run of the tests; PLAIN_DEPLOYMENTS=1000 plays the whole proof. */
const count = Number(process.env['PLAIN_DEPLOYMENTS'] ?? 150);

test('plain deployments are no drift, in whatever order their events come', () => {
  const random = seeded(7);
  const told = Array.from({ length: count }, () => driftsOf(random)).flat();
  expect(told).toEqual([]);
}, 180_000);
