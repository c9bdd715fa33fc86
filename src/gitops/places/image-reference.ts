import { type Document, isMap, isScalar, isSeq, type Scalar, visit } from '../../doors/yaml.ts';
import type { Place, Placed } from '../../vocabulary/change.ts';
import { imageParts, isImageOf } from '../../vocabulary/image.ts';
import { openYaml } from '../open-yaml.ts';
import { lineOf, scalarAt } from '../splice.ts';
import type { Located, Slot } from './located.ts';

type ContainerImage = Extract<Place, { kind: 'container-image' }>;
type SetterMarker = Extract<Place, { kind: 'setter-marker' }>;

/** The `image:` of every container of this image in the workloads of a file, init containers and CronJobs included. */
export function locateContainerImage(place: ContainerImage, text: string): Located {
  const { path } = place;
  const opened = openYaml(text);
  if (opened.kind === 'refused') return { kind: 'refused', because: `${path}: ${opened.because}` };
  const slots: Slot[] = [];
  for (const map of opened.documents.flatMap(containersIn)) {
    const found = scalarAt(map, 'image');
    if (found?.kind !== 'scalar' || !isImageOf(String(found.scalar.value), place.image)) continue;
    slots.push(referenceSlot(found.scalar));
  }
  if (slots.length === 0) return { kind: 'missing', because: `${path} has no container of ${place.image}` };
  return agreed(path, text, opened.documents, slots);
}

/** The images of all workloads in one file, each once. */
export function containerImagesIn(path: string, text: string): ContainerImage[] {
  const opened = openYaml(text);
  if (opened.kind === 'refused') return [];
  const images = opened.documents.flatMap(containersIn).flatMap((map) => {
    const found = scalarAt(map, 'image');
    if (found?.kind !== 'scalar' || typeof found.scalar.value !== 'string') return [];
    const slot = referenceSlot(found.scalar);
    return slot.holds === 'reference' && imageParts(found.scalar.value).tag !== null ? [slot.image] : [];
  });
  return [...new Set(images)].map((image) => ({ kind: 'container-image', path, image }));
}

/** Every map of a list called `containers` or `initContainers`, at whatever depth the workload has them. */
function containersIn(document: Document): unknown[] {
  const found: unknown[] = [];
  visit(document, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || (key.value !== 'containers' && key.value !== 'initContainers') || !isSeq(value)) return;
      found.push(...value.items.filter((item) => isMap(item)));
    },
  });
  return found;
}

const markerPattern = /\{\s*"\$imagepolicy"\s*:\s*"([^":]+:[^":]+)(?::(tag|name|digest))?"\s*\}/;

/** The scalars that carry Flux's setter marker of one ImagePolicy in their comment: whole references, tags or digests. */
export function locateSetterMarker(place: SetterMarker, text: string): Located {
  const { path } = place;
  const opened = openYaml(text);
  if (opened.kind === 'refused') return { kind: 'refused', because: `${path}: ${opened.because}` };
  const slots: Slot[] = [];
  for (const document of opened.documents)
    visit(document, {
      Scalar: (_, node) => {
        const [, policy, part] = markerPattern.exec(node.comment ?? '') ?? [];
        if (policy !== place.policy || part === 'name') return;
        if (part === 'tag') slots.push({ holds: 'version', scalar: node });
        else if (part === 'digest') slots.push({ holds: 'digest', scalar: node });
        else slots.push(referenceSlot(node));
      },
    });
  if (!slots.some(({ holds }) => holds !== 'digest'))
    return {
      kind: 'missing',
      because: `${path} has no line with the setter marker {"$imagepolicy": "${place.policy}"}`,
    };
  return agreed(path, text, opened.documents, slots);
}

function referenceSlot(scalar: Scalar): Slot {
  const reference = String(scalar.value ?? '');
  const { tag, digest } = imageParts(reference);
  const tail = (tag === null ? 0 : tag.length + 1) + (digest === null ? 0 : digest.length + 1);
  const image = reference.slice(0, reference.length - tail);
  return { holds: 'reference', scalar, image, pinned: digest !== null };
}

/** What the slots hold, where they hold the same. */
function agreed(path: string, text: string, documents: readonly Document[], slots: readonly Slot[]): Located {
  const held = slots.map(placedIn);
  const versions = [...new Set(held.flatMap(({ version }) => (version === undefined ? [] : [version])))];
  const digests = [...new Set(held.flatMap(({ digest }) => (digest === undefined ? [] : [digest])))];
  const [first] = slots;
  if (versions.length > 1 || digests.length > 1)
    return {
      kind: 'refused',
      because: `${path} holds several versions (${versions.join(', ')}); make them equal first`,
    };
  const [version] = versions;
  const [digest] = digests;
  if (version === undefined || first === undefined)
    return { kind: 'empty', because: `${path} holds no version yet`, documents, slots };
  const placed: Placed = { version, ...(digest === undefined ? {} : { digest }) };
  return { kind: 'located', documents, placed, slots, ...lineOf(text, first.scalar) };
}

function placedIn(slot: Slot): { readonly version?: string; readonly digest?: string } {
  const value = typeof slot.scalar.value === 'string' ? slot.scalar.value : (slot.scalar.source ?? '');
  if (slot.holds === 'version') return value === '' ? {} : { version: value };
  if (slot.holds === 'digest') return { digest: value };
  const { tag, digest } = imageParts(value);
  return { ...(tag === null ? {} : { version: tag }), ...(digest === null ? {} : { digest }) };
}
