import type { Placed } from '../../change.ts';
import type { Document, Scalar } from '../../yaml.ts';
import { type Insertion, lineOf } from '../splice.ts';

/** The scalars of a version in a file, or why there are none to edit. */
export type Located =
  | {
      readonly kind: 'located';
      readonly placed: Placed;
      readonly documents: readonly Document[];
      readonly tag: { readonly scalar: Scalar };
      readonly digest?: Scalar | undefined;
      readonly line: number;
      readonly lineText: string;
    }
  /** The place is there, and holds no version yet. */
  | {
      readonly kind: 'empty';
      readonly because: string;
      readonly documents: readonly Document[];
      readonly tag: { readonly scalar: Scalar } | { readonly insert: Omit<Insertion, 'value'> };
      readonly digest?: Scalar | undefined;
    }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

/** What two scalars hold, as it is written: `1.10` stays `1.10`, although YAML reads it as a number. */
export function located(
  path: string,
  text: string,
  documents: readonly Document[],
  tag: Scalar,
  digest: Scalar | undefined,
): Located {
  const version = typeof tag.value === 'string' ? tag.value : (tag.source ?? '');
  if (version === '')
    return { kind: 'empty', because: `${path} holds no version yet`, documents, tag: { scalar: tag }, digest };
  const placed: Placed = { version, ...(digest === undefined ? {} : { digest: String(digest.value ?? '') }) };
  return { kind: 'located', documents, placed, tag: { scalar: tag }, digest, ...lineOf(text, tag) };
}
