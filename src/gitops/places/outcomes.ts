import type { LineChange, Placed } from '../../vocabulary/change.ts';

/** What stands at a place. */
export type ReadPlace =
  | { readonly kind: 'found'; readonly placed: Placed; readonly line: number; readonly lineText: string }
  /** It may be written, and holds no version yet. */
  | { readonly kind: 'empty'; readonly because: string }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

/** The file with another version there. */
export type EditedPlace =
  | { readonly kind: 'edited'; readonly text: string; readonly lines: readonly LineChange[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };
