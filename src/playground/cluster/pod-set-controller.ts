import { type JsonObject, numberAt, objectAt, same, textAt } from './json.ts';
import { evict, isReady, leaving, manager, ownedBy, ownerKind, ownerName, podFrom } from './pods.ts';
import { nameOf, namespaceOf } from './store.ts';
import { sha256, type World } from './world.ts';

type Kind = 'StatefulSet' | 'DaemonSet';
const kinds: readonly string[] = ['StatefulSet', 'DaemonSet'] satisfies readonly Kind[];
const nodes = ['node-a', 'node-b'];

/** Keeps the pods of StatefulSets and DaemonSets, which own them without a ReplicaSet: one place each, replaced one by one. */
export function createPodSetController(world: World): void {
  const { store } = world;
  const due = new Set<string>();

  const ask = (kind: string, namespace: string, name: string) => {
    const key = `${kind}/${namespace}/${name}`;
    if (due.has(key)) return;
    due.add(key);
    setImmediate(() => {
      due.delete(key);
      const owner = store.get(kind, namespace, name);
      if (owner !== null && !world.closed()) sync(owner);
    });
  };

  const sync = (owner: JsonObject) => {
    const revision = revisionOf(owner);
    const all = store.list('Pod', namespaceOf(owner)).filter((pod) => ownedBy(pod, owner));
    const places = placesOf(owner);
    const at = new Map(all.map((pod) => [placeOf(pod), pod]));
    const ordered = owner['kind'] === 'StatefulSet';
    for (const pod of all) if (!places.includes(placeOf(pod)) && !leaving(pod)) evict(world, pod);
    const missing = places.filter((place) => !at.has(place));
    const unready = places.filter((place) => {
      const pod = at.get(place);
      return pod === undefined || leaving(pod) || !isReady(pod);
    });
    if (missing.length > 0) {
      for (const place of missing) {
        // In order: no pod is made before those below it are ready.
        if (ordered && unready[0] !== undefined && places.indexOf(unready[0]) < places.indexOf(place)) break;
        store.create('Pod', podAt(owner, place, revision), manager);
      }
    } else if (unready.length === 0) {
      const old = places.findLast((place) => hashOf(at.get(place)) !== revision);
      const pod = old === undefined ? undefined : at.get(old);
      if (pod !== undefined) evict(world, pod);
    }
    report(owner, revision);
  };

  const report = (owner: JsonObject, revision: string) => {
    const pods = store
      .list('Pod', namespaceOf(owner))
      .filter((pod) => ownedBy(pod, owner) && !leaving(pod) && placesOf(owner).includes(placeOf(pod)));
    const fresh = pods.filter((pod) => hashOf(pod) === revision);
    const live = store.get(String(owner['kind']), namespaceOf(owner), nameOf(owner));
    if (live === null) return;
    const status =
      live['kind'] === 'StatefulSet'
        ? statefulStatus(live, revision, pods, fresh)
        : daemonStatus(live, pods, fresh, placesOf(live).length);
    if (same(live['status'], status)) return;
    const by = { ...manager, subresource: 'status' } as const;
    store.update(String(live['kind']), namespaceOf(live), nameOf(live), by, (draft) => {
      draft['status'] = status;
    });
  };

  store.subscribe(({ kind, type, object }) => {
    if (kinds.includes(kind) && type !== 'DELETED') ask(kind, namespaceOf(object), nameOf(object));
    if (kinds.includes(kind) && type === 'DELETED')
      for (const pod of store.list('Pod', namespaceOf(object)))
        if (ownedBy(pod, object)) store.remove('Pod', namespaceOf(pod), nameOf(pod));
    if (kind === 'Pod' && kinds.includes(ownerKind(object)))
      ask(ownerKind(object), namespaceOf(object), ownerName(object));
  });
}

function revisionOf(owner: JsonObject): string {
  return sha256(JSON.stringify(objectAt(owner, 'spec', 'template'))).slice(0, 10);
}

function hashOf(pod: JsonObject | undefined): string {
  return textAt(pod, 'metadata', 'labels', 'controller-revision-hash')?.split('-').at(-1) ?? '';
}

/** The ordinals of a StatefulSet, the nodes of a DaemonSet. */
function placesOf(owner: JsonObject): readonly string[] {
  // The nodes have no labels that one could ask for.
  if (owner['kind'] === 'DaemonSet')
    return Object.keys(objectAt(owner, 'spec', 'template', 'spec', 'nodeSelector')).length === 0 ? nodes : [];
  return Array.from(
    { length: numberAt(owner, 'spec', 'replicas') ?? 1 },
    (_, ordinal) => `${nameOf(owner)}-${ordinal}`,
  );
}

function placeOf(pod: JsonObject): string {
  return ownerKind(pod) === 'DaemonSet' ? (textAt(pod, 'spec', 'nodeName') ?? '') : nameOf(pod);
}

function podAt(owner: JsonObject, place: string, revision: string): JsonObject {
  const stateful = owner['kind'] === 'StatefulSet';
  const hash = stateful ? `${nameOf(owner)}-${revision}` : revision;
  const name = stateful ? place : `${nameOf(owner)}-${sha256(`${place} ${revision} ${Math.random()}`).slice(0, 5)}`;
  const labels = { 'controller-revision-hash': hash };
  const pod = podFrom(owner, objectAt(owner, 'spec', 'template'), name, labels);
  return stateful ? pod : { ...pod, spec: { ...objectAt(pod, 'spec'), nodeName: place } };
}

function statefulStatus(
  owner: JsonObject,
  revision: string,
  pods: readonly JsonObject[],
  fresh: readonly JsonObject[],
): JsonObject {
  const wanted = numberAt(owner, 'spec', 'replicas') ?? 1;
  const next = `${nameOf(owner)}-${revision}`;
  const done = fresh.length === wanted && fresh.every(isReady);
  const current = done ? next : (textAt(owner, 'status', 'currentRevision') ?? next);
  const ready = pods.filter(isReady).length;
  const kept = pods.filter((pod) => textAt(pod, 'metadata', 'labels', 'controller-revision-hash') === current).length;
  return {
    observedGeneration: numberAt(owner, 'metadata', 'generation') ?? 1,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: kept,
    updatedReplicas: fresh.length,
    currentRevision: current,
    updateRevision: next,
    collisionCount: 0,
  };
}

function daemonStatus(
  owner: JsonObject,
  pods: readonly JsonObject[],
  fresh: readonly JsonObject[],
  wanted: number,
): JsonObject {
  const ready = pods.filter(isReady).length;
  return {
    observedGeneration: numberAt(owner, 'metadata', 'generation') ?? 1,
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: wanted,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready,
    updatedNumberScheduled: fresh.length,
    ...(wanted > ready ? { numberUnavailable: wanted - ready } : {}),
  };
}
