import { type JsonObject, objectsAt, textAt } from './json.ts';
import type { Fault } from './pod-faults.ts';
import { ownerKind, ownerName } from './pods.ts';
import { nameOf, namespaceOf } from './store.ts';
import { sha256 } from './world.ts';

/** A status that a kubelet writes, and how long after the one before. */
export interface Moment {
  readonly afterMs: number;
  readonly step: Step;
  /** On the way to its first run: the first sync of a playground does not wait for that. */
  readonly starting?: boolean;
}

export interface Step {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly state: JsonObject;
  readonly ready: boolean;
  readonly restarts?: number;
  readonly last?: JsonObject;
}

/** The status of a pod at one step of its life. */
export function statusOf(pod: JsonObject, time: string, step: Step): JsonObject {
  const names = objectsAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name') ?? '');
  const unready = { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
  const condition = (type: string, good: boolean): JsonObject => ({
    type,
    status: good ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: time,
    ...(good ? {} : unready),
  });
  const running = step.phase !== 'Pending';
  return {
    phase: step.phase ?? 'Running',
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', step.ready),
      condition('Ready', step.ready),
    ],
    hostIP: '127.0.0.1',
    startTime: textAt(pod, 'metadata', 'creationTimestamp') ?? time,
    containerStatuses: objectsAt(pod, 'spec', 'containers').map((container): JsonObject => {
      const image = textAt(container, 'image') ?? '';
      return {
        name: textAt(container, 'name') ?? '',
        state: step.state,
        lastState: step.last ?? {},
        ready: step.ready,
        started: step.ready,
        restartCount: step.restarts ?? 0,
        image,
        imageID: running ? imageIdOf(image) : '',
      };
    }),
    qosClass: 'BestEffort',
  };
}

/** What becomes of a pod, moment by moment, without an end where it never settles. */
export function* podLife(pod: JsonObject, faultOf: () => Fault | null, time: () => string): Generator<Moment> {
  const creating = { waiting: { reason: 'ContainerCreating' } };
  yield { afterMs: 300, step: { phase: 'Pending', state: creating, ready: false }, starting: true };
  const fault = faultOf();
  if (fault === 'crash' || fault === 'oom') return yield* crashes(pod, fault, time);
  if (fault === 'pull' || fault === 'config') return yield* refusals(pod, fault);
  const startedAt = time();
  const state = { running: { startedAt } };
  yield { afterMs: 900, step: { state, ready: false }, starting: true };
  if (fault === 'stall') return;
  const afterMs = fault === 'slow' ? 12_000 : 1_400;
  const done = { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: time() } };
  const runs = ownerKind(pod) !== 'Job';
  const step: Step = runs ? { state, ready: true } : { phase: 'Succeeded', state: done, ready: false };
  yield { afterMs, step, starting: fault !== 'slow' };
}

/** Dies and is started again, ever later. */
function* crashes(pod: JsonObject, fault: 'crash' | 'oom', time: () => string): Generator<Moment> {
  const uid = textAt(pod, 'metadata', 'uid') ?? '';
  const [exitCode, reason] = fault === 'oom' ? [137, 'OOMKilled'] : [1, 'Error'];
  let last: JsonObject = {};
  let afterMs = 900;
  for (let restarts = 0; ; restarts++) {
    const startedAt = time();
    yield { afterMs, step: { state: { running: { startedAt } }, ready: false, restarts, last } };
    const died = { terminated: { exitCode, reason, startedAt, finishedAt: time() } };
    if (textAt(pod, 'spec', 'restartPolicy') === 'Never')
      return yield { afterMs: 700, step: { phase: 'Failed', state: died, ready: false } };
    const wait = Math.min(10 * 2 ** restarts, 300);
    const name = textAt(objectsAt(pod, 'spec', 'containers')[0], 'name') ?? '';
    const message = `back-off ${wait}s restarting failed container=${name} pod=${nameOf(pod)}_${namespaceOf(pod)}(${uid})`;
    const waiting = { waiting: { reason: 'CrashLoopBackOff', message } };
    yield { afterMs: 700, step: { state: waiting, ready: false, restarts: restarts + 1, last: died } };
    last = died;
    afterMs = Math.min(wait * 400, 30_000);
  }
}

/** Does not get as far as to start. */
function* refusals(pod: JsonObject, fault: 'pull' | 'config'): Generator<Moment> {
  const image = imageOf(pod);
  const reasons =
    fault === 'config'
      ? [['CreateContainerConfigError', `secret "${ownerName(pod)}" not found`]]
      : [
          ['ErrImagePull', `failed to pull and unpack image "${image}": not found`],
          ['ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: not found`],
        ];
  for (const [index, [reason = '', message = '']] of reasons.entries()) {
    const state = { waiting: { reason, message } };
    yield { afterMs: index === 0 ? 900 : 1_500, step: { phase: 'Pending', state, ready: false } };
  }
}

export function imageOf(podOrTemplate: JsonObject): string {
  return textAt(objectsAt(podOrTemplate, 'spec', 'containers')[0], 'image') ?? '';
}

/** What the runtime says it runs: the digest that the image names, else one that stands for the tag. */
export function imageIdOf(image: string): string {
  const [name, digest] = image.split('@');
  return `${(name ?? image).replace(/:[^:/]+$/, '')}@${digest ?? `sha256:${sha256(image)}`}`;
}
