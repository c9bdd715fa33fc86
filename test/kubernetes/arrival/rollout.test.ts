import { describe, expect, test } from 'vitest';
import { arrival } from '../../../src/kubernetes/arrival/arrival.ts';
import { unitsOf } from '../../../src/kubernetes/arrival/own.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import { anExpected, aWorld, commits, isAncestor, nowMs, revision } from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;
const old = 'registry.acme.test/web:1.4.1';

function judge(world: World, previous?: Verdict, atMs = nowMs): Verdict {
  const expected = anExpected();
  return arrival({ view: world.view, expected, isAncestor }, unitsOf(world.view, expected, isAncestor), atMs, previous);
}

const applied = () => aWorld().source().kustomization();
const failedBuild = {
  applied: revision(commits.old),
  conditions: [['Ready', 'False', 'BuildFailed', 'broken']] as const,
};

describe('a workload', () => {
  const ofSet = { owner: 'web', ownerKind: 'StatefulSet' };
  test.each<[string, World, Partial<Verdict>]>([
    [
      'of kind StatefulSet rolls out from its last pod',
      applied()
        .workload({ kind: 'StatefulSet', wanted: 3, status: { updatedReplicas: 1 } })
        .pod('web-2', ofSet)
        .pod('web-1', { ...ofSet, image: old })
        .pod('web-0', { ...ofSet, image: old }),
      { kind: 'waiting', because: '1 of 3 pods of web run 1.4.2', running: '1.4.1' },
    ],
    [
      'of kind StatefulSet crashes in its last pod',
      applied()
        .workload({ kind: 'StatefulSet', status: { updatedReplicas: 1, availableReplicas: 1 } })
        .pod('web-1', { ...ofSet, ready: false, waiting: { reason: 'CrashLoopBackOff' } })
        .pod('web-0', { ...ofSet, image: old }),
      { kind: 'failed', reason: 'CrashLoopBackOff', running: '1.4.1' },
    ],
    [
      'with a partition is proven by the pods above it',
      applied()
        .workload({
          kind: 'StatefulSet',
          status: { updatedReplicas: 1 },
          spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
        })
        .pod('web-1', ofSet)
        .pod('web-0', { ...ofSet, image: old }),
      { kind: 'healthy', note: 'the partition of web keeps 1 of 2 pods as they were', pods: { ready: 1, wanted: 1 } },
    ],
    [
      'with the strategy OnDelete waits for somebody',
      applied()
        .workload({ kind: 'DaemonSet', status: onNodes(2, 0), spec: { updateStrategy: { type: 'OnDelete' } } })
        .pod('a', { owner: 'web', ownerKind: 'DaemonSet', image: old }),
      {
        kind: 'waiting',
        because: expect.stringContaining('it replaces a pod only when somebody deletes it (OnDelete)'),
      },
    ],
    [
      'of kind DaemonSet is proven on every node',
      applied()
        .workload({ kind: 'DaemonSet', status: onNodes(2, 2) })
        .pod('a', { owner: 'web', ownerKind: 'DaemonSet' })
        .pod('b', { owner: 'web', ownerKind: 'DaemonSet' }),
      { kind: 'healthy', pods: { ready: 2, wanted: 2 } },
    ],
    [
      'that is being deleted proves nothing',
      applied().workload({ deleting: true }).pod('a').pod('b'),
      { kind: 'waiting', because: 'Deployment web is being deleted' },
    ],
    [
      'whose pods the API server refuses says so',
      applied().workload({
        status: { replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
        conditions: [['ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota: compute']],
      }),
      { kind: 'waiting', because: '0 of 2 pods of web run 1.4.2; FailedCreate: exceeded quota: compute' },
    ],
    [
      'of kind CronJob that was not updated runs its old version',
      aWorld().source().kustomization(failedBuild).workload({ kind: 'CronJob', image: old }),
      { kind: 'failed', reason: 'BuildFailed', running: '1.4.1' },
    ],
    [
      'of kind Job that has completed ran its version',
      aWorld()
        .source()
        .kustomization(failedBuild)
        .workload({ kind: 'Job', image: old, conditions: [['Complete', 'True']] }),
      { kind: 'failed', running: '1.4.1' },
    ],
    [
      'that ran out of time says what its pods do',
      applied()
        .workload({
          status: { updatedReplicas: 1 },
          conditions: [['Progressing', 'False', 'ProgressDeadlineExceeded']],
        })
        .pod('a', { ready: false })
        .pod('b', { image: old }),
      {
        kind: 'failed',
        because:
          'web made no progress in time (ProgressDeadlineExceeded); container web runs but is not ready: see its readiness probe',
      },
    ],
  ])('%s', (_what, world, verdict) => {
    expect(judge(world)).toMatchObject(verdict);
  });

  test('that Flux no longer holds is not waited for', () => {
    const world = applied().pod('a').pod('b').workload();
    const inventory = { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] };
    const [, kustomization] = world.raw;
    world.put({
      kind: 'Kustomization',
      ...kustomization,
      ...{ status: { ...Reflect.get(kustomization ?? {}, 'status'), inventory } },
    });
    world.workload({ kind: 'Job', name: 'web-migrate-1-4-1', image: old });
    expect(judge(world).kind).toBe('healthy');
  });
});

test('a pull that is tried again and again is one cause', () => {
  const pulling = (reason: string) =>
    applied()
      .workload({ status: { updatedReplicas: 1 } })
      .pod('a', { ready: false, waiting: { reason } })
      .pod('b', { image: old });
  const first = judge(pulling('ErrImagePull'));
  const second = judge(pulling('ImagePullBackOff'), first);
  expect([first, second]).toMatchObject([{ reason: 'ErrImagePull' }, { reason: 'ImagePullBackOff' }]);
  expect(judge(pulling('ErrImagePull'), second)).toEqual(second);
});

describe('a HelmRelease', () => {
  const released = (change: Parameters<World['helmRelease']>[0]) =>
    applied().workload({ image: old, helm: true }).pod('a', { image: old }).helmRelease(change);

  test.each<[string, World, Partial<Verdict>]>([
    [
      'whose test failed before it was rolled back names the test',
      released({
        conditions: [
          ['Ready', 'False', 'RollbackSucceeded', 'Helm rollback succeeded'],
          ['Released', 'True', 'UpgradeSucceeded', 'Helm upgrade succeeded'],
          ['TestSuccess', 'False', 'TestFailed', 'pod web-test failed'],
        ],
      }),
      {
        kind: 'failed',
        reason: 'RollbackSucceeded',
        because: 'Helm test failed for web, then RollbackSucceeded: pod web-test failed',
        running: '1.4.1',
      },
    ],
    [
      'whose test failed is failed although its pods run',
      applied()
        .workload({ helm: true })
        .pod('a')
        .pod('b')
        .helmRelease({
          conditions: [
            ['Ready', 'False', 'TestFailed', 'Helm test failed'],
            ['Released', 'True', 'UpgradeSucceeded'],
            ['TestSuccess', 'False', 'TestFailed', 'pod web-test failed'],
          ],
        }),
      { kind: 'failed', reason: 'TestFailed', running: '1.4.2' },
    ],
    [
      'whose first install was taken back runs nothing',
      applied().helmRelease({
        conditions: [
          ['Ready', 'False', 'UninstallSucceeded', 'Helm uninstall succeeded'],
          ['Released', 'False', 'InstallFailed', 'timed out'],
          ['Stalled', 'True', 'RetriesExceeded'],
        ],
      }),
      {
        kind: 'failed',
        reason: 'UninstallSucceeded',
        because: 'Helm install failed for web, then UninstallSucceeded: timed out',
      },
    ],
    [
      'whose chart cannot be fetched waits',
      released({
        conditions: [['Ready', 'False', 'SourceNotReady', "HelmChart 'shop/web' is not ready: no such version"]],
      }),
      { kind: 'waiting', stage: 'helm', running: '1.4.1' },
    ],
    [
      'that reads its values elsewhere is waited for',
      released({ values: {} }),
      {
        kind: 'waiting',
        stage: 'helm',
        because: 'HelmRelease web has not taken up 1.4.2: it looks for changes every 10 m',
      },
    ],
  ])('%s', (_what, world, verdict) => {
    const said = judge(world);
    expect(said).toMatchObject(verdict);
    expect('running' in said ? said.running : undefined).toBe(
      'running' in verdict ? verdict.running : said.kind === 'failed' ? undefined : '1.4.1',
    );
  });

  test('is not failed for what failed before its values changed elsewhere', () => {
    const failed = released({ values: {}, conditions: [['Ready', 'False', 'UpgradeFailed', 'timed out']] });
    const writtenAt = (instant: string) => {
      const expected = anExpected({ writtenAt: instant });
      const units = unitsOf(failed.view, expected, isAncestor);
      return arrival({ view: failed.view, expected, isAncestor }, units, nowMs, undefined).kind;
    };
    expect(writtenAt('2026-06-01T11:59:00.000Z')).toBe('failed');
    expect(writtenAt('2026-06-01T11:59:45.000Z')).toBe('waiting');
  });

  test('does not flap while Helm tries again', () => {
    const failed = judge(
      released({
        conditions: [
          ['Ready', 'False', 'UpgradeFailed', 'timed out'],
          ['Released', 'False', 'UpgradeFailed', 'timed out'],
        ],
      }),
    );
    const again = released({
      conditions: [
        ['Ready', 'Unknown', 'Progressing'],
        ['Reconciling', 'True', 'Progressing', "Running 'upgrade' action"],
      ],
    });
    expect(judge(again, failed, nowMs + 5_000)).toEqual(failed);
  });
});

function onNodes(nodes: number, updated: number) {
  return {
    desiredNumberScheduled: nodes,
    currentNumberScheduled: nodes,
    updatedNumberScheduled: updated,
    numberAvailable: nodes,
  };
}
