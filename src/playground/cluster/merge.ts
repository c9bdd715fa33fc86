import { isObject, type Json, type JsonObject } from './json.ts';

const keysOf: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
};

/** The members that tell the items of this list apart; null for a list that is replaced whole. */
export function listKeys(field: string, items: readonly Json[]): readonly string[] | null {
  if (!items.every(isObject)) return null;
  if (field === 'ports')
    return items.some((item) => 'containerPort' in item) ? ['containerPort', 'protocol'] : ['port', 'protocol'];
  return keysOf[field] ?? null;
}

const defaults: JsonObject = { protocol: 'TCP' };

/** `k:{"name":"web"}`: how a managed field names one item of a list. */
export function itemKey(item: JsonObject, keys: readonly string[]): string {
  const parts: JsonObject = {};
  for (const key of keys) parts[key] = item[key] ?? defaults[key] ?? null;
  return `k:${JSON.stringify(parts)}`;
}

/** JSON merge patch, RFC 7396. */
export function mergePatch(base: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const out: JsonObject = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/** Strategic merge: like a merge patch, but lists of named items are merged by name. */
export function strategicMerge(base: Json | undefined, patch: Json, field = ''): Json {
  if (Array.isArray(patch)) {
    const keys = listKeys(field, patch);
    if (keys === null || !Array.isArray(base))
      return patch.filter((item) => !isObject(item) || item['$patch'] !== 'delete');
    return mergeItems(base, patch, keys);
  }
  if (!isObject(patch)) return patch;
  if (patch['$patch'] === 'replace') {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  const out: JsonObject = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || (isObject(value) && value['$patch'] === 'delete')) delete out[key];
    else if (!key.startsWith('$')) out[key] = strategicMerge(out[key], value, key);
  }
  return out;
}

function mergeItems(base: readonly Json[], patch: readonly Json[], keys: readonly string[]): Json[] {
  const out = [...base];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const id = itemKey(item, keys);
    const index = out.findIndex((other) => isObject(other) && itemKey(other, keys) === id);
    if (item['$patch'] === 'delete') {
      if (index >= 0) out.splice(index, 1);
    } else if (index < 0) out.push(item);
    else out[index] = strategicMerge(out[index], item);
  }
  return out;
}

/** The operations of RFC 6902 that are in use: add, replace, remove, test. */
export function jsonPatch(base: JsonObject, operations: readonly Json[]): JsonObject | null {
  const out = structuredClone(base);
  for (const operation of operations) {
    if (!isObject(operation) || typeof operation['path'] !== 'string') return null;
    const steps = operation['path']
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = steps.pop();
    let here: Json | undefined = out;
    for (const step of steps) here = Array.isArray(here) ? here[Number(step)] : isObject(here) ? here[step] : undefined;
    if (last === undefined || here === undefined) return null;
    if (!change(here, last, operation)) return null;
  }
  return out;
}

function change(here: Json, last: string, operation: JsonObject): boolean {
  const value = operation['value'] ?? null;
  const kind = operation['op'];
  if (Array.isArray(here)) {
    const index = last === '-' ? here.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > here.length) return false;
    if (kind === 'add') here.splice(index, 0, value);
    else if (kind === 'remove') here.splice(index, 1);
    else if (kind === 'replace') here[index] = value;
    else return kind === 'test' && JSON.stringify(here[index]) === JSON.stringify(value);
    return true;
  }
  if (!isObject(here)) return false;
  if (kind === 'remove') delete here[last];
  else if (kind === 'add' || kind === 'replace') here[last] = value;
  else return kind === 'test' && JSON.stringify(here[last]) === JSON.stringify(value);
  return true;
}
