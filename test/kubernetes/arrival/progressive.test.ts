import { describe, expect, test } from 'vitest';
import { arrival } from '../../../src/kubernetes/arrival/arrival.ts';
import { unitsOf } from '../../../src/kubernetes/arrival/own.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import { anExpected, aWorld, isAncestor, nowMs } from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;
const old = 'registry.acme.test/web:1.4.1';

function judge(world: World): Verdict {
  const expected = anExpected();
  return arrival(
    { view: world.view, expected, isAncestor },
    unitsOf(world.view, expected, isAncestor),
    nowMs,
    undefined,
  );
}

describe('a Canary of Flagger', () => {
  /** What Flagger leaves between releases: the workload of Git at zero, its copy serving. */
  const flagged = (phase: string, primary: string, status: object = {}) =>
    aWorld()
      .source()
      .kustomization()
      .workload({ wanted: 0 })
      .workload({ name: 'web-primary', image: primary, ownedBy: 'Canary' })
      .pod('p-1', { owner: 'web-primary', image: primary })
      .pod('p-2', { owner: 'web-primary', image: primary })
      .put({
        kind: 'Canary',
        ...{ metadata: { namespace: 'shop', name: 'web' }, spec: { targetRef: { kind: 'Deployment', name: 'web' } } },
        ...{ status: { phase, canaryWeight: 20, lastTransitionTime: '2026-06-01T11:59:40Z', ...status } },
      });

  test.each<[string, World, Partial<Verdict>]>([
    [
      'is at work',
      flagged('Progressing', old),
      {
        kind: 'waiting',
        stage: 'canary',
        because: 'Flagger lets web in: Progressing, 20% of the traffic',
        running: '1.4.1',
      },
    ],
    ['waits for somebody to promote', flagged('WaitingPromotion', old), { kind: 'waiting', stage: 'canary' }],
    [
      'has not seen the version yet',
      flagged('Succeeded', old),
      { kind: 'waiting', stage: 'canary', because: 'Flagger has not begun with 1.4.2 of web yet' },
    ],
    [
      'has let it in',
      flagged('Succeeded', 'registry.acme.test/web:1.4.2'),
      { kind: 'healthy', running: '1.4.2', pods: { ready: 2, wanted: 2 } },
    ],
    [
      'took it back',
      flagged('Failed', old, {
        conditions: [{ type: 'Promoted', status: 'False', reason: 'Failed', message: 'Canary analysis failed' }],
      }),
      {
        kind: 'failed',
        stage: 'canary',
        reason: 'CanaryFailed',
        because: 'Flagger took 1.4.2 of web back: Canary analysis failed',
        running: '1.4.1',
      },
    ],
    [
      'took an earlier version back',
      flagged('Failed', old, { lastTransitionTime: '2026-06-01T11:50:00Z' }),
      { kind: 'waiting', stage: 'canary', running: '1.4.1' },
    ],
  ])('%s', (_what, world, verdict) => {
    expect(judge(world)).toMatchObject(verdict);
  });

  test('does not hide that the pods on trial crash', () => {
    const world = flagged('Progressing', old)
      .workload({ wanted: 2 })
      .pod('t-1', { ready: false, waiting: { reason: 'CrashLoopBackOff' } });
    expect(judge(world)).toMatchObject({ kind: 'failed', reason: 'CrashLoopBackOff', running: '1.4.1' });
  });
});

describe('a Rollout of Argo', () => {
  const ofRollout = { owner: 'web', ownerKind: 'Rollout' };
  const rolling = (status: object, spec: object = {}) =>
    aWorld()
      .source()
      .kustomization()
      .workload({
        kind: 'Rollout',
        status: { observedGeneration: '2', replicas: 3, ...status },
        spec: { strategy: { canary: { steps: [{}, {}, {}] } }, ...spec },
      });

  test.each<[string, World, Partial<Verdict>]>([
    [
      'pauses at a step',
      rolling({
        phase: 'Paused',
        message: 'CanaryPauseStep',
        currentStepIndex: 1,
        updatedReplicas: 1,
        canary: { weights: { canary: { weight: 20 } } },
      })
        .pod('a', ofRollout)
        .pod('b', { ...ofRollout, image: old })
        .pod('c', { ...ofRollout, image: old }),
      {
        kind: 'waiting',
        stage: 'canary',
        because: 'Rollout web is paused at step 2 of 3, 20% of the traffic: CanaryPauseStep',
        running: '1.4.1',
      },
    ],
    [
      'is through',
      rolling({ phase: 'Healthy' }).pod('a', ofRollout).pod('b', ofRollout),
      { kind: 'healthy', running: '1.4.2' },
    ],
    [
      'has not seen the version yet',
      rolling({ phase: 'Healthy', observedGeneration: '1' }).pod('a', { ...ofRollout, image: old }),
      { kind: 'waiting', stage: 'canary' },
    ],
    [
      'was aborted',
      rolling({ phase: 'Degraded', abort: true, message: 'aborted update to revision 2' }).pod('a', {
        ...ofRollout,
        image: old,
      }),
      { kind: 'failed', reason: 'RolloutAborted', running: '1.4.1' },
    ],
    [
      'is degraded',
      rolling({ phase: 'Degraded', message: 'ProgressDeadlineExceeded' }).pod('a', { ...ofRollout, image: old }),
      { kind: 'failed', reason: 'RolloutDegraded' },
    ],
    [
      'takes its template from a Deployment that runs nothing itself',
      rolling({ phase: 'Paused' }, { template: undefined, workloadRef: { kind: 'Deployment', name: 'web' } })
        .workload({ wanted: 0 })
        .pod('a', { ...ofRollout, image: old }),
      { kind: 'waiting', stage: 'canary', running: '1.4.1' },
    ],
  ])('%s', (_what, world, verdict) => {
    expect(judge(world)).toMatchObject(verdict);
  });
});
