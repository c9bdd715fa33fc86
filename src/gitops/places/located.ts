import type { Document, Scalar, YAMLSeq } from '../../doors/yaml.ts';
import type { Placed, Wanted } from '../../vocabulary/change.ts';
import { type Insertion, lineOf } from '../splice.ts';

/** One scalar that holds a version: the version itself, its digest, or a whole image reference (`image` is what stands before the tag). */
export type Slot =
  | { readonly holds: 'version' | 'digest' | 'commit'; readonly scalar: Scalar }
  | { readonly holds: 'reference'; readonly scalar: Scalar; readonly image: string; readonly pinned: boolean };

/** Where the images of a kustomization stand. */
export interface ImageList {
  readonly images: YAMLSeq | null;
  /** `images:`, where it is written. */
  readonly key: Scalar | null;
}

/** The scalars of a version in a file, or why there are none to edit. */
export type Located =
  | {
      readonly kind: 'located';
      readonly placed: Placed;
      readonly documents: readonly Document[];
      readonly slots: readonly Slot[];
      readonly line: number;
      readonly lineText: string;
    }
  /** The place is there, and holds no version yet. */
  | {
      readonly kind: 'empty';
      readonly because: string;
      readonly documents: readonly Document[];
      readonly slots: readonly Slot[];
      readonly insert?: Omit<Insertion, 'value'>;
    }
  /** A list of images without the one that is meant: it gets an entry of its own. */
  | {
      readonly kind: 'no-entry';
      readonly because: string;
      readonly documents: readonly Document[];
      readonly list: ImageList;
    }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

/** What two scalars hold, as it is written: `1.10` stays `1.10`, although YAML reads it as a number. */
export function located(
  path: string,
  text: string,
  documents: readonly Document[],
  tag: Scalar,
  digest: Scalar | undefined,
  commit?: Scalar | undefined,
): Located {
  const version = sourceOf(tag);
  const slots: Slot[] = [
    { holds: 'version', scalar: tag },
    ...digestSlot(digest),
    ...(commit === undefined ? [] : [{ holds: 'commit', scalar: commit } as const]),
  ];
  if (version === '') return { kind: 'empty', because: `${path} holds no version yet`, documents, slots };
  const placed: Placed = { version, ...(digest === undefined ? {} : { digest: String(digest.value ?? '') }) };
  return { kind: 'located', documents, placed, slots, ...lineOf(text, tag) };
}

export function digestSlot(digest: Scalar | undefined): Slot[] {
  return digest === undefined ? [] : [{ holds: 'digest', scalar: digest }];
}

function sourceOf(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
}

/** What a slot is to hold; null where it wants a digest or a commit that the version does not have. */
export function slotValue(slot: Slot, to: Wanted): string | null {
  switch (slot.holds) {
    case 'version':
      return to.version;
    case 'digest':
      return to.digest ?? null;
    case 'commit':
      return to.commit ?? null;
    case 'reference':
      if (!slot.pinned) return `${slot.image}:${to.version}`;
      return to.digest === undefined ? null : `${slot.image}:${to.version}@${to.digest}`;
  }
}
