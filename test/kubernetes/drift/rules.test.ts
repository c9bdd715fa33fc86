import { describe, expect, test } from 'vitest';
import { createJudge } from '../../../src/kubernetes/judge.ts';
import { keepReport } from '../../../src/kubernetes/keep-report.ts';
import {
  aFinishedWorld,
  anExpected,
  aWorld,
  type Condition,
  commits,
  fields,
  fluxFields,
  isAncestor,
  nowMs,
  revision,
} from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;

const minute = 60_000;
const inventory = { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] };
const ran = (at: string, digest = 'sha256:aa') => ({
  inventory,
  history: [{ digest, lastReconciled: at, lastReconciledStatus: 'ReconciliationSucceeded' }],
});

/** Judges world after world, as a cluster without a release of Sluice on its way; says what is told in short. */
function watching(options: { released?: boolean } = {}) {
  const judge = createJudge('prod-eu');
  const { release, ...place } = anExpected();
  const names = new Map<string, string>();
  return (world: World, atMs = nowMs, change: object = {}): string[] => {
    const expected = { ...place, ...(options.released ? { release } : {}), ...change };
    const { drift } = judge.judge(world.view, [expected], isAncestor, atMs);
    for (const each of drift.seen) names.set(each.id, `${each.signal} ${each.object}`);
    return [
      ...drift.seen.map((each) => `${each.signal} ${each.object}: ${each.live} → ${each.wanted}`),
      ...drift.ended.map(({ id, how }) => `${names.get(id)} ${how}`),
    ];
  };
}

const failing: readonly Condition[] = [
  ['Ready', 'False', 'BuildFailed', 'kustomize build failed: accumulating resources'],
];
const retrying: readonly Condition[] = [
  ['Reconciling', 'True', 'Progressing', 'Building manifests'],
  ['Ready', 'Unknown', 'Progressing'],
];

describe('stuck', () => {
  test('is told after a minute of failing, not again with each retry, and ends when it reconciles', () => {
    const look = watching();
    const applied = revision(commits.wanted);
    expect(look(aFinishedWorld().kustomization({ conditions: failing, applied }))).toEqual([]);
    expect(look(aFinishedWorld().kustomization({ conditions: retrying, applied }), nowMs + minute / 2)).toEqual([]);
    expect(look(aFinishedWorld().kustomization({ conditions: failing, applied }), nowMs + minute)).toEqual([]);
    expect(look(aFinishedWorld().kustomization({ conditions: failing, applied }), nowMs + 2 * minute + 1)).toEqual([
      'stuck Kustomization/flux-system/web: BuildFailed → True',
    ]);
    expect(look(aFinishedWorld().kustomization({ conditions: retrying, applied }), nowMs + 3 * minute)).toEqual([]);
    expect(look(aFinishedWorld(), nowMs + 4 * minute)).toEqual(['stuck Kustomization/flux-system/web corrected']);
  });

  test('is left to the message of the release whose commit fails', () => {
    const look = watching({ released: true });
    const world = () =>
      aWorld()
        .source()
        .kustomization({ conditions: failing, applied: revision(commits.old) });
    look(world());
    expect(look(world(), nowMs + 10 * minute)).toEqual([]);
  });
});

describe('behind', () => {
  const late = () =>
    aFinishedWorld().kustomization({ applied: revision(commits.old), attempted: revision(commits.old) });

  test('is told when Flux has had the time for a run and did not take the commit', () => {
    const look = watching();
    expect(look(late())).toEqual([]);
    expect(look(late(), nowMs + 10 * minute)).toEqual([]);
    expect(look(late(), nowMs + 15 * minute)).toEqual(['behind Kustomization/flux-system/web: 1111111 → 2222222']);
    expect(look(aFinishedWorld(), nowMs + 16 * minute)).toEqual(['behind Kustomization/flux-system/web corrected']);
  });

  test('is not, on a branch that moves faster than Flux runs', () => {
    const look = watching();
    look(late());
    look(aFinishedWorld(), nowMs + 12 * minute, { commit: commits.later });
    expect(look(aFinishedWorld(), nowMs + 20 * minute, { commit: commits.later })).toEqual([]);
  });

  test('is not, where the pause or the failure behind it is told', () => {
    const look = watching();
    const paused = () => late().kustomization({ applied: revision(commits.old), spec: { suspend: true } });
    look(paused());
    expect(look(paused(), nowMs + 60 * minute).filter((line) => line.startsWith('behind'))).toEqual([]);
  });
});

describe('deleted', () => {
  test('is told of what Flux says it applied, and closed when it is back', () => {
    const look = watching();
    const whole = aFinishedWorld().kustomization({ status: { inventory } });
    look(whole);
    const without = aWorld().source().kustomization({ status: { inventory } });
    look(without);
    expect(look(without, nowMs + 2_000)).toEqual(['deleted Deployment/shop/web: deleted → present']);
    expect(look(whole, nowMs + 60_000)).toEqual(['deleted Deployment/shop/web corrected']);
  });

  test('is not what Git took away: the inventory does not list it any more', () => {
    const look = watching();
    look(aFinishedWorld().kustomization({ status: { inventory } }));
    const pruning = aWorld().source().kustomization({ status: { inventory }, conditions: retrying });
    expect(look(pruning, nowMs + 2_000)).toEqual([]);
    const pruned = aWorld()
      .source()
      .kustomization({ status: { inventory: { entries: [] } } });
    expect(look(pruned, nowMs + 4_000)).toEqual([]);
  });
});

describe('corrected unseen', () => {
  const report = (at: string, of: string, message = 'ConfigMap/shop/settings configured') => ({
    kind: 'Event',
    ...{
      metadata: {
        namespace: 'flux-system',
        name: `web.${at}`,
        annotations: { 'kustomize.toolkit.fluxcd.io/revision': revision(of) },
      },
    },
    ...{ involvedObject: { kind: 'Kustomization', namespace: 'flux-system', name: 'web' }, message, lastTimestamp: at },
  });
  const first = () => aFinishedWorld().kustomization({ status: ran('2026-06-01T11:59:00Z') });
  const again = () => aFinishedWorld().kustomization({ status: ran('2026-06-01T12:10:05Z') });

  test('is told of any kind of object, when Flux changes it at a revision that it had applied before', () => {
    const look = watching();
    look(first());
    expect(look(again().put(report('2026-06-01T12:10:00Z', commits.wanted)), nowMs + 11 * minute)).toEqual([
      'corrected ConfigMap/shop/settings: changed → as in Git',
    ]);
    expect(look(again(), nowMs + 12 * minute)).toEqual(['corrected ConfigMap/shop/settings corrected']);
  });

  test.each<[string, World]>([
    ['the report of a deployment', first().put(report('2026-06-01T11:58:58Z', commits.wanted))],
    ['a report of another revision', again().put(report('2026-06-01T12:10:00Z', commits.old))],
    [
      'a run that built something else, as after a changed substitution',
      aFinishedWorld()
        .kustomization({ status: ran('2026-06-01T12:10:05Z', 'sha256:bb') })
        .put(report('2026-06-01T12:10:00Z', commits.wanted)),
    ],
    [
      'a run after the Kustomization itself was changed',
      aFinishedWorld()
        .kustomization({ generation: 2, status: ran('2026-06-01T12:10:05Z') })
        .put(report('2026-06-01T12:10:00Z', commits.wanted)),
    ],
  ])('is not %s', (_what, world) => {
    const look = watching();
    look(first());
    expect(look(world, nowMs + 11 * minute)).toEqual([]);
  });

  test('is told as flapping once it happens on every run, with the field that somebody fights for', () => {
    const look = watching();
    look(first());
    const owners = [fluxFields('web'), { ...fields('keda-operator', 'web', { replicas: true }) }];
    const told = [10, 20, 30, 40, 50].flatMap((at) => {
      const time = (second: string) => `2026-06-01T12:${at}:${second}Z`;
      const world = aFinishedWorld()
        .workload({ owners: [fluxFields('web', { replicas: false }), owners[1] ?? {}] })
        .kustomization({ status: ran(time('05')) })
        .put(report(time('00'), commits.wanted, 'Deployment/shop/web configured'));
      return [...look(world, nowMs + (at + 1) * minute), ...look(world, nowMs + (at + 1) * minute + 5_000)];
    });
    expect(told.filter((line) => line.startsWith('flapping'))).toEqual(['flapping Deployment/shop/web: 2 → as in Git']);
    expect(told.at(-1)).toMatch(/^flapping/);
    expect(look(again(), nowMs + 120 * minute)).toContain('flapping Deployment/shop/web corrected');
  });

  test('no Event that is not about changed objects is kept', () => {
    const about = { kind: 'Kustomization', namespace: 'a', name: 'b' };
    const at = '2026-06-01T12:00:00Z';
    const metadata = { namespace: 'a', name: 'x' };
    expect(
      keepReport({ metadata, involvedObject: about, message: 'Health check passed in 5s', lastTimestamp: at }),
    ).toBeNull();
    expect(
      keepReport({ metadata, involvedObject: { ...about, kind: 'HelmRelease' }, message: 'A/b configured' }),
    ).toBeNull();
    expect(keepReport({ metadata, involvedObject: about, message: 'A/b/c configured' })).toBeNull();
    expect(keepReport(null)).toBeNull();
  });
});

describe('a restart by hand', () => {
  const annotation = { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } };
  const restart = {
    ...{ manager: 'kubectl-rollout', operation: 'Update', time: '2026-06-01T11:59:00Z' },
    fieldsV1: { 'f:spec': { 'f:template': { 'f:metadata': annotation } } },
  };

  test('is one quiet line, and ends when Flux takes its annotation away', () => {
    const look = watching();
    look(aFinishedWorld());
    const at = { 'kubectl.kubernetes.io/restartedAt': '2026-06-01T11:59:00Z' };
    const template = {
      metadata: { annotations: at },
      spec: { containers: [{ name: 'web', image: 'registry.acme.test/web:1.4.2' }] },
    };
    const restarted = aFinishedWorld().workload({ owners: [fluxFields('web'), restart], spec: { template } });
    expect(look(restarted)).toEqual(['restart Deployment/shop/web: 2026-06-01T11:59:00Z → ']);
    expect(look(aFinishedWorld())).toEqual(['restart Deployment/shop/web corrected']);
  });
});

describe('an opt-out', () => {
  const ignore = { 'kustomize.toolkit.fluxcd.io/reconcile': 'Disabled' };
  const by = (manager: string) => ({
    manager,
    ...{
      time: '2026-06-01T11:00:00Z',
      fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:kustomize.toolkit.fluxcd.io/reconcile': {} } } },
    },
  });

  test('made by hand is told, whatever the case of its letters', () => {
    const look = watching();
    const world = aFinishedWorld().workload({
      annotations: ignore,
      owners: [fluxFields('web'), by('kubectl-annotate')],
    });
    expect(look(world)).toEqual(['opt-out Deployment/shop/web: Disabled → ']);
    expect(look(aFinishedWorld())).toEqual(['opt-out Deployment/shop/web corrected']);
  });

  test('that Git asks for is meant, but what differs because of it is told as such', () => {
    const look = watching();
    const edited = [fluxFields('web', { replicas: false }), by('kustomize-controller')];
    expect(
      look(aFinishedWorld().workload({ annotations: ignore, owners: [fluxFields('web'), by('kustomize-controller')] })),
    ).toEqual([]);
    const world = aFinishedWorld().workload({
      ...{ annotations: ignore, wanted: 4 },
      owners: [...edited, fields('kubectl-edit', 'web', { replicas: true })],
    });
    expect(look(world)).toEqual(['opt-out Deployment/shop/web: 4 → 2']);
  });
});

describe('other kinds', () => {
  test('a HelmRelease that detects drift and says so, and not one whose detection is off', () => {
    const conditions: readonly Condition[] = [
      ['Ready', 'True', 'UpgradeSucceeded'],
      [
        'Drifted',
        'True',
        'DriftDetected',
        'Cluster state has drifted:\nDeployment/shop/web changed (0 additions, 1 changes, 0 removals)',
      ],
    ];
    const world = (mode: string) =>
      aFinishedWorld()
        .helmRelease({ conditions, spec: { driftDetection: { mode } } })
        .workload({ helm: true });
    expect(watching()(world('warn'))).toEqual(['helm HelmRelease/shop/web: Deployment/shop/web changed → as released']);
    expect(watching()(world('disabled'))).toEqual([]);
  });

  test('another image than Git says, although Flux has applied everything', () => {
    const look = watching();
    const world = aFinishedWorld().workload({ image: 'registry.acme.test/web:1.4.1' });
    look(world);
    look(world, nowMs + 5_000);
    expect(look(world, nowMs + minute)).toEqual([
      'image Deployment/shop/web: registry.acme.test/web:1.4.1 → registry.acme.test/web:1.4.2',
    ]);
  });

  test('a workload with the mark of a Kustomization that does not list it any more', () => {
    const look = watching();
    const world = aFinishedWorld().kustomization({ status: { inventory } }).workload({ name: 'web-old' });
    look(world);
    expect(look(world, nowMs + 11 * minute)).toEqual(['orphan Deployment/shop/web-old: web → ']);
  });

  test('Flux itself silent: all Kustomizations are one message, and a young one is none', () => {
    const old = () =>
      aFinishedWorld()
        .kustomization({ parent: 'root', status: ran('2026-06-01T11:59:00Z') })
        .kustomization({ name: 'root', path: './', status: ran('2026-06-01T11:59:00Z') });
    const look = watching();
    expect(look(old(), nowMs + 10 * minute)).toEqual([]);
    const said = look(old(), nowMs + 60 * minute);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^silent Deployment\/flux-system\/kustomize-controller: no run since 2026-06-01T11:59Z/);
  });
});

describe('no crash and no alarm', () => {
  const long = 'x'.repeat(32_768);
  test.each<[string, object]>([
    ['without status', { status: undefined }],
    ['without metadata but a name', { metadata: { name: 'web', namespace: 'shop' } }],
    ['with unknown conditions', { status: { conditions: [{ type: 'Odd', status: 'Maybe', message: long }] } }],
    ['with conditions that are no list', { status: { conditions: 'all fine' } }],
    [
      'with managedFields of another shape',
      { metadata: { name: 'web', namespace: 'shop', managedFields: [{ fieldsV1: [1], manager: 7 }, null] } },
    ],
    [
      'with fields deeper than anybody needs',
      { metadata: { name: 'web', namespace: 'shop', managedFields: [{ manager: 'kubectl', fieldsV1: deep(200) }] } },
    ],
  ])('for a workload or Kustomization %s', (_what, change) => {
    for (const kind of ['Deployment', 'Kustomization', 'GitRepository', 'HelmRelease', 'Event']) {
      const look = watching();
      const world = aFinishedWorld();
      const spec = { sourceRef: { kind: 'GitRepository', name: 'config' }, path: './apps/production/web' };
      world.put({ kind, ...{ metadata: { namespace: 'shop', name: 'web' }, spec }, ...change });
      expect(look(world)).toEqual([]);
    }
  });

  test('a long hostile message is cut', () => {
    const look = watching();
    const world = () =>
      aFinishedWorld().kustomization({ conditions: [['Ready', 'False', 'BuildFailed', `<!channel> ${long}`]] });
    look(world());
    const { drift } = ((judge) => {
      judge.judge(world().view, [{ ...anExpected(), writtenAt: '2026-06-01T11:59:00.000Z' }], isAncestor, nowMs);
      const { release: _release, ...place } = anExpected();
      judge.judge(world().view, [place], isAncestor, nowMs);
      return judge.judge(world().view, [place], isAncestor, nowMs + 2 * minute);
    })(createJudge('prod-eu'));
    expect(drift.seen).toHaveLength(1);
    expect(drift.seen[0]?.note?.length).toBeLessThan(300);
  });
});

function deep(levels: number): object {
  return levels === 0 ? {} : { 'f:spec': deep(levels - 1) };
}
