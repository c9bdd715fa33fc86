import { describe, expect, test } from 'vitest';
import { arrival } from '../../../src/kubernetes/arrival/arrival.ts';
import { unitsOf } from '../../../src/kubernetes/arrival/own.ts';
import type { Expected } from '../../../src/kubernetes/expected.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import {
  aFinishedWorld,
  anExpected,
  aWorld,
  commits,
  isAncestor,
  nowMs,
  revision,
} from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;
const old = 'registry.acme.test/web:1.4.1';
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function judge(world: World, change: Partial<Expected> = {}, previous?: Verdict, atMs = nowMs): Verdict {
  const expected = anExpected(change);
  const question = { view: world.view, expected, isAncestor };
  return arrival(question, unitsOf(world.view, expected, isAncestor), atMs, previous);
}

const oldPods = (world: World) => world.workload({ image: old }).pod('a', { image: old }).pod('b', { image: old });
const running = (message: string) => `${message} for revision ${revision(commits.old)} with a timeout of 2m0s`;

describe('a commit on its way', () => {
  test.each<[string, World, Partial<Verdict>]>([
    [
      'is not fetched',
      oldPods(
        aWorld()
          .source({ revision: revision(commits.old) })
          .kustomization({ attempted: revision(commits.old) }),
      ),
      { kind: 'waiting', stage: 'source', because: 'Flux has not fetched 2222222 yet', running: '1.4.1' },
    ],
    [
      'cannot be fetched',
      oldPods(
        aWorld()
          .source({
            revision: revision(commits.old),
            conditions: [['FetchFailed', 'True', 'GitOperationFailed', 'unable to clone']],
          })
          .kustomization({ attempted: revision(commits.old) }),
      ),
      { kind: 'waiting', stage: 'source', because: 'Flux cannot fetch 2222222 (GitOperationFailed): unable to clone' },
    ],
    [
      'goes to a branch that Flux does not follow',
      oldPods(
        aWorld()
          .source({ revision: revision(commits.old), spec: { ref: { tag: 'v1' } } })
          .kustomization({ attempted: revision(commits.old) }),
      ),
      { kind: 'waiting', stage: 'source', because: 'GitRepository config follows tag v1, not branch main' },
    ],
    [
      'is stopped by a suspended source',
      oldPods(
        aWorld()
          .source({ revision: revision(commits.old), spec: { suspend: true } })
          .kustomization({ attempted: revision(commits.old) }),
      ),
      { kind: 'waiting', stage: 'source', because: 'GitRepository config is suspended' },
    ],
    [
      'is stopped by a suspended Kustomization',
      oldPods(
        aWorld()
          .source()
          .kustomization({ attempted: revision(commits.old), spec: { suspend: true } }),
      ),
      { kind: 'waiting', stage: 'apply', because: 'Kustomization web is suspended', running: '1.4.1' },
    ],
    [
      'waits for the health check of a neighbour',
      oldPods(
        aWorld()
          .source()
          .kustomization({
            attempted: revision(commits.old),
            conditions: [
              ['Ready', 'Unknown', 'Progressing'],
              ['Reconciling', 'True', 'Progressing', running('Running health checks')],
              ['Healthy', 'Unknown', 'Progressing'],
            ],
          }),
      ).workload({ name: 'api', image: 'registry.acme.test/api:1', status: { availableReplicas: 0 } }),
      {
        kind: 'waiting',
        stage: 'apply',
        because: "Flux waits for api's health check until 12:01 UTC before it applies 2222222",
      },
    ],
    [
      'waits for a dependency',
      oldPods(
        aWorld()
          .source()
          .kustomization({
            attempted: revision(commits.old),
            conditions: [['Ready', 'False', 'DependencyNotReady', "dependency 'flux-system/db' is not ready"]],
            spec: { dependsOn: [{ name: 'db' }] },
          })
          .kustomization({
            name: 'db',
            path: './db',
            conditions: [['Ready', 'False', 'HealthCheckFailed', 'timeout']],
          }),
      ),
      {
        kind: 'waiting',
        stage: 'apply',
        because: 'Flux waits for Kustomization db, which web depends on (HealthCheckFailed: timeout)',
      },
    ],
    [
      'is applied at the moment',
      oldPods(
        aWorld()
          .source()
          .kustomization({
            applied: revision(commits.old),
            conditions: [
              ['Ready', 'Unknown', 'Progressing'],
              ['Reconciling', 'True', 'Progressing', 'Detecting drift'],
            ],
          }),
      ),
      { kind: 'waiting', stage: 'apply', because: 'Kustomization web is applying 2222222' },
    ],
    [
      'rolls out',
      aWorld()
        .source()
        .kustomization()
        .workload({ wanted: 6, status: { updatedReplicas: 3 } })
        .pod('a')
        .pod('b')
        .pod('c')
        .pod('d', { image: old }),
      { kind: 'waiting', stage: 'rollout', because: '3 of 6 pods of web run 1.4.2', pods: { ready: 3, wanted: 6 } },
    ],
    [
      'rolls out although Ready=True is already said',
      aWorld()
        .source()
        .kustomization({ spec: { wait: false } })
        .workload({ status: { observedGeneration: 1 } })
        .pod('a')
        .pod('b'),
      { kind: 'waiting', stage: 'rollout' },
    ],
    ['finds no Kustomization', aWorld().source(), { kind: 'waiting', stage: 'source' }],
  ])('%s', (_title, world, verdict) => {
    expect(judge(world)).toMatchObject(verdict);
  });
});

describe('healthy', () => {
  test('is proven by the wanted image in ready pods', () => {
    expect(judge(aFinishedWorld())).toEqual({
      kind: 'healthy',
      running: '1.4.2',
      pods: { ready: 2, wanted: 2 },
      since: '2026-06-01T12:00:00.000Z',
    });
  });

  test('is proven under a later commit, which holds this one', () => {
    const world = aFinishedWorld()
      .source({ revision: revision(commits.later) })
      .kustomization({ attempted: revision(commits.later) });
    expect(judge(world).kind).toBe('healthy');
  });

  test('is not taken from the service by a neighbour that fails their Kustomization', () => {
    const message = "health check failed after 30s: timeout waiting for: [Deployment/shop/api status: 'InProgress']";
    const world = aFinishedWorld().kustomization({
      applied: revision(commits.old),
      conditions: [['Ready', 'False', 'HealthCheckFailed', message]],
    });
    expect(judge(world).kind).toBe('healthy');
  });

  test.each<[string, World, Partial<Expected>]>([
    ['ready pods of the old version', aFinishedWorld().pod('web-abc-1', { image: old }), {}],
    ['a pod that is not ready', aFinishedWorld().pod('web-abc-2', { ready: false }), {}],
    ['an unobserved generation', aFinishedWorld().workload({ status: { observedGeneration: 1 } }), {}],
    ['an old pod that is still there', aFinishedWorld().workload({ status: { replicas: 3 } }), {}],
    [
      'another digest',
      aFinishedWorld().pod('web-abc-1', { imageId: `registry.acme.test/web@${digest('a')}` }),
      { digest: digest('b') },
    ],
    ['a commit that Flux has not taken up', aFinishedWorld().kustomization({ attempted: revision(commits.old) }), {}],
    [
      'a commit of another branch',
      aFinishedWorld()
        .source({ revision: revision('4'.repeat(40)) })
        .kustomization({ attempted: revision('4'.repeat(40)) }),
      {},
    ],
    [
      'a HelmRelease that has not seen its new generation',
      aWorld().source().kustomization().helmRelease({ generation: 2 }).workload({ helm: true }).pod('a').pod('b'),
      {},
    ],
    ['a second workload with the same image that lags', aFinishedWorld().workload({ name: 'worker', image: old }), {}],
  ])('is not said over %s', (_what, world, expected) => {
    expect(judge(world, expected).kind).toBe('waiting');
  });

  test.each<[string, World]>([
    ['a CronJob', aWorld().source().kustomization().workload({ kind: 'CronJob' })],
    ['zero replicas', aWorld().source().kustomization().workload({ wanted: 0 })],
    [
      'a completed Job',
      aWorld()
        .source()
        .kustomization()
        .workload({ kind: 'Job', conditions: [['Complete', 'True']] }),
    ],
  ])('rests on the object itself for %s, and says so', (_what, world) => {
    const verdict = judge(world);
    expect(verdict.kind).toBe('healthy');
    expect(verdict).toHaveProperty('note');
  });

  test('needs no pods where they may not be seen', () => {
    const world = aWorld().source().kustomization().workload();
    world.view.blindToPods(true);
    expect(judge(world)).toMatchObject({ kind: 'healthy', running: '1.4.2' });
  });

  test('stays while one pod moves, and ends when its pods crash', () => {
    const before = judge(aFinishedWorld());
    const moving = aFinishedWorld()
      .pod('web-abc-2', { ready: false })
      .workload({ status: { availableReplicas: 1 } });
    expect(judge(moving, {}, before)).toMatchObject({
      kind: 'healthy',
      pods: { ready: 1, wanted: 2 },
      since: before.since,
    });
    const crashing = aFinishedWorld().pod('web-abc-2', { ready: false, waiting: { reason: 'CrashLoopBackOff' } });
    expect(judge(crashing, {}, before).kind).toBe('failed');
  });
});

describe('failed', () => {
  const rollingOut = () =>
    aWorld()
      .source()
      .kustomization()
      .workload({ status: { updatedReplicas: 1, availableReplicas: 1, replicas: 3 } })
      .pod('a', { image: old });
  const failedKustomization = (reason: string, message: string, attempted: string = commits.wanted) =>
    oldPods(
      aWorld()
        .source({ revision: revision(attempted) })
        .kustomization({
          attempted: revision(attempted),
          applied: revision(commits.old),
          conditions: [['Ready', 'False', reason, message]],
        }),
    );

  test.each<[string, World, string]>([
    [
      'CrashLoopBackOff',
      rollingOut().pod('b', {
        ready: false,
        waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' },
        last: { exitCode: 1, reason: 'Error' },
      }),
      'CrashLoopBackOff in 1 of 2 pods of web: it exits with code 1',
    ],
    [
      'ImagePullBackOff',
      rollingOut().pod('b', {
        ready: false,
        waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' },
      }),
      'ImagePullBackOff in 1 of 2 pods of web: Back-off pulling image',
    ],
    [
      'ErrImagePull',
      rollingOut().pod('b', { ready: false, waiting: { reason: 'ErrImagePull', message: 'not found' } }),
      'ErrImagePull in 1 of 2 pods of web: not found',
    ],
    [
      'CreateContainerConfigError',
      rollingOut().pod('b', {
        ready: false,
        waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' },
      }),
      'CreateContainerConfigError in 1 of 2 pods of web: secret "x" not found',
    ],
    [
      'OOMKilled',
      rollingOut().pod('b', {
        ready: false,
        waiting: { reason: 'CrashLoopBackOff' },
        last: { reason: 'OOMKilled', exitCode: 137 },
      }),
      'OOMKilled in 1 of 2 pods of web: CrashLoopBackOff',
    ],
    [
      'ProgressDeadlineExceeded',
      aWorld()
        .source()
        .kustomization()
        .workload({ conditions: [['Progressing', 'False', 'ProgressDeadlineExceeded']] })
        .pod('a', { image: old }),
      'web made no progress in time (ProgressDeadlineExceeded)',
    ],
    [
      'BuildFailed',
      failedKustomization('BuildFailed', 'kustomize build failed: no such file'),
      'BuildFailed at 2222222: Kustomization web: kustomize build failed: no such file',
    ],
    [
      'ReconciliationFailed',
      failedKustomization('ReconciliationFailed', 'Deployment/shop/web dry-run failed (Invalid): spec is wrong'),
      'ReconciliationFailed at 2222222: Kustomization web: Deployment/shop/web dry-run failed (Invalid): spec is wrong',
    ],
    [
      'BackoffLimitExceeded',
      aWorld()
        .source()
        .kustomization()
        .workload({ kind: 'Job', conditions: [['Failed', 'True', 'BackoffLimitExceeded', 'Job has reached it']] }),
      'Job web failed: Job has reached it',
    ],
  ])('%s, with what runs', (reason, world, because) => {
    expect(judge(world)).toMatchObject({ kind: 'failed', reason, because });
  });

  test.each<[string, World]>([
    [
      'a neighbour that the API server refuses',
      failedKustomization('ReconciliationFailed', 'Deployment/shop/api dry-run failed (Invalid): wrong'),
    ],
    [
      'a later commit that cannot be built',
      failedKustomization('BuildFailed', 'kustomize build failed', commits.later),
    ],
    [
      'an older commit that failed',
      oldPods(
        aWorld()
          .source()
          .kustomization({
            attempted: revision(commits.old),
            conditions: [['Ready', 'False', 'BuildFailed', 'broken']],
          }),
      ),
    ],
    [
      'a failure of an older generation',
      oldPods(
        aWorld()
          .source()
          .kustomization({
            applied: revision(commits.old),
            conditions: [['Ready', 'False', 'BuildFailed', 'broken']],
            conditionsFor: 0,
          }),
      ),
    ],
    [
      'crashing pods of the old version',
      aWorld()
        .source({ revision: revision(commits.old) })
        .kustomization({ attempted: revision(commits.old) })
        .workload({ image: old })
        .pod('a', { image: old, ready: false, waiting: { reason: 'CrashLoopBackOff' } }),
    ],
    [
      'a source that is not there yet',
      aWorld()
        .source({ conditions: [] })
        .kustomization({
          attempted: '',
          conditions: [['Ready', 'False', 'ArtifactFailed', 'Source artifact not found, retrying in 30s']],
        }),
    ],
    [
      'a pod that finds no node',
      rollingOut().pod('b', {
        ready: false,
        status: {
          phase: 'Pending',
          containerStatuses: [],
          conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes' }],
        },
      }),
    ],
  ])('is not said over %s', (_what, world) => {
    expect(judge(world).kind).toBe('waiting');
  });

  test('is not said of a child whose parent has not applied the commit', () => {
    const message = `Fetching manifests for revision ${revision(commits.wanted)} with a timeout of 2m`;
    const child = {
      attempted: revision(commits.old),
      parent: 'root',
      conditions: [
        ['Ready', 'False', 'ArtifactFailed', 'path not found'],
        ['Reconciling', 'True', 'ProgressingWithRetry', message],
      ],
    } as const;
    const behind = oldPods(
      aWorld()
        .source()
        .kustomization(child)
        .kustomization({ name: 'root', path: './clusters', attempted: revision(commits.old) }),
    );
    expect(judge(behind)).toMatchObject({ kind: 'waiting', stage: 'parent' });
    const done = oldPods(aWorld().source().kustomization(child).kustomization({ name: 'root', path: './clusters' }));
    expect(judge(done)).toMatchObject({ kind: 'failed', reason: 'ArtifactFailed', running: '1.4.1' });
  });

  test('names the remediation of a HelmRelease under a ready Kustomization, and what runs', () => {
    const world = oldPods(aWorld().source().kustomization())
      .workload({ image: old, helm: true })
      .helmRelease({
        conditions: [
          ['Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)'],
          ['Ready', 'False', 'RollbackSucceeded', 'rolled back'],
          ['Released', 'False', 'UpgradeFailed', 'timeout'],
        ],
      });
    expect(judge(world)).toMatchObject({
      kind: 'failed',
      stage: 'helm',
      reason: 'RollbackSucceeded',
      running: '1.4.1',
    });
  });

  test('does not flap while Flux retries, and ends when the service runs', () => {
    const failed = judge(failedKustomization('BuildFailed', 'broken'));
    const retrying = oldPods(
      aWorld()
        .source()
        .kustomization({
          applied: revision(commits.old),
          conditions: [
            ['Ready', 'Unknown', 'Progressing'],
            ['Reconciling', 'True', 'Progressing', 'Building manifests'],
          ],
        }),
    );
    expect(judge(retrying, {}, failed, nowMs + 5_000)).toEqual(failed);
    expect(judge(rollingOut(), {}, failed, nowMs + 6_000)).toMatchObject({ kind: 'waiting', stage: 'rollout' });
    expect(judge(aFinishedWorld(), {}, failed, nowMs + 9_000).kind).toBe('healthy');
  });
});

test('a crash keeps its reason while Flux only knows that its health check failed', () => {
  const crashing = aWorld()
    .source()
    .kustomization()
    .workload()
    .pod('a', { ready: false, waiting: { reason: 'CrashLoopBackOff' } });
  const failed = judge(crashing);
  const message = "health check failed after 30s: timeout waiting for: [Deployment/shop/web status: 'InProgress']";
  const between = aWorld()
    .source()
    .kustomization({ applied: revision(commits.old), conditions: [['Ready', 'False', 'HealthCheckFailed', message]] })
    .workload({ status: { availableReplicas: 0 } })
    .pod('a', { ready: false });
  expect(judge(between)).toMatchObject({ kind: 'failed', reason: 'HealthCheckFailed' });
  expect(judge(between, {}, failed)).toMatchObject({ kind: 'failed', reason: 'CrashLoopBackOff', since: failed.since });
});

describe('unverified', () => {
  const suspended = () =>
    oldPods(
      aWorld()
        .source()
        .kustomization({ attempted: revision(commits.old), spec: { suspend: true } }),
    );

  test('names the stage that blocks once the objects had their time, and still becomes healthy', () => {
    const waits = judge(suspended());
    const later = judge(suspended(), {}, waits, nowMs + 30 * 60_000);
    expect(later).toMatchObject({
      kind: 'unverified',
      stage: 'apply',
      because: 'Kustomization web is suspended',
      since: waits.since,
    });
    expect(judge(aFinishedWorld(), {}, later, nowMs + 31 * 60_000).kind).toBe('healthy');
  });

  test('is said at once when Flux is done and the live image is another', () => {
    const world = oldPods(aWorld().source().kustomization());
    const first = judge(world);
    expect(first).toMatchObject({ kind: 'waiting', stage: 'image' });
    expect(judge(world, {}, first, nowMs + 2_000)).toMatchObject({ kind: 'unverified', running: '1.4.1' });
  });
});

describe('the objects of a service', () => {
  test('are told apart from the same image of another environment by the folder', () => {
    const world = aFinishedWorld()
      .kustomization({ name: 'web-staging', path: './apps/staging/web', attempted: revision(commits.old) })
      .workload({ namespace: 'staging', kustomization: 'web-staging', image: old });
    expect(judge(world).kind).toBe('healthy');
  });

  test('are found by the image where the folder of the version is only a base', () => {
    const world = aFinishedWorld().kustomization({ path: './clusters/production' });
    expect(judge(world, { paths: ['apps/base/web/kustomization.yaml'] }).kind).toBe('healthy');
  });

  test('are found below the Kustomization that holds the version in its own spec', () => {
    const world = aFinishedWorld()
      .kustomization({ name: 'root', path: './clusters/production' })
      .kustomization({ parent: 'root' });
    expect(judge(world, { paths: ['clusters/production/web.yaml'] }).kind).toBe('healthy');
  });

  test('are not those of another repository that happens to have the same folders', () => {
    const elsewhere = { name: 'platform', revision: revision('9'.repeat(40)) };
    const world = aFinishedWorld()
      .source(elsewhere)
      .kustomization({
        name: 'other',
        attempted: elsewhere.revision,
        conditions: [['Ready', 'False', 'BuildFailed', 'broken']],
        spec: { sourceRef: { kind: 'GitRepository', name: 'platform' } },
      });
    expect(judge(world).kind).toBe('healthy');
  });

  test('survive hostile objects', () => {
    const world = aFinishedWorld()
      .put({ kind: 'Deployment' })
      .put({
        kind: 'Kustomization',
        ...{ metadata: { name: 'x' }, spec: { sourceRef: {} }, status: { conditions: 'none' } },
      })
      .put({ kind: 'Pod', ...{ metadata: { name: 'x', ownerReferences: 7 }, status: null } });
    expect(judge(world).kind).toBe('healthy');
  });
});
