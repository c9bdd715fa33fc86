import { describe, expect, test } from 'vitest';
import { arrival } from '../../../src/kubernetes/arrival/arrival.ts';
import { fingerprintOf } from '../../../src/kubernetes/arrival/failure.ts';
import { unitsOf } from '../../../src/kubernetes/arrival/own.ts';
import { createJudge } from '../../../src/kubernetes/judge.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import {
  anExpected,
  aWorld,
  type Condition,
  commits,
  isAncestor,
  nowMs,
  revision,
} from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;
const old = 'registry.acme.test/web:1.4.1';
const api = 'registry.acme.test/api:1';

function judge(world: World, previous?: Verdict): Verdict {
  const expected = anExpected();
  return arrival(
    { view: world.view, expected, isAncestor },
    unitsOf(world.view, expected, isAncestor),
    nowMs,
    previous,
  );
}

const oldPods = (world: World) => world.workload({ image: old }).pod('a', { image: old }).pod('b', { image: old });
const failed = (reason: string, message: string, change: object = {}) => ({
  applied: revision(commits.old),
  conditions: [['Ready', 'False', reason, message]] as const,
  ...change,
});
const timeout = (...keys: string[]) =>
  `health check failed after 30s: timeout waiting for: [${keys.map((key) => `${key} status: 'InProgress'`).join(', ')}]`;

describe('what stops a Kustomization', () => {
  const shared = (reason: string, message: string) =>
    oldPods(aWorld().source().kustomization(failed(reason, message))).workload({ name: 'api', image: api });
  const alone = (reason: string, message: string) => oldPods(aWorld().source().kustomization(failed(reason, message)));
  const first = (reason: string, message: string) => aWorld().source().kustomization(failed(reason, message));

  test.each<[string, World, Verdict['kind']]>([
    [
      'its own Deployment',
      shared('ReconciliationFailed', 'Deployment/shop/web dry-run failed (Invalid): no'),
      'failed',
    ],
    [
      'a Deployment that is to be made for the first time',
      first('ReconciliationFailed', 'Deployment/shop/web dry-run failed (NotFound): namespaces "shop" not found'),
      'failed',
    ],
    [
      'a ConfigMap that is named after it',
      shared('ReconciliationFailed', 'ConfigMap/shop/web-config dry-run failed (Invalid): no'),
      'failed',
    ],
    [
      'any object of a Kustomization of its own',
      alone('ReconciliationFailed', 'Certificate/shop/tls dry-run failed: no matches for kind "Certificate"'),
      'failed',
    ],
    [
      'an object without a namespace, at its own commit',
      alone('ReconciliationFailed', 'Namespace/shop dry-run failed (Forbidden): no'),
      'failed',
    ],
    [
      'a neighbour that runs',
      shared('ReconciliationFailed', 'Deployment/shop/api dry-run failed (Invalid): no'),
      'waiting',
    ],
    ['a new neighbour', shared('ReconciliationFailed', 'StatefulSet/shop/db dry-run failed (Invalid): no'), 'waiting'],
    [
      'a ConfigMap that is named after a neighbour',
      shared('ReconciliationFailed', 'ConfigMap/shop/api-config dry-run failed (Invalid): no'),
      'waiting',
    ],
    [
      'a webhook that is out of order',
      shared('ReconciliationFailed', 'Deployment/shop/web dry-run failed (InternalError): failed calling webhook "x"'),
      'waiting',
    ],
    [
      'a webhook that says no',
      shared('ReconciliationFailed', 'Deployment/shop/web dry-run failed (Forbidden): admission webhook "x" denied it'),
      'failed',
    ],
    ['what cannot be pruned', shared('PruneFailed', 'delete failed, errors: ConfigMap/shop/x: no'), 'waiting'],
    ['the health of a neighbour', shared('HealthCheckFailed', timeout('Deployment/shop/api')), 'waiting'],
    [
      'its own health among others',
      shared('HealthCheckFailed', timeout('Deployment/shop/api', 'Deployment/shop/web')),
      'failed',
    ],
  ])('%s: %#', (_what, world, kind) => {
    expect(judge(world).kind).toBe(kind);
  });

  test.each([
    ['', false],
    [', also after a restart', true],
  ])('is no failure of a commit when it was broken before%s', (_when, restarted) => {
    let judging = createJudge('prod-eu');
    let known = {};
    const at = (commit: string, message: string) => {
      const world = oldPods(
        aWorld()
          .source({ revision: revision(commit) })
          .kustomization(failed('BuildFailed', message, { attempted: revision(commit) })),
      );
      const [judged] = judging.judge(world.view, [{ ...anExpected(), earlier: known }], isAncestor, nowMs).verdicts;
      // What is on record is all that outlives a process.
      if (restarted) {
        judging = createJudge('prod-eu');
        known = judged?.earlier ?? {};
      }
      return judged?.verdict;
    };
    at(commits.old, "accumulating resources from 'api.yaml': /tmp/kustomization-123/x after 1.2s");
    expect(
      at(commits.wanted, "accumulating resources from 'api.yaml': /tmp/kustomization-456/x after 3.4s"),
    ).toMatchObject({
      kind: 'waiting',
      because: expect.stringContaining('Flux cannot apply 2222222 (BuildFailed since an earlier commit)'),
    });
    expect(at(commits.wanted, 'something else')).toMatchObject({ kind: 'failed', reason: 'BuildFailed' });
  });

  test('is waited for when the Kustomization had been given up before the commit was fetched', () => {
    const judging = createJudge('prod-eu');
    const stalled: readonly Condition[] = [
      ['Ready', 'False', 'AccessDenied', 'cross-namespace references have been blocked'],
      ['Stalled', 'True', 'AccessDenied', 'cross-namespace references have been blocked'],
    ];
    const at = (fetched: string) =>
      judging.judge(
        oldPods(
          aWorld()
            .source({ revision: revision(fetched) })
            .kustomization({ attempted: revision(commits.old), conditions: stalled }),
        ).view,
        [anExpected()],
        isAncestor,
        nowMs,
      ).verdicts[0]?.verdict;
    expect(at(commits.old)).toMatchObject({ kind: 'waiting', stage: 'source' });
    expect(at(commits.wanted)).toMatchObject({ kind: 'waiting', stage: 'apply' });
  });

  test('has the same fingerprint at every try', () => {
    const condition = (message: string) => ({
      type: 'Ready',
      status: 'False',
      reason: 'BuildFailed',
      message,
      generation: 1,
      at: null,
    });
    expect(fingerprintOf(condition('failed after 1m0.03s in /tmp/kustomization-1/'))).toBe(
      fingerprintOf(condition('failed after 58.2s in /tmp/kustomization-77/')),
    );
  });
});

describe('a parent', () => {
  const child = (change: object = {}) => ({ parent: 'root', ...change });
  const root = (change: object) => ({ name: 'root', path: './clusters', attempted: revision(commits.old), ...change });

  test.each<[string, World, string]>([
    [
      'has not applied what the child is built from',
      oldPods(aWorld().source().kustomization(child()).kustomization(root({}))),
      'Kustomization root has not applied 2222222 to web yet',
    ],
    [
      'is suspended',
      oldPods(
        aWorld()
          .source()
          .kustomization(child())
          .kustomization(root({ spec: { suspend: true } })),
      ),
      'Kustomization root has not applied 2222222 to web yet: it is suspended',
    ],
    [
      'fails',
      oldPods(
        aWorld()
          .source()
          .kustomization(child(failed('BuildFailed', 'post build failed')))
          .kustomization(root({ attempted: revision(commits.wanted), ...failed('BuildFailed', 'broken') })),
      ),
      'Kustomization root has not applied 2222222 to web yet (BuildFailed: broken)',
    ],
  ])('that %s is waited for, by name', (_what, world, because) => {
    expect(judge(world)).toMatchObject({ kind: 'waiting', stage: 'parent', because, running: '1.4.1' });
  });

  test('that another repository feeds is not asked', () => {
    const world = oldPods(aWorld().source().kustomization(child()))
      .put({
        kind: 'GitRepository',
        ...{
          metadata: { namespace: 'flux-system', name: 'platform', generation: 1 },
          spec: {},
          status: { artifact: { revision: revision('9'.repeat(40)) } },
        },
      })
      .kustomization(
        root({ attempted: revision('9'.repeat(40)), spec: { sourceRef: { kind: 'GitRepository', name: 'platform' } } }),
      );
    expect(judge(world)).toMatchObject({ stage: 'image' });
  });

  test('that has just changed the spec of the child lets it work', () => {
    const world = oldPods(
      aWorld()
        .source()
        .kustomization(root({ attempted: revision(commits.wanted) })),
    );
    const kustomization = aWorld().kustomization(child()).raw[0];
    world.put({
      kind: 'Kustomization',
      ...kustomization,
      ...{ metadata: { namespace: 'flux-system', name: 'web', generation: 2 } },
    });
    expect(judge(world)).toMatchObject({
      kind: 'waiting',
      stage: 'apply',
      because: 'Kustomization web is applying 2222222',
    });
  });
});

describe('another cluster, which cannot be seen', () => {
  const remote = (change: object, ...inventory: string[]) => {
    const world = aWorld()
      .source()
      .kustomization({ ...change, spec: { kubeConfig: { secretRef: { name: 'edge' } } } });
    const [source, kustomization] = world.raw;
    const withInventory = {
      ...kustomization,
      ...{
        status: {
          ...Reflect.get(kustomization ?? {}, 'status'),
          inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) },
        },
      },
    };
    return aWorld()
      .put(source ?? { kind: '' })
      .put({ kind: 'Kustomization', ...withInventory });
  };
  const web = 'shop_web_apps_Deployment';
  const neighbour = 'shop_api_apps_Deployment';

  test.each<[string, World, Partial<Verdict>]>([
    ['is healthy when the health check of Flux has passed', remote({}, web), { kind: 'healthy' }],
    [
      'waits while it runs',
      remote(
        {
          applied: revision(commits.old),
          conditions: [
            ['Ready', 'Unknown', 'Progressing'],
            [
              'Reconciling',
              'True',
              'Progressing',
              `Running health checks for revision ${revision(commits.wanted)} with`,
            ],
          ],
        },
        web,
      ),
      { kind: 'waiting' },
    ],
    [
      'fails when it names the service',
      remote(failed('HealthCheckFailed', timeout('Deployment/shop/web')), web),
      { kind: 'failed', stage: 'rollout' },
    ],
    [
      'waits when it names a neighbour',
      remote(failed('HealthCheckFailed', timeout('Deployment/shop/api')), web, neighbour),
      { kind: 'waiting' },
    ],
  ])('%s', (_what, world, verdict) => {
    expect(judge(world)).toMatchObject(verdict);
  });
});

describe('what only an operator knows', () => {
  const custom = (change: object, spec: object = {}) => {
    const raw = aWorld()
      .source()
      .kustomization({ ...change, spec }).raw;
    const inventory = { entries: [{ id: 'shop_orders_database.example.org_PostgreSQLInstance', v: 'v1' }] };
    const world = aWorld();
    for (const object of raw)
      world.put(
        object.kind === 'Kustomization'
          ? { ...object, ...{ status: { ...Reflect.get(object, 'status'), inventory } } }
          : object,
      );
    return world;
  };

  test.each<[string, World, Partial<Verdict>]>([
    [
      'is ready when the health check of Flux has passed',
      custom({}),
      {
        kind: 'healthy',
        note: "PostgreSQLInstance orders is ready by Flux's own health check; its pods are not seen here",
      },
    ],
    [
      'is waited for while Flux checks it',
      custom({
        applied: revision(commits.old),
        conditions: [
          ['Ready', 'Unknown', 'Progressing'],
          ['Reconciling', 'True', 'Progressing', `Running health checks for revision ${revision(commits.wanted)} with`],
        ],
      }),
      { kind: 'waiting', stage: 'rollout', because: 'Flux checks the health of PostgreSQLInstance orders' },
    ],
    [
      'fails when Flux names it',
      custom(failed('HealthCheckFailed', timeout('PostgreSQLInstance/shop/orders'))),
      { kind: 'failed', stage: 'rollout', reason: 'HealthCheckFailed' },
    ],
    ['is not proven where Flux checks nothing', custom({}, { wait: false }), { kind: 'waiting', stage: 'rollout' }],
  ])('%s', (_what, world, verdict) => {
    expect(judge(world)).toMatchObject(verdict);
  });
});

test('an artifact that cannot be loaded is waited for, a folder that is missing is not', () => {
  const at = (message: string) =>
    judge(
      oldPods(
        aWorld()
          .source()
          .kustomization({
            attempted: revision(commits.old),
            conditions: [
              ['Ready', 'False', 'ArtifactFailed', message],
              [
                'Reconciling',
                'True',
                'ProgressingWithRetry',
                `Fetching manifests for revision ${revision(commits.wanted)} with`,
              ],
            ],
          }),
      ),
    );
  expect(at('failed to download archive: GET http://source-controller: connection refused').kind).toBe('waiting');
  expect(at('kustomization path not found: stat /tmp/kustomization-1/x: no such file or directory').kind).toBe(
    'failed',
  );
});
