import { type Document, isMap, isScalar } from '../../doors/yaml.ts';
import type { Place } from '../../vocabulary/change.ts';
import { openYaml } from '../open-yaml.ts';
import { scalarAt } from '../splice.ts';
import { type Located, located } from './located.ts';

export type YamlValue = Extract<Place, { kind: 'yaml-value' }>;

/** `spec.ref.tag`, `data.values\.yaml`, `containers.0.name`: the keys of a dotted path. */
export function keysOf(dotted: string): string[] {
  return dotted.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
}

/** What the path is read in: the object that is named, or the only document of the file. */
export function rootOf(
  place: YamlValue,
  documents: readonly Document[],
): { readonly root: Document['contents'] } | Extract<Located, { kind: 'missing' | 'refused' }> {
  const filled = documents.map(({ contents }) => contents).filter((root) => root !== null);
  const [kind, name] = place.object?.split('/') ?? [];
  const own =
    kind === undefined
      ? filled
      : filled.filter((root) => isMap(root) && root.get('kind') === kind && root.getIn(['metadata', 'name']) === name);
  const [root] = own;
  const what = place.object ?? 'document';
  if (root === undefined) return { kind: 'missing', because: `${place.path} holds no ${what}` };
  return own.length > 1
    ? { kind: 'refused', because: `${place.path} holds ${own.length} of ${what}; name one as object: Kind/name` }
    : { root };
}

/** A value of a YAML or JSON file by its path: a substitution, a chart's version, a source's tag, a values file. */
export function locateYamlValue(place: YamlValue, text: string): Located {
  const { path } = place;
  const opened = openYaml(text);
  if (opened.kind === 'refused') return { kind: 'refused', because: `${path}: ${opened.because}` };
  const found = rootOf(place, opened.documents);
  if ('kind' in found) return found;
  const find = (dotted: string) => {
    const keys = keysOf(dotted);
    return scalarAt(parentOf(found.root, keys), keys.at(-1) ?? '');
  };
  const tag = find(place.tag);
  const digest = place.digest === undefined ? null : find(place.digest);
  if (tag === null)
    return (
      besideCommit(place, found.root, opened.documents) ?? { kind: 'missing', because: `${path} has no ${place.tag}` }
    );
  if (tag.kind === 'refused') return { kind: 'refused', because: `${path}: ${tag.because}` };
  if (digest?.kind === 'refused') return { kind: 'refused', because: `${path}: ${digest.because}` };
  const commit = place.commit === undefined ? null : find(place.commit);
  if (place.commit !== undefined && commit === null)
    return { kind: 'missing', because: `${path} has no ${place.commit}` };
  if (commit?.kind === 'refused') return { kind: 'refused', because: `${path}: ${commit.because}` };
  const stronger = strongerThan(place, found.root);
  if (stronger !== null)
    return { kind: 'refused', because: `${path}: Flux heeds ${stronger} before ${place.tag}; take it out, or name it` };
  const read = located(path, text, opened.documents, tag.scalar, digest?.scalar, commit?.scalar);
  return read.kind === 'located' && isRange(read.placed.version)
    ? { kind: 'refused', because: `${path} holds the range "${read.placed.version}", so Flux chooses; pin one version` }
    : read;
}

/** A source that is pinned by its commit alone gets its version on a line below, which Flux does not heed then. */
function besideCommit(place: YamlValue, root: Document['contents'], documents: readonly Document[]): Located | null {
  if (place.commit === undefined || place.digest !== undefined) return null;
  const [tagKeys, commitKeys] = [keysOf(place.tag), keysOf(place.commit)];
  const parent = parentOf(root, commitKeys);
  const commit = scalarAt(parent, commitKeys.at(-1) ?? '');
  const isBeside = tagKeys.slice(0, -1).join('.') === commitKeys.slice(0, -1).join('.');
  if (!isBeside || !isMap(parent) || parent.flow === true || commit === null || commit.kind === 'refused') return null;
  const pair = parent.items.find(({ value }) => value === commit.scalar);
  if (!isScalar(pair?.key)) return null;
  return {
    kind: 'empty',
    because: `${place.path} names no ${place.tag} yet`,
    documents,
    slots: [{ holds: 'commit', scalar: commit.scalar }],
    insert: { map: parent, below: { key: pair.key, value: commit.scalar }, key: tagKeys.at(-1) ?? '' },
  };
}

export function parentOf(root: Document['contents'], keys: readonly string[]): unknown {
  if (keys.length === 1) return root;
  return isMap(root) ? root.getIn(keys.slice(0, -1), true) : undefined;
}

/** What a source heeds before `tag` in `spec.ref` (OCIRepository: digest, semver; GitRepository: commit, name, semver). */
function strongerThan(place: YamlValue, root: Document['contents']): string | null {
  if (place.tag !== 'spec.ref.tag' || !isMap(root)) return null;
  const beside = ['digest', 'commit', 'name', 'semver'].map((key) => `spec.ref.${key}`);
  return beside.find((each) => each !== place.digest && each !== place.commit && root.hasIn(keysOf(each))) ?? null;
}

/** `>=1.0.0`, `1.x`, `~1.2`: what a chart or a source may be pinned to, and what is no version. */
function isRange(version: string): boolean {
  return /[<>=^~*|,\s]/.test(version) || /(^|\.)[xX](\.|$)/.test(version);
}
