import { posix } from 'node:path';
import { parseManifests } from '../doors/yaml.ts';
import { repositoryPathSchema } from '../vocabulary/change.ts';

/** An object as a manifest names it; without a namespace Flux decides where it goes. */
export interface NamedObject {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

export interface NamedInGit {
  readonly objects: readonly NamedObject[];
  /** Whether these are all that the folder renders to. */
  readonly complete: boolean;
}

/** The text of a file of one commit; null where there is none. */
export type ReadText = (path: string) => Promise<string | null>;

const nothingTold: NamedInGit = { objects: [], complete: false };
const files = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** What of a kustomization.yaml neither adds nor renames an object in a way that is not followed here. */
const followed = new Set([
  ...['apiVersion', 'kind', 'metadata', 'resources', 'bases', 'namespace', 'namePrefix', 'nameSuffix', 'images'],
  ...['labels', 'commonLabels', 'commonAnnotations', 'replicas', 'sortOptions', 'buildMetadata'],
  ...['patches', 'patchesStrategicMerge', 'patchesJson6902'],
]);
const fileLimit = 100;
const depthLimit = 8;

/**
 * The objects that the folder of a file renders to, as far as files name them: manifests, `resources` and what these lead to, with
 * namespaces, prefixes and suffixes. Without a kustomization.yaml only the file itself is told of. Rejects where Git cannot be read.
 */
export async function namedInGit(read: ReadText, path: string): Promise<NamedInGit> {
  let left = fileLimit;
  const take = async (file: string): Promise<string | null> => {
    left -= 1;
    return left < 0 || !repositoryPathSchema.safeParse(file).success ? null : await read(file);
  };

  const folder = async (at: string, depth: number): Promise<NamedInGit | null> => {
    for (const name of files) {
      const text = await take(posix.join(at, name));
      if (text === null) continue;
      const [made] = parseManifests(text) ?? [];
      return isRecord(made) ? await built(at, made, depth) : nothingTold;
    }
    return null;
  };
  const built = async (at: string, made: Values, depth: number): Promise<NamedInGit> => {
    const parts: NamedInGit[] = [];
    for (const resource of [...listIn(made, 'resources'), ...listIn(made, 'bases')])
      parts.push(typeof resource === 'string' ? await resourceAt(at, resource, depth) : nothingTold);
    const isFollowed = Object.keys(made).every((key) => followed.has(key));
    return {
      objects: parts.flatMap(({ objects }) => objects.map((object) => renamed(object, made))),
      complete: isFollowed && parts.every(({ complete }) => complete),
    };
  };
  const resourceAt = async (at: string, resource: string, depth: number): Promise<NamedInGit> => {
    const there = posix.join(at, resource).replace(/\/$/, '');
    const isOutside = /:\/\/|^[\w.-]+@|\?|^\//.test(resource) || there.startsWith('..');
    if (isOutside || depth >= depthLimit) return nothingTold;
    const text = /\.(ya?ml|json)$/.test(there) ? await take(there) : null;
    return text === null ? ((await folder(there, depth + 1)) ?? nothingTold) : objectsIn(text);
  };

  const told = await folder(posix.dirname(path), 0);
  if (told !== null) return told;
  const text = await take(path);
  return text === null ? nothingTold : { ...objectsIn(text), complete: false };
}

function objectsIn(text: string): NamedInGit {
  const documents = parseManifests(text);
  if (documents === null) return nothingTold;
  const read = documents
    .filter((document) => document !== null)
    .flatMap((document) =>
      isRecord(document) && document['kind'] === 'List' ? listIn(document, 'items') : [document],
    );
  const objects = read.flatMap((document) => nameOf(document) ?? []);
  return { objects, complete: objects.length === read.length };
}

/** Null where it is no object, or its name is only known once Flux has filled in its variables. */
function nameOf(document: unknown): NamedObject | null {
  if (!isRecord(document) || !isRecord(document['metadata'])) return null;
  const { kind } = document;
  const { name, namespace = null } = document['metadata'];
  if (typeof kind !== 'string' || typeof name !== 'string' || `${name}${namespace}`.includes('$')) return null;
  return { kind, name, namespace: typeof namespace === 'string' ? namespace : null };
}

function renamed(object: NamedObject, made: Values): NamedObject {
  const text = (key: string) => (typeof made[key] === 'string' ? made[key] : '');
  return {
    kind: object.kind,
    namespace: text('namespace') || object.namespace,
    name: `${text('namePrefix')}${object.name}${text('nameSuffix')}`,
  };
}

type Values = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listIn(value: Values, key: string): readonly unknown[] {
  const found = value[key];
  return Array.isArray(found) ? found : [];
}
