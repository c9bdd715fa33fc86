import { parseAllDocuments } from '../../src/doors/yaml.ts';
import { imageParts } from '../../src/vocabulary/image.ts';

/** An image with the version that a file of a commit gives it. */
export interface HeldVersion {
  readonly image: string;
  readonly version: string;
  readonly path: string;
}

type Values = Readonly<Record<string, unknown>>;
interface Document {
  readonly path: string;
  readonly value: Values;
}

/**
 * Every image with its version in the files of a commit: images of workloads, kustomize's `images`, values of HelmReleases for a chart in
 * the same repository, and variables of Flux's `postBuild`.
 */
export function versionsIn(files: ReadonlyMap<string, string>): HeldVersion[] {
  const documents = [...files].flatMap(([path, text]) => documentsOf(path, text));
  const overlaid = documents.flatMap(kustomizeImages);
  const overrides = new Set(overlaid.flatMap(({ image, of }) => [image, of]));
  const plain = documents.flatMap(({ path, value }) =>
    imagesIn(value).flatMap((reference) => plainVersion(reference, path, documents)),
  );
  const helm = documents
    .filter(({ value }) => value['kind'] === 'HelmRelease')
    .flatMap((each) => released(each, documents, files));
  const found = [...overlaid, ...plain.filter(({ image }) => !overrides.has(image)), ...helm];
  const byPlace = new Map(found.map(({ image, version, path }) => [`${image} ${path}`, { image, version, path }]));
  return [...byPlace.values()];
}

function documentsOf(path: string, text: string): Document[] {
  if (!/\.ya?ml$|(^|\/)Kustomization$/.test(path)) return [];
  try {
    return parseAllDocuments(text).flatMap((document) => {
      const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 50 });
      return isValues(value) ? [{ path, value }] : [];
    });
  } catch {
    return [];
  }
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* mappingsIn(value: unknown, depth = 0): Generator<Values> {
  if (depth > 20) return;
  if (Array.isArray(value)) for (const each of value) yield* mappingsIn(each, depth + 1);
  if (!isValues(value)) return;
  yield value;
  for (const each of Object.values(value)) yield* mappingsIn(each, depth + 1);
}

/** References of containers: `image: registry/acme/web:1.4.2`. */
function imagesIn(value: Values): string[] {
  return [...mappingsIn(value)].flatMap(({ image }) =>
    typeof image === 'string' && !image.includes('{{') ? [image] : [],
  );
}

function plainVersion(reference: string, path: string, documents: readonly Document[]): HeldVersion[] {
  const variable = /^(.+):\$\{(\w+)(?::?[-=]([^}]*))?\}$/.exec(reference);
  if (variable === null) {
    const [image = '', digest] = reference.split('@');
    const { tag } = imageParts(image);
    const repository = tag === null ? image : image.slice(0, -tag.length - 1);
    const version = tag ?? digest;
    return version === undefined || reference.includes('$') ? [] : [{ image: repository, version, path }];
  }
  const [, image = '', name = '', fallback] = variable;
  const set = documents.flatMap((each) => {
    const value = at(each.value, ['spec', 'postBuild', 'substitute', name]) ?? at(each.value, ['data', name]);
    return isScalar(value) ? [{ image, version: String(value), path: each.path }] : [];
  });
  if (set.length > 0) return set;
  return fallback === undefined ? [] : [{ image, version: fallback, path }];
}

/** `images: [{ name, newName, newTag, digest }]` of a kustomization.yaml, and of a Kustomization of Flux. */
function kustomizeImages({ path, value }: Document): (HeldVersion & { readonly of: string })[] {
  if (value['kind'] !== 'Kustomization' && value['images'] === undefined) return [];
  const list = value['images'] ?? at(value, ['spec', 'images']);
  return (Array.isArray(list) ? list : []).filter(isValues).flatMap((entry) => {
    const { name, newName, newTag, digest } = entry;
    const version = isScalar(newTag) ? String(newTag) : digest;
    if (typeof name !== 'string' || typeof version !== 'string') return [];
    return [{ image: typeof newName === 'string' ? newName : name, of: name, version, path }];
  });
}

/** What a HelmRelease makes of its chart's templates, or of `image: { repository, tag }` where the chart is elsewhere. */
function released(
  release: Document,
  documents: readonly Document[],
  files: ReadonlyMap<string, string>,
): HeldVersion[] {
  const chart = at(release.value, ['spec', 'chart', 'spec', 'chart']);
  const folder = typeof chart === 'string' ? chart.replace(/^\.?\//, '').replace(/\/$/, '') : null;
  const layers = layersOf(release, documents, folder);
  const templates = [...files].flatMap(([path, text]) =>
    folder !== null && path.startsWith(`${folder}/templates/`) ? [text] : [],
  );
  const templated = templates.flatMap((text) =>
    [...text.matchAll(/^[\s-]*image:\s*(.+?)\s*(?:#.*)?$/gm)].flatMap(([, line = '']) => rendered(line, layers)),
  );
  if (templated.length > 0) return templated;
  return layers.flatMap(({ path, value }) =>
    [...mappingsIn(value)].flatMap(({ repository, tag }) =>
      typeof repository === 'string' && isScalar(tag) ? [{ image: repository, version: String(tag), path }] : [],
    ),
  );
}

/** Where values of a release stand, what counts most first. */
function layersOf({ path, value }: Document, documents: readonly Document[], chart: string | null): Document[] {
  const values = at(value, ['spec', 'values']);
  const references = at(value, ['spec', 'valuesFrom']);
  const elsewhere = (Array.isArray(references) ? references : []).filter(isValues).flatMap(({ name, valuesKey }) =>
    documents
      .filter((each) => each.value['kind'] === 'ConfigMap' && at(each.value, ['metadata', 'name']) === name)
      .flatMap((each) => {
        const text = at(each.value, ['data', typeof valuesKey === 'string' ? valuesKey : 'values.yaml']);
        return typeof text === 'string' ? documentsOf(each.path.replace(/$/, ''), text) : [];
      }),
  );
  const defaults = documents.filter((each) => chart !== null && each.path === `${chart}/values.yaml`);
  const about = documents
    .filter((each) => chart !== null && each.path === `${chart}/Chart.yaml`)
    .map((each) => ({ path: each.path, value: { Chart: { AppVersion: each.value['appVersion'] } } }));
  return [...(isValues(values) ? [{ path, value: values }] : []), ...elsewhere, ...defaults, ...about];
}

/** `"{{ .Values.image.repository }}:{{ .Values.tag }}"` with the values put in, and the file that gave the last of them. */
function rendered(line: string, layers: readonly Document[]): HeldVersion[] {
  let path: string | null = null;
  const text = line.replace(/^["']|["']$/g, '').replace(/\{\{-?\s*(.+?)\s*-?\}\}/g, (_all, expression: string) => {
    const [, names = ''] = /\.(?:Values\.|(?=Chart\.))([\w.]+)/.exec(expression) ?? [];
    const layer = layers.find(({ value }) => isScalar(at(value, names.split('.'))));
    path = layer?.path ?? path;
    return layer === undefined ? '$' : String(at(layer.value, names.split('.')));
  });
  return path === null ? [] : plainVersion(text, path, []);
}

function at(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  return isValues(value) ? at(value[first], rest) : undefined;
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
