import { type JsonObject, textAt } from './json.ts';
import { imageOf, podLife, statusOf } from './pod-life.ts';
import { ownerKind, ownerName } from './pods.ts';
import { nameOf, namespaceOf } from './store.ts';
import type { World } from './world.ts';

const writer = { manager: 'kubelet', operation: 'Update', subresource: 'status' } as const;

/** Brings pods from Pending to ready, or to whatever was ordered for their image. Times are of the cluster. */
export function createKubelet(world: World): void {
  const { store } = world;

  const live = (pod: JsonObject): JsonObject | null => {
    const found = store.get('Pod', namespaceOf(pod), nameOf(pod));
    const same = textAt(found ?? {}, 'metadata', 'uid') === textAt(pod, 'metadata', 'uid');
    return !same || textAt(found ?? {}, 'metadata', 'deletionTimestamp') !== undefined ? null : found;
  };

  const run = async (pod: JsonObject): Promise<void> => {
    for (const { afterMs, step, starting } of podLife(
      pod,
      () => world.faultOf(serviceOf(pod), imageOf(pod)),
      world.time,
    )) {
      if (!(world.quick() && starting) && (await world.pause(afterMs))) return;
      if (world.closed() || live(pod) === null) return;
      store.update('Pod', namespaceOf(pod), nameOf(pod), writer, (draft) => {
        draft['status'] = statusOf(pod, world.time(), step);
      });
    }
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
    else if (event.type === 'ADDED') void run(event.object);
    else if (textAt(event.object, 'metadata', 'deletionTimestamp') !== undefined && !ending.has(uid)) {
      ending.add(uid);
      void end(event.object);
    }
  });
}

/** Name of the workload that a pod belongs to; of a Deployment that is its ReplicaSet's name without the hash. */
export function serviceOf(pod: JsonObject): string {
  return ownerKind(pod) === 'ReplicaSet' ? ownerName(pod).replace(/-[^-]+$/, '') : ownerName(pod);
}
