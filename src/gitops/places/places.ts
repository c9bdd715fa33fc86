import type { LineChange, Place, Placed } from '../../change.ts';
import { splice } from '../splice.ts';
import { helmValuesIn, locateHelmValue } from './helm-value.ts';
import { isKustomization, kustomizeImagesIn, locateKustomizeImage } from './kustomize-image.ts';
import type { Located } from './located.ts';

export type ReadPlace =
  | { readonly kind: 'found'; readonly placed: Placed; readonly line: number; readonly lineText: string }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

export type EditedPlace =
  | { readonly kind: 'edited'; readonly text: string; readonly lines: readonly LineChange[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

function locate(place: Place, text: string): Located {
  switch (place.kind) {
    case 'kustomize-image':
      return locateKustomizeImage(place, text);
    case 'helm-value':
      return locateHelmValue(place, text);
  }
}

/** The version that a file holds at a place. */
export function readPlace(place: Place, text: string): ReadPlace {
  const located = locate(place, text);
  if (located.kind === 'empty') return { kind: 'missing', because: located.because };
  if (located.kind !== 'located') return located;
  return { kind: 'found', placed: located.placed, line: located.line, lineText: located.lineText };
}

/** The file with another version at a place: exactly the changed lines differ. A digest is written where the place has one. */
export function editPlace(place: Place, text: string, to: Placed): EditedPlace {
  const located = locate(place, text);
  if (located.kind !== 'located' && located.kind !== 'empty') return located;
  const { tag, digest, documents } = located;
  if (digest !== undefined && to.digest === undefined)
    return { kind: 'refused', because: `${place.path} pins a digest, but the artifact ${to.version} has none` };
  const digests = digest === undefined || to.digest === undefined ? [] : [{ scalar: digest, value: to.digest }];
  const edits =
    'insert' in tag
      ? { replace: digests, insert: { ...tag.insert, value: to.version } }
      : { replace: [{ scalar: tag.scalar, value: to.version }, ...digests] };
  const spliced = splice(place.path, text, documents, edits);
  return spliced.kind === 'refused' ? { ...spliced, because: `${place.path}: ${spliced.because}` } : spliced;
}

/** The places of versions in one file, by its kind. */
export function placesIn(path: string, text: string): Place[] {
  if (isKustomization(path)) return kustomizeImagesIn(path, text);
  return /\.ya?ml$/.test(path) && /^kind:\s*HelmRelease/m.test(text) ? helmValuesIn(path, text) : [];
}
