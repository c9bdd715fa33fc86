import { unit, workload } from './repository.ts';
import { failed, healthy, push, type Scenario, stays, verdict, waits } from './scenario.ts';

const wait = { wait: true };
/** The controller never waits for less. */
const hasty = { wait: true, timeout: '30s' };
const one = { web: '1.0.0' };
const of = (kind: 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob', annotations = {}) => [
  unit('web', { flux: wait, workloads: [workload('web', { kind, annotations })] }),
];
const forced = { 'kustomize.toolkit.fluxcd.io/force': 'enabled' };

/** From the commit to the pods: every way in which a rollout may end. */
export const rollouts: readonly Scenario[] = [
  {
    name: 'deploy-with-wait',
    story: 'the new version is healthy when its pods are, under a Kustomization that waits',
    units: [unit('web', { flux: wait })],
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { running: '1.1.0' }), stays('web 1.1.0', 'healthy', 8)],
  },
  {
    name: 'deploy-without-wait',
    story: 'a Kustomization that does not wait is Ready long before the pods are: that proves nothing',
    units: [unit('web')],
    versions: one,
    steps: [
      push({ web: '1.1.0-slow' }),
      waits('web 1.1.0-slow', 'rollout', /\d of 2 pods/, { running: '1.0.0' }),
      healthy('web 1.1.0-slow', { notBeforeS: 10 }),
    ],
  },
  {
    name: 'health-checks-listed',
    story: 'a Kustomization that lists its health checks is followed like one that waits for all',
    units: [
      unit('web', {
        flux: { healthChecks: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: '{place}' }] },
      }),
    ],
    versions: one,
    steps: [
      push({ web: '1.1.0' }),
      healthy('web 1.1.0'),
      push({ web: '1.2.0-crash' }),
      failed('web 1.2.0-crash', 'CrashLoopBackOff', { running: '1.1.0' }),
    ],
  },
  {
    name: 'crash-then-fix',
    story:
      'a crash loop fails the release while the old version serves; retries do not make it flap; the fix is healthy',
    units: [unit('web', { flux: hasty })],
    versions: one,
    steps: [
      push({ web: '1.1.0-crash' }),
      failed('web 1.1.0-crash', 'CrashLoopBackOff', { stage: 'rollout', running: '1.0.0' }),
      stays('web 1.1.0-crash', 'failed', 40),
      push({ web: '1.1.1' }),
      healthy('web 1.1.1'),
    ],
  },
  {
    name: 'crash-without-wait',
    story: 'a crash loop fails the release although the Kustomization stays Ready',
    units: [unit('web')],
    versions: one,
    steps: [
      push({ web: '1.1.0-crash' }),
      failed('web 1.1.0-crash', 'CrashLoopBackOff', { says: /of 2 pods of web/, running: '1.0.0' }),
    ],
  },
  {
    name: 'image-cannot-be-pulled',
    story: 'an image that is not there fails the release; when it is pushed after all, the release recovers',
    units: [unit('web')],
    versions: one,
    steps: [
      push({ web: '1.1.0-pull' }),
      failed('web 1.1.0-pull', 'ImagePullBackOff', { running: '1.0.0' }),
      { do: 'pods', service: 'web', version: '1.1.0-pull', become: 'ready' },
      healthy('web 1.1.0-pull', { running: '1.1.0-pull' }),
    ],
  },
  {
    name: 'missing-secret',
    story: 'a container that cannot be configured fails the release with its reason',
    units: [unit('web')],
    versions: one,
    steps: [
      push({ web: '1.1.0-config' }),
      failed('web 1.1.0-config', 'CreateContainerConfigError', { says: /secret/ }),
    ],
  },
  {
    name: 'out-of-memory',
    story: 'a container that is killed for its memory fails the release with that reason',
    units: [unit('web')],
    versions: one,
    steps: [push({ web: '1.1.0-oom' }), failed('web 1.1.0-oom', 'OOMKilled', { running: '1.0.0' })],
  },
  {
    name: 'never-ready-with-wait',
    story: 'pods that never get ready are waited for until the health check of Flux gives up',
    units: [unit('web', { flux: hasty })],
    versions: one,
    steps: [
      push({ web: '1.1.0-unready' }),
      waits('web 1.1.0-unready', 'rollout', /pods/),
      failed('web 1.1.0-unready', 'HealthCheckFailed', { running: '1.0.0', notBeforeS: 25 }),
    ],
  },
  {
    name: 'never-ready-without-wait',
    story: 'pods that never get ready fail the release when the Deployment makes no progress',
    units: [unit('web', { workloads: [workload('web', { spec: { progressDeadlineSeconds: 10 } })] })],
    versions: one,
    steps: [
      push({ web: '1.1.0-unready' }),
      failed('web 1.1.0-unready', 'ProgressDeadlineExceeded', { running: '1.0.0', notBeforeS: 8 }),
    ],
  },
  {
    name: 'late-failure',
    story: 'a version that was healthy fails late, and recovers',
    units: [unit('web')],
    versions: one,
    steps: [
      push({ web: '1.1.0' }),
      healthy('web 1.1.0'),
      { do: 'pods', service: 'web', version: '1.1.0', become: 'crash' },
      failed('web 1.1.0', 'CrashLoopBackOff'),
      { do: 'pods', service: 'web', version: '1.1.0', become: 'ready' },
      healthy('web 1.1.0'),
    ],
  },
  {
    name: 'rollback',
    story: 'the old version is proven again by its own pods',
    units: [unit('web', { flux: wait })],
    versions: one,
    steps: [
      push({ web: '1.1.0' }),
      healthy('web 1.1.0'),
      push({ web: '1.0.0' }),
      verdict('web 1.1.0', 'superseded'),
      healthy('web 1.0.0', { running: '1.0.0' }),
    ],
  },
  {
    name: 'scaled-to-zero',
    story: 'where no pods are wanted the object itself is the proof, and that is said',
    units: [unit('web', { flux: wait, workloads: [workload('web', { spec: { replicas: 0 } })] })],
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { says: /scaled to zero/ })],
  },
  {
    name: 'digest-pinned',
    story: 'a digest in Git is found in the ready pods',
    units: [unit('web', { flux: wait, versionIn: 'kustomize-digest' })],
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { running: '1.1.0' })],
  },
  {
    name: 'stateful-set',
    story: 'a StatefulSet is healthy when its last ordinal is',
    units: of('StatefulSet'),
    versions: one,
    steps: [
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'rollout', /of 2 pods/),
      healthy('web 1.1.0', { running: '1.1.0' }),
    ],
  },
  {
    name: 'stateful-set-crash',
    story: 'a StatefulSet stops at the ordinal that crashes',
    units: of('StatefulSet'),
    versions: one,
    steps: [
      push({ web: '1.1.0-crash' }),
      failed('web 1.1.0-crash', 'CrashLoopBackOff', { says: /1 of 2 pods/, running: '1.0.0' }),
    ],
  },
  {
    name: 'daemon-set',
    story: 'a DaemonSet is healthy when every node runs it',
    units: of('DaemonSet'),
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { running: '1.1.0' })],
  },
  {
    name: 'daemon-set-crash',
    story: 'a DaemonSet stops at the node on which it crashes',
    units: of('DaemonSet'),
    versions: one,
    steps: [push({ web: '1.1.0-crash' }), failed('web 1.1.0-crash', 'CrashLoopBackOff', { running: '1.0.0' })],
  },
  {
    name: 'daemon-set-without-nodes',
    story: 'a DaemonSet that no node is to run is proven by itself, and that is said',
    units: [
      unit('web', {
        flux: wait,
        workloads: [workload('web', { kind: 'DaemonSet', pod: { nodeSelector: { disk: 'none' } } })],
      }),
    ],
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { says: /no node is to run it/ })],
  },
  {
    name: 'job',
    story: 'a Job that Flux makes anew is healthy when it has completed',
    units: of('Job', forced),
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { says: /has completed/ })],
  },
  {
    name: 'job-fails',
    story: 'a Job whose pods fail fails the release',
    units: of('Job', forced),
    versions: one,
    steps: [push({ web: '1.1.0-crash' }), failed('web 1.1.0-crash', 'BackoffLimitExceeded')],
  },
  {
    name: 'cron-job',
    story: 'a CronJob is healthy as soon as it holds the version',
    units: of('CronJob'),
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { says: /CronJob/ })],
  },
];
