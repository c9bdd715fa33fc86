import type { CustomRef } from './custom-objects.ts';
import { type InventoryEntry, parseInventoryId } from './flux/inventory.ts';
import { interned, list, whole } from './interned.ts';
import { type Kustomization, keyOf } from './objects.ts';

/** Of an inventory only what can be a service's own or lead to it; the rest may be thousands of entries. */
const followedKinds = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/CronJob',
  'batch/Job',
  'argoproj.io/Rollout',
  'helm.toolkit.fluxcd.io/HelmRelease',
  'kustomize.toolkit.fluxcd.io/Kustomization',
]);

/** Of thousands of entries those that count; of kinds that only operators know, as many as a message could name. */
export function inventoryOf(
  entries: readonly { readonly id: string; readonly v: string }[],
): Pick<Kustomization, 'inventory' | 'custom'> {
  const inventory: string[] = [];
  const custom: CustomRef[] = [];
  for (const { id, v } of entries) {
    const entry = parseInventoryId(id);
    if (entry === null) continue;
    if (followedKinds.has(`${entry.group}/${entry.kind}`)) inventory.push(whole(keyOf(entry)));
    else if (isOperators(entry.group) && custom.length < 50) custom.push(customRef(entry, v));
  }
  return { inventory: list(inventory), custom: list(custom) };
}

function customRef({ group, kind, namespace, name }: InventoryEntry, version: string): CustomRef {
  return {
    group: interned(whole(group)),
    version: interned(version),
    kind: interned(whole(kind)),
    namespace: interned(whole(namespace)),
    name: whole(name),
  };
}

/** Whether a group of the API is neither Kubernetes' own nor Flux's. */
function isOperators(group: string): boolean {
  return group.includes('.') && !/(^|\.)(k8s\.io|fluxcd\.io)$/.test(group);
}
