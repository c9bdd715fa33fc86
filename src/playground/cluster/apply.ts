import { at, ensure, type JsonObject, listAt, objectAt, objectsAt, same, textAt } from './json.ts';
import { kindOf, kinds } from './kinds.ts';
import { strategicMerge } from './merge.ts';
import { nameOf, namespaceOf, type Store } from './store.ts';

const manager = 'kustomize-controller';
const order = ['Namespace', 'ServiceAccount', 'ConfigMap', 'GitRepository', 'HelmRepository', 'Service'];

export interface Applied {
  readonly entries: readonly JsonObject[];
  /** What was really changed, as kustomize-controller says it: `Deployment/shop/web created`, or `configured`. */
  readonly changed: readonly string[];
}

/** Fills in namespaces and Flux's labels. Gives the message of a failed dry run for what the cluster does not know. */
export function prepare(objects: readonly JsonObject[], kustomization: JsonObject): readonly JsonObject[] | string {
  const target = textAt(kustomization, 'spec', 'targetNamespace');
  const common = objectAt(kustomization, 'spec', 'commonMetadata', 'labels');
  const out: JsonObject[] = [];
  for (const each of objects) {
    const object = structuredClone(each);
    const kind = kindOf(textAt(object, 'apiVersion') ?? '', textAt(object, 'kind') ?? '');
    if (nameOf(object) === '')
      return `${textAt(object, 'kind') ?? '?'}/ dry-run failed: resource name may not be empty`;
    if (kind === undefined)
      return `${textAt(object, 'kind') ?? '?'}/${nameOf(object)} dry-run failed: no matches for kind "${String(object['kind'])}" in version "${String(object['apiVersion'])}"`;
    const metadata = ensure(object, 'metadata');
    if (!kind.namespaced) delete metadata['namespace'];
    else metadata['namespace'] = target ?? textAt(metadata, 'namespace') ?? 'default';
    Object.assign(ensure(metadata, 'labels'), common, {
      'kustomize.toolkit.fluxcd.io/name': nameOf(kustomization),
      'kustomize.toolkit.fluxcd.io/namespace': namespaceOf(kustomization),
    });
    if (object['kind'] === 'Deployment' && listAt(object, 'spec', 'template', 'spec', 'containers').length === 0)
      return `${keyOf(object)} dry-run failed (Invalid): spec.template.spec.containers: Required value`;
    out.push(object);
  }
  const rank = (object: JsonObject) => {
    const index = order.indexOf(textAt(object, 'kind') ?? '');
    return index < 0 ? order.length : index;
  };
  return out.sort((a, b) => rank(a) - rank(b));
}

/** What the API server refuses to change; gives the message of the first failed dry run. */
export function dryRun(store: Store, objects: readonly JsonObject[]): string | null {
  for (const object of objects) {
    const kind = textAt(object, 'kind') ?? '';
    const live = store.get(kind, namespaceOf(object), nameOf(object));
    const field = live === null || isForced(object) ? null : immutableChange(kind, live, object);
    if (field === null) continue;
    const group = textAt(object, 'apiVersion')?.split('/')[0] ?? '';
    return `${keyOf(object)} dry-run failed (Invalid): ${kind}.${group} "${nameOf(object)}" is invalid: spec.${field}: Invalid value: ${JSON.stringify(at(object, 'spec', field))}: field is immutable`;
  }
  return null;
}

function immutableChange(kind: string, live: JsonObject, wanted: JsonObject): string | null {
  const differs = (...path: string[]) => {
    const value = at(wanted, 'spec', ...path);
    const merged = value === undefined ? undefined : strategicMerge(at(live, 'spec', ...path), structuredClone(value));
    return merged !== undefined && !same(merged, at(live, 'spec', ...path));
  };
  if (['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind) && differs('selector', 'matchLabels'))
    return 'selector';
  return kind === 'Job' && differs('template') ? 'template' : null;
}

function isForced(object: JsonObject): boolean {
  return textAt(object, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/force') === 'enabled';
}

function keyOf(object: JsonObject): string {
  return `${textAt(object, 'kind') ?? '?'}/${namespaceOf(object)}/${nameOf(object)}`;
}

/** What kubectl wrote is taken over with the fields that Git does not set, which then go (fluxcd/pkg/ssa/patch.go). */
function isKubectl(entry: JsonObject): boolean {
  const name = textAt(entry, 'manager') ?? '';
  return (name.startsWith('kubectl') || name === 'before-first-apply') && entry['subresource'] === undefined;
}

export function inventoryOf(objects: readonly JsonObject[]): JsonObject[] {
  const entries = objects.map((object): JsonObject => {
    const kind = kindOf(textAt(object, 'apiVersion') ?? '', textAt(object, 'kind') ?? '');
    const id = `${namespaceOf(object)}_${nameOf(object)}_${kind?.group ?? ''}_${kind?.kind ?? ''}`;
    return { id, v: kind?.version ?? 'v1' };
  });
  return entries.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
}

/** Server-side apply of everything, then what the last inventory had and this one has not is pruned. */
export function applyAll(store: Store, objects: readonly JsonObject[], kustomization: JsonObject): Applied {
  const changed: string[] = [];
  for (const object of objects) {
    const kind = textAt(object, 'kind') ?? '';
    const before = store.get(kind, namespaceOf(object), nameOf(object));
    const once = textAt(before ?? object, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/ssa');
    const ignored =
      textAt(before ?? object, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/reconcile') === 'disabled';
    if (before !== null && (once === 'IfNotPresent' || ignored)) continue;
    const version = textAt(before ?? {}, 'metadata', 'resourceVersion');
    if (before !== null && isForced(object) && immutableChange(kind, before, object) !== null)
      store.remove(kind, namespaceOf(object), nameOf(object));
    const after = store.apply(kind, object, manager, isKubectl);
    if (textAt(after, 'metadata', 'resourceVersion') !== version)
      changed.push(`${keyOf(object)} ${before === null ? 'created' : 'configured'}`);
  }
  const entries = inventoryOf(objects);
  const kept = new Set(entries.map((entry) => entry['id']));
  if (objectAt(kustomization, 'spec')['prune'] === true)
    for (const entry of objectsAt(kustomization, 'status', 'inventory', 'entries'))
      if (!kept.has(entry['id'] ?? '')) prune(store, String(entry['id']));
  return { entries, changed };
}

/** The kind, namespace and name of an inventory id (cli-utils/pkg/object/objmetadata.go). */
export function parseId(id: string) {
  const first = id.indexOf('_');
  const last = id.lastIndexOf('_');
  const middle = id.lastIndexOf('_', last - 1);
  const group = id.slice(middle + 1, last);
  const kind = kinds.find((each) => each.kind === id.slice(last + 1) && each.group === group);
  return { kind, namespace: id.slice(0, first), name: id.slice(first + 1, middle) };
}

export function prune(store: Store, id: string): void {
  const { kind, namespace, name } = parseId(id);
  if (kind === undefined) return;
  const object = store.get(kind.kind, namespace, name);
  if (textAt(object ?? {}, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/prune') === 'disabled') return;
  store.remove(kind.kind, namespace, name);
}
