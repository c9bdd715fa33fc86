import { parseManifests } from '../../doors/yaml.ts';
import { isObject, type JsonObject, numberAt, objectAt, textAt, toJson } from './json.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { conflicts, type Writer } from './managed-fields.ts';
import { jsonPatch, mergePatch, strategicMerge } from './merge.ts';
import { nameOf, namespaceOf, type Store } from './store.ts';

export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
}

export interface Target {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string | null;
  readonly sub: string | null;
}

export interface WriteRequest {
  readonly method: string;
  readonly type: string;
  readonly manager: string;
  /** Of a server-side apply: takes fields over from whoever owns them. */
  readonly force: boolean;
  readonly text: string;
}

export function failure(code: number, reason: string, message: string): Answer {
  return { code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } };
}

export function notFound(target: Target): Answer {
  const plural = target.kind.group === '' ? target.kind.plural : `${target.kind.plural}.${target.kind.group}`;
  return failure(404, 'NotFound', `${plural} "${target.name ?? ''}" not found`);
}

/** As an API server answers that has no streaming lists: clients fall back to a list and a watch. */
export function noInitialEvents(): Answer {
  const why = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
  return failure(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: ${why}`);
}

function conflict(owners: readonly string[]): Answer {
  const named = owners.map((owner) => `"${owner}"`).join(', ');
  return failure(409, 'Conflict', `Apply failed with ${owners.length} conflict: conflict with ${named}`);
}

/** POST, PUT, PATCH and DELETE of one object, with the status and scale subresources. */
export function writeObject(store: Store, target: Target, request: WriteRequest): Answer {
  const { kind, namespace } = target;
  if (request.method === 'DELETE') {
    const removed = store.remove(kind.kind, namespace, target.name ?? '');
    return removed === null ? notFound(target) : { code: 200, body: removed };
  }
  const documents = parseManifests(request.text);
  const parsed = documents === null ? null : toJson(documents[0]);
  if (parsed === null) return failure(400, 'BadRequest', 'the body cannot be read');
  if (request.method === 'POST') {
    if (!isObject(parsed)) return failure(400, 'BadRequest', 'the body is no object');
    const metadata = { ...objectAt(parsed, 'metadata'), ...(kind.namespaced ? { namespace } : {}) };
    const made = store.create(kind.kind, { ...parsed, metadata }, { manager: request.manager, operation: 'Update' });
    const conflict = `${kind.plural} "${nameOf(parsed)}" already exists`;
    return made === null ? failure(409, 'AlreadyExists', conflict) : { code: 201, body: made };
  }
  const name = target.name ?? '';
  if (request.type.includes('apply-patch')) {
    if (!isObject(parsed)) return failure(400, 'BadRequest', 'the body is no object');
    const metadata = { ...objectAt(parsed, 'metadata'), name, ...(kind.namespaced ? { namespace } : {}) };
    const manifest = { ...parsed, metadata };
    const live = store.get(kind.kind, namespace, name);
    const owners = live === null || request.force ? [] : conflicts(live, manifest, request.manager);
    if (owners.length > 0) return conflict(owners);
    return { code: live === null ? 201 : 200, body: store.apply(kind.kind, manifest, request.manager) };
  }
  const live = store.get(kind.kind, namespace, name);
  if (live === null) return notFound(target);
  const whole = target.sub === 'scale' ? scaleOf(live) : live;
  const next = patched(whole, parsed, request);
  if (next === null) return failure(422, 'Invalid', 'the patch cannot be applied');
  const expected = textAt(next, 'metadata', 'resourceVersion');
  if (expected !== undefined && expected !== textAt(live, 'metadata', 'resourceVersion'))
    return failure(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version');
  const base = { manager: request.manager, operation: 'Update' } as const;
  const writer: Writer =
    target.sub === 'status' || target.sub === 'scale' ? { ...base, subresource: target.sub } : base;
  const written = store.update(kind.kind, namespace, name, writer, (draft) => {
    if (target.sub === 'scale') objectAt(draft, 'spec')['replicas'] = numberAt(next, 'spec', 'replicas') ?? 0;
    else if (target.sub === 'status') draft['status'] = objectAt(next, 'status');
    else {
      const status = draft['status'];
      for (const key of Object.keys(draft)) delete draft[key];
      Object.assign(draft, structuredClone(next));
      if (status !== undefined) draft['status'] = status;
    }
  });
  if (written === null) return notFound(target);
  return { code: 200, body: target.sub === 'scale' ? scaleOf(written) : written };
}

function patched(live: JsonObject, change: ReturnType<typeof toJson>, request: WriteRequest): JsonObject | null {
  if (request.method === 'PUT') return isObject(change) ? change : null;
  if (request.type.includes('json-patch')) return Array.isArray(change) ? jsonPatch(live, change) : null;
  const merged = request.type.includes('strategic') ? strategicMerge(live, change) : mergePatch(live, change);
  return isObject(merged) ? merged : null;
}

/** The scale subresource of a workload. */
export function scaleOf(object: JsonObject): JsonObject {
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: nameOf(object),
      namespace: namespaceOf(object),
      resourceVersion: textAt(object, 'metadata', 'resourceVersion') ?? '',
    },
    spec: { replicas: numberAt(object, 'spec', 'replicas') ?? 0 },
    status: { replicas: numberAt(object, 'status', 'replicas') ?? 0 },
  };
}

export function listKind(kind: Kind): JsonObject {
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind) };
}
