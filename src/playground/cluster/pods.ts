import { isObject, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';
import { nameOf, namespaceOf } from './store.ts';
import type { World } from './world.ts';

/** What controllers write as. */
export const manager = { manager: 'kube-controller-manager', operation: 'Update' } as const;

export function leaving(pod: JsonObject): boolean {
  return textAt(pod, 'metadata', 'deletionTimestamp') !== undefined;
}

export function isReady(pod: JsonObject): boolean {
  return objectsAt(pod, 'status', 'conditions').some((each) => each['type'] === 'Ready' && each['status'] === 'True');
}

export function ownerName(object: JsonObject): string {
  return textAt(objectsAt(object, 'metadata', 'ownerReferences')[0], 'name') ?? '';
}

export function ownerKind(object: JsonObject): string {
  return textAt(objectsAt(object, 'metadata', 'ownerReferences')[0], 'kind') ?? '';
}

export function ownedBy(object: JsonObject, owner: JsonObject): boolean {
  return textAt(objectsAt(object, 'metadata', 'ownerReferences')[0], 'uid') === textAt(owner, 'metadata', 'uid');
}

export function ownerOf(owner: JsonObject): JsonObject[] {
  const [apiVersion, kind, uid] = [
    textAt(owner, 'apiVersion'),
    textAt(owner, 'kind'),
    textAt(owner, 'metadata', 'uid'),
  ];
  return [
    {
      apiVersion: apiVersion ?? '',
      kind: kind ?? '',
      name: nameOf(owner),
      uid: uid ?? '',
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
}

/** A pod of a controller's template. */
export function podFrom(owner: JsonObject, template: JsonObject, name: string, labels: JsonObject = {}): JsonObject {
  const metadata = objectAt(template, 'metadata');
  return {
    metadata: {
      ...metadata,
      labels: { ...objectAt(metadata, 'labels'), ...labels },
      name,
      generateName: `${nameOf(owner)}-`,
      namespace: namespaceOf(owner),
      ownerReferences: ownerOf(owner),
    },
    spec: objectAt(template, 'spec'),
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

/** Asks a pod to leave; its kubelet takes a moment for that. */
export function evict(world: World, pod: JsonObject): void {
  world.store.update('Pod', namespaceOf(pod), nameOf(pod), manager, (draft) => {
    const metadata = draft['metadata'];
    if (isObject(metadata))
      Object.assign(metadata, { deletionTimestamp: world.time(), deletionGracePeriodSeconds: 30 });
  });
}
