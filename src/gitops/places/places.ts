import type { FilePlace, Wanted } from '../../vocabulary/change.ts';
import { splice } from '../splice.ts';
import { editInBlock, type InnerPlaces, readInBlock } from './block-text.ts';
import { editEnvValue, readEnvValue } from './env-value.ts';
import { helmValuesIn, locateHelmValue } from './helm-value.ts';
import { containerImagesIn, locateContainerImage, locateSetterMarker } from './image-reference.ts';
import { isKustomization, kustomizeImagesIn, locateKustomizeImage } from './kustomize-image.ts';
import { type Located, slotValue } from './located.ts';
import { addImage } from './new-image.ts';
import type { EditedPlace, ReadPlace } from './outcomes.ts';
import { locateYamlValue } from './yaml-value.ts';

/** Places whose version is a scalar of the file's own YAML. */
type ScalarPlace = Exclude<FilePlace, { kind: 'env-value' }>;

function locate(place: ScalarPlace, text: string): Located {
  switch (place.kind) {
    case 'kustomize-image':
      return locateKustomizeImage(place, text);
    case 'helm-value':
      return locateHelmValue(place, text);
    case 'yaml-value':
      return locateYamlValue(place, text);
    case 'container-image':
      return locateContainerImage(place, text);
    case 'setter-marker':
      return locateSetterMarker(place, text);
  }
}

const inBlocks: InnerPlaces = { read: readScalars, edit: editScalars };

/** The version that a file holds at a place. */
export function readPlace(place: FilePlace, text: string): ReadPlace {
  if (place.kind === 'env-value') return readEnvValue(place, text);
  if (place.kind === 'yaml-value' && place.inside !== undefined)
    return readInBlock(place, place.inside, text, inBlocks);
  return readScalars(place, text);
}

function readScalars(place: ScalarPlace, text: string): ReadPlace {
  const located = locate(place, text);
  if (located.kind === 'empty' || located.kind === 'no-entry') return { kind: 'empty', because: located.because };
  if (located.kind !== 'located') return located;
  return { kind: 'found', placed: located.placed, line: located.line, lineText: located.lineText };
}

/** The file with another version at a place: exactly the changed lines differ. A digest is written where the place has one. */
export function editPlace(place: FilePlace, text: string, to: Wanted): EditedPlace {
  if (place.kind === 'env-value') return editEnvValue(place, text, to);
  if (place.kind === 'yaml-value' && place.inside !== undefined)
    return editInBlock(place, place.inside, text, to, inBlocks);
  return editScalars(place, text, to);
}

function editScalars(place: ScalarPlace, text: string, to: Wanted): EditedPlace {
  const located = locate(place, text);
  if (located.kind === 'no-entry') {
    const { documents, list } = located;
    const name = place.kind === 'kustomize-image' ? place.image : '';
    return addImage(place.path, text, documents, list, { name, newTag: to.version });
  }
  if (located.kind !== 'located' && located.kind !== 'empty') return located;
  const { slots, documents } = located;
  const insert = located.kind === 'empty' ? located.insert : undefined;
  const replace = slots.flatMap((slot) => {
    const value = slotValue(slot, to);
    return value === null ? [] : [{ scalar: slot.scalar, value }];
  });
  const lacking = slots.find((slot) => slotValue(slot, to) === null);
  if (lacking !== undefined) {
    const what = lacking.holds === 'commit' ? 'commit' : 'digest';
    return { kind: 'refused', because: `${place.path} pins a ${what}, but the artifact ${to.version} has none` };
  }
  const edits = { replace, ...(insert === undefined ? {} : { insert: { ...insert, value: to.version } }) };
  const spliced = splice(place.path, text, documents, edits);
  return spliced.kind === 'refused' ? { ...spliced, because: `${place.path}: ${spliced.because}` } : spliced;
}

/** The places of versions in one file, by its kind; images of plain workloads are for folders that hold nothing else. */
export function placesIn(path: string, text: string): FilePlace[] {
  if (isKustomization(path)) return kustomizeImagesIn(path, text);
  if (!/\.ya?ml$/.test(path)) return [];
  if (/^kind:\s*HelmRelease/m.test(text)) return helmValuesIn(path, text);
  if (/^kind:\s*(Deployment|StatefulSet|DaemonSet|Job|CronJob)\b/m.test(text)) return containerImagesIn(path, text);
  return /^apiVersion:\s*kustomize\.toolkit\.fluxcd\.io\//m.test(text) ? kustomizeImagesIn(path, text) : [];
}
