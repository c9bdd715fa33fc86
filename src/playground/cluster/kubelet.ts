import { type JsonObject, objectsAt, textAt } from './json.ts';
import { ownerKind, ownerName } from './pods.ts';
import { nameOf, namespaceOf } from './store.ts';
import { sha256, type World } from './world.ts';

const writer = { manager: 'kubelet', operation: 'Update', subresource: 'status' } as const;

/** Brings pods from Pending to ready, or to whatever was ordered for their image. Times are of the cluster. */
export function createKubelet(world: World): void {
  const { store } = world;

  const write = (pod: JsonObject, status: (live: JsonObject) => JsonObject): boolean => {
    const live = store.get('Pod', namespaceOf(pod), nameOf(pod));
    if (world.closed() || live === null || textAt(live, 'metadata', 'uid') !== textAt(pod, 'metadata', 'uid'))
      return false;
    if (textAt(live, 'metadata', 'deletionTimestamp') !== undefined) return false;
    store.update('Pod', namespaceOf(pod), nameOf(pod), writer, (draft) => {
      draft['status'] = { ...status(live) };
    });
    return true;
  };

  /** Dies and is started again, ever later. */
  const crash = async (pod: JsonObject, reason: 'Error' | 'OOMKilled'): Promise<void> => {
    const uid = textAt(pod, 'metadata', 'uid') ?? '';
    const exitCode = reason === 'OOMKilled' ? 137 : 1;
    const once = textAt(pod, 'spec', 'restartPolicy') === 'Never';
    for (let restarts = 0; ; restarts++) {
      const startedAt = world.time();
      const running = { running: { startedAt } };
      const died = { terminated: { exitCode, reason, startedAt, finishedAt: world.time() } };
      const last = restarts === 0 ? {} : died;
      if (!write(pod, () => statusOf(pod, world, { state: running, ready: false, restarts, last }))) return;
      if (await world.pause(700)) return;
      if (once) return void write(pod, () => statusOf(pod, world, { phase: 'Failed', state: died, ready: false }));
      const wait = Math.min(10 * 2 ** restarts, 300);
      const message = `back-off ${wait}s restarting failed container=${containerOf(pod)} pod=${nameOf(pod)}_${namespaceOf(pod)}(${uid})`;
      const waiting = { waiting: { reason: 'CrashLoopBackOff', message } };
      if (!write(pod, () => statusOf(pod, world, { state: waiting, ready: false, restarts: restarts + 1, last: died })))
        return;
      if (await world.pause(Math.min(wait * 400, 30_000))) return;
    }
  };

  /** Does not get as far as to start. */
  const refuse = async (pod: JsonObject, reasons: readonly (readonly [reason: string, message: string])[]) => {
    for (const [reason, message] of reasons) {
      const state = { waiting: { reason, message } };
      if (!write(pod, () => statusOf(pod, world, { phase: 'Pending', state, ready: false }))) return;
      if (await world.pause(1_500)) return;
    }
  };

  const start = async (pod: JsonObject): Promise<void> => {
    const creating = { waiting: { reason: 'ContainerCreating' } };
    if (!world.quick() && (await world.pause(300))) return;
    if (!write(pod, () => statusOf(pod, world, { phase: 'Pending', state: creating, ready: false }))) return;
    if (!world.quick() && (await world.pause(900))) return;
    const image = imageOf(pod);
    const fault = world.faultOf(serviceOf(pod), image);
    if (fault === 'crash') return crash(pod, 'Error');
    if (fault === 'oom') return crash(pod, 'OOMKilled');
    if (fault === 'pull')
      return refuse(pod, [
        ['ErrImagePull', `failed to pull and unpack image "${image}": not found`],
        ['ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: not found`],
      ]);
    if (fault === 'config')
      return refuse(pod, [['CreateContainerConfigError', `secret "${serviceOf(pod)}" not found`]]);
    const startedAt = world.time();
    const state = { running: { startedAt } };
    if (!write(pod, () => statusOf(pod, world, { state, ready: false })) || fault === 'stall') return;
    if (!world.quick() && (await world.pause(fault === 'slow' ? 12_000 : 1_400))) return;
    if (ownerKind(pod) !== 'Job') return void write(pod, () => statusOf(pod, world, { state, ready: true }));
    const done = { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: world.time() } };
    write(pod, () => statusOf(pod, world, { phase: 'Succeeded', state: done, ready: false }));
  };

  const end = async (pod: JsonObject): Promise<void> => {
    if (!world.quick() && (await world.pause(300))) return;
    const live = store.get('Pod', namespaceOf(pod), nameOf(pod));
    if (live !== null && textAt(live, 'metadata', 'uid') === textAt(pod, 'metadata', 'uid'))
      store.remove('Pod', namespaceOf(pod), nameOf(pod));
  };

  const ending = new Set<string>();
  store.subscribe((event) => {
    if (event.kind !== 'Pod') return;
    const uid = textAt(event.object, 'metadata', 'uid') ?? '';
    if (event.type === 'DELETED') ending.delete(uid);
    else if (event.type === 'ADDED') void start(event.object);
    else if (textAt(event.object, 'metadata', 'deletionTimestamp') !== undefined && !ending.has(uid)) {
      ending.add(uid);
      void end(event.object);
    }
  });
}

function containerOf(pod: JsonObject): string {
  return textAt(objectsAt(pod, 'spec', 'containers')[0], 'name') ?? '';
}

export function imageOf(podOrTemplate: JsonObject): string {
  return textAt(objectsAt(podOrTemplate, 'spec', 'containers')[0], 'image') ?? '';
}

/** Name of the workload that a pod belongs to; of a Deployment that is its ReplicaSet's name without the hash. */
export function serviceOf(pod: JsonObject): string {
  return ownerKind(pod) === 'ReplicaSet' ? ownerName(pod).replace(/-[^-]+$/, '') : ownerName(pod);
}

/** What the runtime says it runs: the digest that the image names, else one that stands for the tag. */
export function imageIdOf(image: string): string {
  const [name, digest] = image.split('@');
  return `${(name ?? image).replace(/:[^:/]+$/, '')}@${digest ?? `sha256:${sha256(image)}`}`;
}

interface Step {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly state: JsonObject;
  readonly ready: boolean;
  readonly restarts?: number;
  readonly last?: JsonObject;
}

function statusOf(pod: JsonObject, world: World, step: Step): JsonObject {
  const time = world.time();
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
