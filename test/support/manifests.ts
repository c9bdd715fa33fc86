import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import * as client from '@kubernetes/client-node';
import { build } from '../../src/playground/cluster/build.ts';
import { isObject, type Json, type JsonObject, textAt } from '../../src/playground/cluster/json.ts';

export const manifestsFolder = resolve(import.meta.dirname, '../../manifests');

/** The objects of a folder below manifests/, built as kustomize would; generated config maps and secrets are left out. */
export async function built(folder: string): Promise<readonly JsonObject[]> {
  const entries = readdirSync(manifestsFolder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(manifestsFolder, join(entry.parentPath, entry.name)));
  const read = async (path: string) => readFileSync(join(manifestsFolder, path), 'utf8');
  return build({ files, read }, folder);
}

export function kindIn(objects: readonly JsonObject[], kind: string): JsonObject {
  const found = objects.find((object) => object['kind'] === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

interface Field {
  readonly baseName: string;
  readonly type: string;
}
interface Model {
  readonly getAttributeTypeMap: () => readonly Field[];
}

function modelNamed(name: string): Model | null {
  const found: unknown = Reflect.get(client, name);
  return typeof found === 'function' && 'getAttributeTypeMap' in found ? (found as unknown as Model) : null;
}

/** What the API would not know of an object, by the types that the official client generates from the API's own schema. */
export function schemaProblems(object: JsonObject): readonly string[] {
  const version = (textAt(object, 'apiVersion') ?? '').split('/').at(-1) ?? '';
  const name = `${version.charAt(0).toUpperCase()}${version.slice(1)}${textAt(object, 'kind')}`;
  return modelNamed(name) === null ? [`${name} is no kind of the API`] : problemsOf(object, name, name);
}

function problemsOf(value: Json, type: string, path: string): readonly string[] {
  const list = /^(?:Array|Set)<(.+)>$/.exec(type)?.[1];
  if (list !== undefined)
    return Array.isArray(value)
      ? value.flatMap((each, index) => problemsOf(each, list, `${path}[${index}]`))
      : [`${path} is no list`];
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined)
    return isObject(value)
      ? Object.entries(value).flatMap(([key, each]) => problemsOf(each, map, `${path}.${key}`))
      : [`${path} is no map`];
  if (type === 'string' || type === 'number' || type === 'boolean')
    return typeof value === type ? [] : [`${path} is no ${type}`];
  const model = modelNamed(type);
  if (model === null) return [];
  if (!isObject(value)) return [`${path} is no ${type}`];
  const fields = new Map(model.getAttributeTypeMap().map((field) => [field.baseName, field.type]));
  return Object.entries(value).flatMap(([key, each]) => {
    const known = fields.get(key);
    return known === undefined ? [`${path} has no ${key}`] : problemsOf(each, known, `${path}.${key}`);
  });
}
