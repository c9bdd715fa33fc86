import { posix } from 'node:path';
import { parseManifests } from '../../doors/yaml.ts';
import { ensure, isObject, type Json, type JsonObject, listAt, objectAt, objectsAt, textAt, toJson } from './json.ts';
import { kindOf } from './kinds.ts';
import { jsonPatch, mergePatch, strategicMerge } from './merge.ts';
import { nameOf } from './store.ts';

/** Files of one commit. */
export interface Tree {
  readonly files: readonly string[];
  readonly read: (path: string) => Promise<string>;
}

/** Why a folder cannot be built; what kustomize would say. */
export class BuildError extends Error {
  readonly reason: 'ArtifactFailed' | 'BuildFailed';
  constructor(reason: 'ArtifactFailed' | 'BuildFailed', message: string) {
    super(message);
    this.reason = reason;
  }
}

const kustomizationFiles = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const depthLimit = 12;

function folderOf(path: string): string {
  const folder = posix
    .normalize(path)
    .replace(/^\.?\//, '')
    .replace(/\/$/, '');
  return folder === '.' ? '' : folder;
}

/** Whether a commit has any file below a Kustomization's path. */
export function hasFolder(files: readonly string[], path: string): boolean {
  const root = folderOf(path);
  return root === '' || files.some((file) => file.startsWith(`${root}/`));
}

/** The manifests of a folder as kustomize would build them: the parts of it that repositories of services use. */
export async function build(tree: Tree, path: string): Promise<readonly JsonObject[]> {
  const root = folderOf(path);
  if (!hasFolder(tree.files, path)) {
    const message = `kustomization path not found: stat /tmp/kustomization-1464362706/${root}: no such file or directory`;
    throw new BuildError('ArtifactFailed', message);
  }
  return await buildFolder(tree, root, 0);
}

async function buildFolder(tree: Tree, folder: string, depth: number): Promise<JsonObject[]> {
  if (depth > depthLimit) throw new BuildError('BuildFailed', `kustomize build failed: cycle at '${folder}'`);
  const prefix = folder === '' ? '' : `${folder}/`;
  const file = kustomizationFiles.map((name) => `${prefix}${name}`).find((name) => tree.files.includes(name));
  if (file === undefined) return await buildBare(tree, prefix, depth);
  const [made] = await manifests(tree, file);
  if (made === undefined) throw failed(file, 'kustomization.yaml is empty');
  const objects: JsonObject[] = [];
  for (const resource of [...listAt(made, 'resources'), ...listAt(made, 'bases'), ...listAt(made, 'components')]) {
    if (typeof resource !== 'string') throw failed(file, 'a resource is no text');
    objects.push(...(await load(tree, posix.normalize(`${prefix}${resource}`).replace(/\/$/, ''), depth)));
  }
  return await transform(tree, prefix, file, made, objects);
}

/** Without a kustomization.yaml Flux takes every manifest below the folder, and folders that have one as a whole. */
async function buildBare(tree: Tree, prefix: string, depth: number): Promise<JsonObject[]> {
  const below = tree.files.filter((file) => file.startsWith(prefix));
  const roots = below
    .filter((file) => kustomizationFiles.includes(posix.basename(file)))
    .map((file) => posix.dirname(file))
    .sort((a, b) => a.length - b.length);
  const tops = roots.filter((root) => !roots.some((other) => other !== root && root.startsWith(`${other}/`)));
  const objects: JsonObject[] = [];
  for (const file of below)
    if (/\.ya?ml$/.test(file) && !tops.some((root) => file.startsWith(`${root}/`)))
      objects.push(...(await manifests(tree, file)));
  for (const root of tops) objects.push(...(await buildFolder(tree, root, depth + 1)));
  return objects;
}

async function load(tree: Tree, path: string, depth: number): Promise<JsonObject[]> {
  if (tree.files.includes(path)) return await manifests(tree, path);
  if (tree.files.some((file) => file.startsWith(`${path}/`))) return await buildFolder(tree, path, depth + 1);
  const root = '/tmp/kustomization-1464362706';
  const open = `accumulating resources from '${posix.basename(path)}': open ${root}/${path}: no such file or directory`;
  const directory = `must build at directory: not a valid directory: evalsymlink failure on '${root}/${path}' : lstat ${root}/${path}: no such file or directory`;
  throw new BuildError(
    'BuildFailed',
    `kustomize build failed: accumulating resources: accumulation err='${open}': ${directory}`,
  );
}

async function manifests(tree: Tree, file: string): Promise<JsonObject[]> {
  const documents = parseManifests(await tree.read(file));
  if (documents === null) throw failed(file, `MalformedYAMLError in File: ${file}`);
  return documents.map(toJson).filter(isObject);
}

function failed(file: string, message: string): BuildError {
  return new BuildError('BuildFailed', `kustomize build failed: ${posix.dirname(file)}: ${message}`);
}

async function transform(tree: Tree, prefix: string, file: string, made: JsonObject, objects: JsonObject[]) {
  let out = objects;
  const namespace = textAt(made, 'namespace');
  for (const patch of [...objectsAt(made, 'patches'), ...listAt(made, 'patchesStrategicMerge').map(asPatch)]) {
    const path = textAt(patch, 'path');
    const text =
      path === undefined ? (textAt(patch, 'patch') ?? '') : await read(tree, file, posix.normalize(`${prefix}${path}`));
    const documents = parseManifests(text);
    if (documents === null) throw failed(file, 'a patch cannot be parsed');
    for (const document of documents) out = applyPatch(out, toJson(document), objectAt(patch, 'target'), file);
  }
  for (const object of out) {
    if (namespace !== undefined && namespaced(object)) ensure(object, 'metadata')['namespace'] = namespace;
    for (const image of objectsAt(made, 'images')) setImage(object, image);
    for (const replicas of objectsAt(made, 'replicas'))
      if (textAt(replicas, 'name') === nameOf(object) && object['kind'] === 'Deployment')
        ensure(object, 'spec')['replicas'] = replicas['count'] ?? 1;
    addLabels(object, made);
    const annotations = objectAt(made, 'commonAnnotations');
    if (Object.keys(annotations).length > 0) Object.assign(ensure(object, 'metadata', 'annotations'), annotations);
  }
  return out;
}

function asPatch(path: Json): JsonObject {
  return typeof path === 'string' && path.includes('\n') ? { patch: path } : { path };
}

async function read(tree: Tree, from: string, path: string): Promise<string> {
  if (!tree.files.includes(path)) throw failed(from, `open /${path}: no such file or directory`);
  return await tree.read(path);
}

function namespaced(object: JsonObject): boolean {
  return kindOf(textAt(object, 'apiVersion') ?? '', textAt(object, 'kind') ?? '')?.namespaced !== false;
}

function applyPatch(objects: readonly JsonObject[], patch: Json, target: JsonObject, file: string): JsonObject[] {
  let met = false;
  const out = objects.map((object) => {
    const wanted =
      isObject(patch) && Object.keys(target).length === 0 ? { kind: patch['kind'] ?? '', name: nameOf(patch) } : target;
    const fits = (key: string, value: string) => {
      const pattern = textAt(wanted, key);
      return pattern === undefined || new RegExp(`^(?:${pattern})$`).test(value);
    };
    if (!fits('kind', textAt(object, 'kind') ?? '') || !fits('name', nameOf(object))) return object;
    met = true;
    if (Array.isArray(patch)) {
      const changed = jsonPatch(object, patch);
      if (changed === null) throw failed(file, 'a JSON patch cannot be applied');
      return changed;
    }
    if (!isObject(patch)) return object;
    const { metadata, ...rest } = patch;
    const { name: _, ...inner } = objectAt(metadata);
    const change = { ...rest, metadata: inner };
    const custom = textAt(object, 'apiVersion')?.includes('toolkit.fluxcd.io') === true;
    const merged = custom ? mergePatch(object, change) : strategicMerge(object, change);
    return isObject(merged)
      ? { ...merged, apiVersion: object['apiVersion'] ?? '', kind: object['kind'] ?? '' }
      : object;
  });
  if (!met && isObject(patch)) throw failed(file, `no matches for Id ${String(patch['kind'])}/${nameOf(patch)}`);
  return out;
}

/** Gives the containers of a workload the name, tag or digest of an entry of `images`. */
export function setImage(object: JsonObject, image: JsonObject): void {
  const spec =
    object['kind'] === 'CronJob' ? objectAt(object, 'spec', 'jobTemplate', 'spec') : objectAt(object, 'spec');
  const pod = objectAt(spec, 'template', 'spec');
  for (const container of [...objectsAt(pod, 'containers'), ...objectsAt(pod, 'initContainers')]) {
    const parts = /^(.+?)(?::([^:/@]+))?(?:@(.+))?$/.exec(textAt(container, 'image') ?? '');
    if (parts === null || parts[1] !== textAt(image, 'name')) continue;
    const name = textAt(image, 'newName') ?? parts[1];
    const given = image['newTag'];
    const digest = textAt(image, 'digest');
    const replaced = given !== undefined || digest !== undefined;
    const tag = given !== undefined ? String(given) : replaced ? undefined : parts[2];
    const hash = digest ?? (replaced ? undefined : parts[3]);
    container['image'] = `${name}${tag === undefined ? '' : `:${tag}`}${hash === undefined ? '' : `@${hash}`}`;
  }
}

function addLabels(object: JsonObject, made: JsonObject): void {
  const sets = objectsAt(made, 'labels').map((each) => ({
    pairs: objectAt(each, 'pairs'),
    everywhere: each['includeSelectors'] === true,
    template: each['includeSelectors'] === true || each['includeTemplates'] === true,
  }));
  const common = objectAt(made, 'commonLabels');
  if (Object.keys(common).length > 0) sets.push({ pairs: common, everywhere: true, template: true });
  for (const { pairs, everywhere, template } of sets) {
    Object.assign(ensure(object, 'metadata', 'labels'), pairs);
    const workload = ['Deployment', 'StatefulSet', 'DaemonSet'].includes(textAt(object, 'kind') ?? '');
    if (everywhere && workload) Object.assign(ensure(object, 'spec', 'selector', 'matchLabels'), pairs);
    if (template && workload) Object.assign(ensure(object, 'spec', 'template', 'metadata', 'labels'), pairs);
    if (everywhere && object['kind'] === 'Service') Object.assign(ensure(object, 'spec', 'selector'), pairs);
  }
}
