import { type Document, isMap, isScalar, isSeq, type YAMLMap } from '../../doors/yaml.ts';
import type { Place } from '../../vocabulary/change.ts';
import { openYaml } from '../open-yaml.ts';
import { scalarAt } from '../splice.ts';
import { digestSlot, type ImageList, type Located, located } from './located.ts';

type KustomizeImage = Extract<Place, { kind: 'kustomize-image' }>;

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export function isKustomization(path: string): boolean {
  return fileNames.includes(path.split('/').at(-1) ?? '');
}

interface Lists {
  readonly documents: readonly Document[];
  /** One for each object of the file that may name images. */
  readonly lists: readonly ImageList[];
  readonly entries: readonly YAMLMap[];
}

function imagesOf(text: string): Lists | { readonly because: string } {
  const opened = openYaml(text);
  if (opened.kind === 'refused') return { because: opened.because };
  const lists = opened.documents.flatMap(({ contents }): ImageList[] => {
    if (!isMap(contents)) return [];
    const above = isFluxKustomization(contents) ? contents.get('spec') : contents;
    const pair = isMap(above) ? above.items.find(({ key }) => isScalar(key) && key.value === 'images') : undefined;
    return [{ images: isSeq(pair?.value) ? pair.value : null, key: isScalar(pair?.key) ? pair.key : null }];
  });
  const entries = lists.flatMap(({ images }) => (images?.items ?? []).filter((item) => isMap(item)));
  return { documents: opened.documents, lists, entries };
}

/** Flux's object of the same name: its `spec.images` override what its path renders. */
function isFluxKustomization(root: YAMLMap): boolean {
  return (
    root.get('kind') === 'Kustomization' && String(root.get('apiVersion')).startsWith('kustomize.toolkit.fluxcd.io/')
  );
}

/** `images[?name==X]` of a kustomization, or of a Flux Kustomization's spec: `newTag`, and `digest` where the entry has one. */
export function locateKustomizeImage(place: KustomizeImage, text: string): Located {
  const { path } = place;
  const read = imagesOf(text);
  if ('because' in read) return { kind: 'refused', because: `${path}: ${read.because}` };
  const { documents, lists } = read;
  const own = read.entries.filter((each) => each.get('name') === place.image);
  const [entry] = own;
  if (entry === undefined) {
    const because = `${path} has no entry for ${place.image} under images`;
    const [list, ...others] = lists;
    return list === undefined || others.length > 0
      ? { kind: 'missing', because }
      : { kind: 'no-entry', because, documents, list };
  }
  if (own.length > 1) return { kind: 'refused', because: `${path} has ${own.length} entries for ${place.image}` };
  const tag = scalarAt(entry, 'newTag');
  const digest = scalarAt(entry, 'digest');
  if (tag?.kind === 'refused') return { kind: 'refused', because: `${path}: ${tag.because}` };
  if (digest?.kind === 'refused') return { kind: 'refused', because: `${path}: ${digest.because}` };
  if (tag !== null) return located(path, text, documents, tag.scalar, digest?.scalar);
  const because = `${path} names no newTag for ${place.image}`;
  const pair = entry.items.find(({ key }) => isScalar(key) && key.value === 'name');
  if (entry.flow === true || !isScalar(pair?.key) || !isScalar(pair.value))
    return { kind: 'refused', because: `${because}; write one once by hand` };
  const insert = { map: entry, below: { key: pair.key, value: pair.value }, key: 'newTag' };
  return { kind: 'empty', because, documents, slots: digestSlot(digest?.scalar), insert };
}

/** All images with a tag in one kustomization. */
export function kustomizeImagesIn(path: string, text: string): KustomizeImage[] {
  const read = imagesOf(text);
  if ('because' in read) return [];
  return read.entries.flatMap((entry): KustomizeImage[] => {
    const image = entry.get('name');
    return typeof image === 'string' && entry.has('newTag') ? [{ kind: 'kustomize-image', path, image }] : [];
  });
}
