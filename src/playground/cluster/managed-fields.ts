import { isObject, type Json, type JsonObject, objectAt, objectsAt, same, textAt } from './json.ts';
import { itemKey, listKeys, strategicMerge } from './merge.ts';

/** Fields in the form `FieldsV1`: `{"f:spec": {"f:replicas": {}}}`. */
export type Fields = JsonObject;

const atomic = new Set(['selector', 'nodeSelector', 'values', 'inventory', 'history', 'artifact']);
const identity = new Set(['apiVersion', 'kind']);
const metadata = new Set(['labels', 'annotations', 'finalizers']);

/** Every field that a manifest sets. */
export function fieldsOf(object: JsonObject): Fields {
  return membersOf({}, object, true);
}

/** The fields that differ between two states of an object, removed ones left out. */
export function changedFields(before: JsonObject, after: JsonObject): Fields {
  return membersOf(before, after, true);
}

function membersOf(before: JsonObject, after: JsonObject, top: boolean): Fields {
  const out: Fields = {};
  for (const [key, value] of Object.entries(after)) {
    if (top && identity.has(key)) continue;
    const old = before[key];
    if (old !== undefined && same(old, value)) continue;
    if (top && key === 'metadata') {
      const pick = (from: Json | undefined): JsonObject =>
        Object.fromEntries(Object.entries(objectAt(from)).filter(([name]) => metadata.has(name)));
      const inner = membersOf(pick(old), pick(value), false);
      if (Object.keys(inner).length > 0) out['f:metadata'] = inner;
      continue;
    }
    const inner = valueFields(key, old, value);
    // Nothing within but removals: no field of it was set.
    const emptied = Object.keys(inner).length === 0 && mergeable(key, old) && mergeable(key, value);
    if (!emptied) out[`f:${key}`] = inner;
  }
  return out;
}

/** Whether a value's members have owners of their own. */
function mergeable(key: string, value: Json | undefined): boolean {
  if (atomic.has(key)) return false;
  if (Array.isArray(value)) return value.length > 0 && listKeys(key, value) !== null;
  return isObject(value) && Object.keys(value).length > 0;
}

function valueFields(key: string, old: Json | undefined, value: Json): Fields {
  if (atomic.has(key)) return {};
  if (isObject(value)) return membersOf(isObject(old) ? old : {}, value, false);
  if (!Array.isArray(value)) return {};
  if (key === 'finalizers') return Object.fromEntries(value.map((item) => [`v:${JSON.stringify(item)}`, {}]));
  const keys = listKeys(key, value);
  if (keys === null) return {};
  const olds = new Map((Array.isArray(old) ? old : []).filter(isObject).map((item) => [itemKey(item, keys), item]));
  const out: Fields = {};
  for (const item of value.filter(isObject)) {
    const id = itemKey(item, keys);
    const before = olds.get(id);
    if (before !== undefined && same(before, item)) continue;
    const inner = membersOf(before ?? {}, item, false);
    if (before === undefined) out[id] = { '.': {}, ...inner };
    else if (Object.keys(inner).length > 0) out[id] = inner;
  }
  return out;
}

export function union(a: Fields, b: Fields): Fields {
  const out = { ...a };
  for (const [key, value] of Object.entries(b)) out[key] = union(objectAt(out, key), objectAt(value));
  return out;
}

/** What is left of `a` without the leaves of `b`; branches that lose all their leaves go too. */
export function subtract(a: Fields, b: Fields): Fields {
  const out: Fields = {};
  for (const [key, value] of Object.entries(a)) {
    const other = b[key];
    if (!isObject(other)) out[key] = value;
    else if (Object.keys(other).length > 0 && Object.keys(objectAt(value)).length > 0) {
      const rest = subtract(objectAt(value), other);
      if (Object.keys(rest).length > 0) out[key] = rest;
    }
  }
  return out;
}

export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: 'status' | 'scale';
}

/**
 * The entries after a write: fields whose value changed belong to the writer alone; an applier owns exactly what it
 * applied, an updater what it owned before and what it changed.
 */
export function writeManagers(
  entries: readonly JsonObject[],
  object: JsonObject,
  writer: Writer,
  changed: Fields,
  applied: Fields | null,
  time: string,
): JsonObject[] {
  const mine = (entry: JsonObject) =>
    textAt(entry, 'manager') === writer.manager &&
    textAt(entry, 'operation') === writer.operation &&
    textAt(entry, 'subresource') === writer.subresource;
  const before = entries.find(mine);
  const owned = applied ?? union(objectAt(before, 'fieldsV1'), changed);
  const unchanged = before !== undefined && Object.keys(changed).length === 0 && same(before['fieldsV1'], owned);
  const made: JsonObject = {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: textAt(object, 'apiVersion') ?? 'v1',
    time: unchanged ? (textAt(before, 'time') ?? time) : time,
    fieldsType: 'FieldsV1',
    fieldsV1: owned,
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
  const all = before === undefined ? [...entries, made] : entries.map((entry) => (entry === before ? made : entry));
  return all.flatMap((entry) => {
    const rest = entry === made ? owned : subtract(objectAt(entry, 'fieldsV1'), changed);
    return Object.keys(rest).length === 0 ? [] : [{ ...entry, fieldsV1: rest }];
  });
}

/** Other managers whose fields an apply would change; only force may take them. */
export function conflicts(live: JsonObject, manifest: JsonObject, manager: string): string[] {
  const { status: _, ...wanted } = manifest;
  const merged = strategicMerge(live, wanted);
  const changed = isObject(merged) ? changedFields(live, merged) : {};
  const others = objectsAt(live, 'metadata', 'managedFields').filter((entry) => entry['manager'] !== manager);
  const touched = others.filter((entry) => !same(subtract(changed, objectAt(entry, 'fieldsV1')), changed));
  return [...new Set(touched.map((entry) => textAt(entry, 'manager') ?? ''))];
}

/** The live object without the fields of `gone`. */
export function withoutFields(live: JsonObject, gone: Fields): JsonObject {
  const out = { ...live };
  for (const [key, inner] of Object.entries(gone)) {
    if (!key.startsWith('f:')) continue;
    const name = key.slice(2);
    const value = out[name];
    const leaf = Object.keys(objectAt(inner)).length === 0 || '.' in objectAt(inner);
    if (leaf) delete out[name];
    else if (isObject(value)) out[name] = withoutFields(value, objectAt(inner));
    else if (Array.isArray(value)) out[name] = withoutItems(name, value, objectAt(inner));
  }
  return out;
}

function withoutItems(name: string, items: readonly Json[], gone: Fields): Json[] {
  const keys = listKeys(name, items);
  if (keys === null) return [...items];
  return items.filter(isObject).flatMap((item) => {
    const inner = gone[itemKey(item, keys)];
    if (!isObject(inner)) return [item];
    return '.' in inner || Object.keys(inner).length === 0 ? [] : [withoutFields(item, inner)];
  });
}

/** All that the managers of an object own together. */
export function ownedBy(object: JsonObject, matches: (entry: JsonObject) => boolean): Fields {
  return objectsAt(object, 'metadata', 'managedFields')
    .filter(matches)
    .reduce<Fields>((all, entry) => union(all, objectAt(entry, 'fieldsV1')), {});
}
