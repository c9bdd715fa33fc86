import { deploymentStatus } from './deployment-status.ts';
import { isObject, type JsonObject, numberAt, objectAt, same, textAt } from './json.ts';
import { imageOf } from './pod-life.ts';
import { evict, isReady, leaving, manager, ownedBy, ownerName, ownerOf, podFrom } from './pods.ts';
import { nameOf, namespaceOf } from './store.ts';
import { sha256, type World } from './world.ts';

/** Keeps ReplicaSets and Pods as the Deployments want them: rolling, one pod more at most, never one less. */
export function createDeploymentController(world: World): void {
  const { store } = world;
  const due = new Set<string>();
  const progress = new Map<string, { readonly mark: string; readonly at: number }>();
  let pods = 0;

  const ask = (namespace: string, name: string) => {
    const key = `${namespace}/${name}`;
    if (due.has(key)) return;
    due.add(key);
    setImmediate(() => {
      due.delete(key);
      if (!world.closed()) sync(namespace, name);
    });
  };

  const setsOf = (deployment: JsonObject) =>
    store.list('ReplicaSet', namespaceOf(deployment)).filter((set) => ownedBy(set, deployment));
  const podsOf = (set: JsonObject) => store.list('Pod', namespaceOf(set)).filter((pod) => ownedBy(pod, set));

  const scale = (set: JsonObject, replicas: number) => {
    if (numberAt(set, 'spec', 'replicas') === replicas) return;
    store.update('ReplicaSet', namespaceOf(set), nameOf(set), manager, (draft) => {
      const spec = draft['spec'];
      if (isObject(spec)) spec['replicas'] = replicas;
    });
  };

  const fill = (set: JsonObject) => {
    const wanted = numberAt(set, 'spec', 'replicas') ?? 0;
    const all = podsOf(set);
    const staying = all.filter((pod) => !leaving(pod));
    for (let missing = wanted - staying.length; missing > 0; missing--) {
      pods += 1;
      const name = `${nameOf(set)}-${sha256(`${nameOf(set)} ${pods}`).slice(0, 5)}`;
      const template = objectAt(set, 'spec', 'template');
      store.create('Pod', podFrom(set, template, name), manager);
    }
    const spare = [...staying].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
    for (const pod of spare.slice(0, Math.max(0, staying.length - wanted))) evict(world, pod);
    const left = podsOf(set).filter((pod) => !leaving(pod));
    const ready = left.filter(isReady).length;
    const generation = numberAt(set, 'metadata', 'generation') ?? 1;
    store.update('ReplicaSet', namespaceOf(set), nameOf(set), { ...manager, subresource: 'status' }, (draft) => {
      draft['status'] = {
        replicas: left.length,
        readyReplicas: ready,
        availableReplicas: ready,
        observedGeneration: generation,
      };
    });
  };

  const newSet = (deployment: JsonObject, sets: readonly JsonObject[]): JsonObject | null => {
    const template = objectAt(deployment, 'spec', 'template');
    const hash = sha256(JSON.stringify(template)).slice(0, 10);
    const found = sets.find((set) => textAt(set, 'metadata', 'labels', 'pod-template-hash') === hash);
    const image = imageOf(template);
    if (!sets.some((set) => imageOf(objectAt(set, 'spec', 'template')) === image))
      world.meetImage(nameOf(deployment), image);
    const revisions = sets.map(revisionOf);
    const newest = Math.max(0, ...revisions);
    const revision = found === undefined || revisions[sets.indexOf(found)] !== newest ? newest + 1 : newest;
    mark(deployment, String(revision));
    if (found !== undefined) {
      store.update('ReplicaSet', namespaceOf(found), nameOf(found), manager, (draft) => {
        objectAt(draft, 'metadata', 'annotations')['deployment.kubernetes.io/revision'] = String(revision);
      });
      return store.get('ReplicaSet', namespaceOf(found), nameOf(found));
    }
    return store.create('ReplicaSet', setFrom(deployment, template, hash, String(revision)), manager);
  };

  const mark = (deployment: JsonObject, revision: string) =>
    store.update('Deployment', namespaceOf(deployment), nameOf(deployment), manager, (draft) => {
      const metadata = objectAt(draft, 'metadata');
      metadata['annotations'] = { ...objectAt(metadata, 'annotations'), 'deployment.kubernetes.io/revision': revision };
    });

  const roll = (wanted: number, next: JsonObject, olds: readonly JsonObject[]) => {
    const size = (set: JsonObject) => numberAt(set, 'spec', 'replicas') ?? 0;
    const oldTotal = olds.reduce((sum, set) => sum + size(set), 0);
    const grown = Math.min(wanted, Math.max(size(next), wanted + 1 - oldTotal));
    scale(next, wanted < size(next) ? wanted : grown);
    const readyOf = (set: JsonObject) => podsOf(set).filter((pod) => !leaving(pod) && isReady(pod)).length;
    let spare = Math.max(0, readyOf(next) + olds.reduce((sum, set) => sum + readyOf(set), 0) - wanted);
    for (const old of olds) {
      // Pods that never became ready serve nobody: they go first.
      const ready = readyOf(old);
      const unready = Math.max(0, size(old) - ready);
      const drop = Math.min(spare, ready);
      spare -= drop;
      scale(old, size(old) - unready - drop);
    }
  };

  const forget = (deployment: JsonObject) => {
    const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
    const empty = setsOf(deployment).filter(
      (set) => numberAt(set, 'spec', 'replicas') === 0 && podsOf(set).length === 0,
    );
    const oldestFirst = [...empty].sort((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of oldestFirst.slice(0, Math.max(0, empty.length - limit)))
      store.remove('ReplicaSet', namespaceOf(set), nameOf(set));
  };

  const sync = (namespace: string, name: string) => {
    const deployment = store.get('Deployment', namespace, name);
    const owner = `${namespace}/${name}`;
    if (deployment === null) {
      progress.delete(owner);
      return;
    }
    const sets = setsOf(deployment);
    const next = newSet(deployment, sets);
    if (next === null) return;
    const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
    roll(
      wanted,
      next,
      sets.filter((set) => nameOf(set) !== nameOf(next)),
    );
    for (const set of setsOf(deployment)) fill(set);
    forget(deployment);
    report(deployment, next, wanted, owner);
  };

  const report = (deployment: JsonObject, next: JsonObject, wanted: number, owner: string) => {
    const staying = setsOf(deployment)
      .flatMap(podsOf)
      .filter((pod) => !leaving(pod));
    const updated = podsOf(next).filter((pod) => !leaving(pod));
    const counts = {
      total: staying.length,
      updated: updated.length,
      ready: staying.filter(isReady).length,
      updatedReady: updated.filter(isReady).length,
    };
    const done = counts.updatedReady === wanted && counts.total === wanted;
    const deadline = (numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600) * 1_000;
    const step = `${nameOf(next)} ${counts.updated} ${counts.updatedReady} ${counts.total} ${wanted}`;
    const known = progress.get(owner);
    if (known?.mark !== step) {
      progress.set(owner, { mark: step, at: world.elapsed() });
      if (!done && !world.quick()) world.later(deadline + 50, () => ask(namespaceOf(deployment), nameOf(deployment)));
    }
    const late = !done && known?.mark === step && world.elapsed() - known.at >= deadline;
    const live = store.get('Deployment', namespaceOf(deployment), nameOf(deployment));
    if (live === null) return;
    const status = deploymentStatus(live, nameOf(next), wanted, counts, done, late, world.time());
    if (same(live['status'], status)) return;
    const by = { ...manager, subresource: 'status' } as const;
    store.update('Deployment', namespaceOf(live), nameOf(live), by, (draft) => {
      draft['status'] = status;
    });
  };

  store.subscribe(({ kind, type, object }) => {
    if (kind === 'Deployment' && type !== 'DELETED') ask(namespaceOf(object), nameOf(object));
    if (kind === 'Deployment' && type === 'DELETED')
      for (const set of setsOf(object)) store.remove('ReplicaSet', namespaceOf(set), nameOf(set));
    if (kind === 'ReplicaSet' && type === 'DELETED')
      for (const pod of podsOf(object)) store.remove('Pod', namespaceOf(pod), nameOf(pod));
    if (kind === 'Pod') {
      const set = store.get('ReplicaSet', namespaceOf(object), ownerName(object));
      if (set !== null) ask(namespaceOf(set), ownerName(set));
    }
  });
}

function revisionOf(set: JsonObject): number {
  return Number(textAt(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') ?? 0);
}

function setFrom(deployment: JsonObject, template: JsonObject, hash: string, revision: string): JsonObject {
  const labels = { ...objectAt(template, 'metadata', 'labels'), 'pod-template-hash': hash };
  return {
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: ownerOf(deployment),
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
    },
    status: { replicas: 0 },
  };
}
