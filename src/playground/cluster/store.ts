import { randomUUID } from 'node:crypto';
import { ensure, isObject, type Json, type JsonObject, numberAt, objectAt, objectsAt, same, textAt } from './json.ts';
import { apiVersionOf, kindNamed } from './kinds.ts';
import {
  changedFields,
  fieldsOf,
  ownedBy,
  subtract,
  type Writer,
  withoutFields,
  writeManagers,
} from './managed-fields.ts';
import { strategicMerge } from './merge.ts';
import { withDefaults } from './with-defaults.ts';

export interface StoreEvent {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  readonly object: JsonObject;
  /** As it was; null for a new one. */
  readonly before: JsonObject | null;
}

/** All objects of the cluster. What it hands out is shared and must not be changed. */
export interface Store {
  readonly get: (kind: string, namespace: string, name: string) => JsonObject | null;
  readonly list: (kind: string, namespace?: string) => readonly JsonObject[];
  /** Null when there is one already. */
  readonly create: (kind: string, manifest: JsonObject, writer: Writer) => JsonObject | null;
  /** Null when there is none; nothing is written when nothing changes. */
  readonly update: (
    kind: string,
    namespace: string,
    name: string,
    writer: Writer,
    change: (draft: JsonObject) => void,
  ) => JsonObject | null;
  /** Server-side apply by force; what managers of `taking` own counts as its own. */
  readonly apply: (
    kind: string,
    manifest: JsonObject,
    manager: string,
    taking?: (entry: JsonObject) => boolean,
  ) => JsonObject;
  readonly remove: (kind: string, namespace: string, name: string) => JsonObject | null;
  readonly version: () => number;
  /** Events after a version; null when they are no longer known. */
  readonly since: (version: number) => readonly StoreEvent[] | null;
  readonly subscribe: (listener: (event: StoreEvent) => void) => () => void;
  /** Forgets all events. */
  readonly compact: () => void;
}

const ringSize = 2_000;

export function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name') ?? '';
}

export function namespaceOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'namespace') ?? '';
}

export function createStore(now: () => Date): Store {
  const tables = new Map<string, Map<string, JsonObject>>();
  const listeners = new Set<(event: StoreEvent) => void>();
  let ring: StoreEvent[] = [];
  let oldest = 100;
  let version = 100;
  const time = () => `${now().toISOString().slice(0, 19)}Z`;
  const table = (kind: string) => {
    const found = tables.get(kind) ?? new Map<string, JsonObject>();
    tables.set(kind, found);
    return found;
  };
  const keyOf = (kind: string, namespace: string, name: string) =>
    kindNamed(kind)?.namespaced === false ? `/${name}` : `${namespace}/${name}`;
  const untold: StoreEvent[] = [];
  let telling = false;
  /** In the order of versions also where a listener writes: everybody hears of the first write before the second. */
  const tell = (event: StoreEvent) => {
    untold.push(event);
    if (telling) return;
    telling = true;
    try {
      for (let next = untold.shift(); next !== undefined; next = untold.shift())
        for (const listener of [...listeners]) listener(next);
    } finally {
      telling = false;
    }
  };
  const keep = (type: StoreEvent['type'], kind: string, object: JsonObject): JsonObject => {
    version += 1;
    ensure(object, 'metadata')['resourceVersion'] = String(version);
    const key = keyOf(kind, namespaceOf(object), nameOf(object));
    const before = table(kind).get(key) ?? null;
    if (type === 'DELETED') table(kind).delete(key);
    else table(kind).set(key, object);
    const event: StoreEvent = { version, type, kind, object, before };
    ring.push(event);
    if (ring.length > ringSize) {
      oldest = ring[ring.length - ringSize - 1]?.version ?? oldest;
      ring = ring.slice(-ringSize);
    }
    tell(event);
    return object;
  };
  const get: Store['get'] = (kind, namespace, name) => table(kind).get(keyOf(kind, namespace, name)) ?? null;

  const create = (kind: string, manifest: JsonObject, writer: Writer): JsonObject | null => {
    const row = kindNamed(kind);
    if (row === undefined || get(kind, namespaceOf(manifest), nameOf(manifest)) !== null) return null;
    const object = withDefaults(kind, structuredClone(manifest));
    object['apiVersion'] = apiVersionOf(row);
    object['kind'] = kind;
    const metadata = ensure(object, 'metadata');
    if (!row.namespaced) delete metadata['namespace'];
    Object.assign(metadata, { uid: randomUUID(), creationTimestamp: time(), generation: 1 });
    const fields = fieldsOf(manifest);
    const managers = writeManagers([], object, writer, fields, writer.operation === 'Apply' ? fields : null, time());
    if (managers.length > 0 && kind !== 'Event') metadata['managedFields'] = managers;
    return keep('ADDED', kind, object);
  };

  const replace = (
    kind: string,
    before: JsonObject,
    after: JsonObject,
    writer: Writer,
    applied: JsonObject | null,
  ): JsonObject => {
    const metadata = ensure(after, 'metadata');
    for (const name of [
      'uid',
      'creationTimestamp',
      'generation',
      'resourceVersion',
      'managedFields',
      'name',
      'namespace',
    ]) {
      const value: Json | undefined = objectAt(before, 'metadata')[name];
      if (value === undefined) delete metadata[name];
      else metadata[name] = value;
    }
    const managers = writeManagers(
      objectsAt(before, 'metadata', 'managedFields'),
      after,
      writer,
      changedFields(before, after),
      applied === null ? null : fieldsOf(applied),
      time(),
    );
    if (managers.length > 0) metadata['managedFields'] = managers;
    if (same(before, after)) return before;
    const generation = numberAt(before, 'metadata', 'generation') ?? 1;
    if (!same(before['spec'], after['spec'])) metadata['generation'] = generation + 1;
    return keep('MODIFIED', kind, after);
  };

  return {
    get,
    list: (kind, namespace) => {
      const all = [...table(kind).values()];
      return namespace === undefined ? all : all.filter((object) => namespaceOf(object) === namespace);
    },
    create,
    update: (kind, namespace, name, writer, change) => {
      const before = get(kind, namespace, name);
      if (before === null) return null;
      const after = structuredClone(before);
      change(after);
      return replace(kind, before, after, writer, null);
    },
    apply: (kind, manifest, manager, taking = () => false) => {
      const before = get(kind, namespaceOf(manifest), nameOf(manifest));
      const writer: Writer = { manager, operation: 'Apply' };
      if (before === null) return create(kind, manifest, writer) ?? manifest;
      const mine = (entry: JsonObject) =>
        (entry['manager'] === manager && entry['operation'] === 'Apply') || taking(entry);
      // What it applied before and no longer does goes away, unless somebody else owns it too.
      const given = subtract(ownedBy(before, mine), fieldsOf(manifest));
      const gone = subtract(
        given,
        ownedBy(before, (entry) => !mine(entry)),
      );
      const { status: _, ...wanted } = manifest;
      const merged = strategicMerge(withoutFields(structuredClone(before), gone), structuredClone(wanted));
      const managedFields = objectsAt(before, 'metadata', 'managedFields').filter((entry) => !taking(entry));
      const seen = { ...before, metadata: { ...objectAt(before, 'metadata'), managedFields } };
      return replace(kind, seen, isObject(merged) ? merged : before, writer, wanted);
    },
    remove: (kind, namespace, name) => {
      const before = get(kind, namespace, name);
      return before === null ? null : keep('DELETED', kind, structuredClone(before));
    },
    version: () => version,
    since: (from) => (from < oldest ? null : ring.filter((event) => event.version > from)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact: () => {
      version += 1;
      oldest = version;
      ring = [];
    },
  };
}
