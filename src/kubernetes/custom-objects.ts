import type { Named } from './named.ts';

/** A kind that only its operator knows. */
export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface CustomRef extends CustomKind {
  readonly namespace: string;
  readonly name: string;
}

/** An object of a kind that only its operator knows: of its spec nothing is kept but the images that it names. */
export interface Custom extends Named {
  readonly kind: 'Custom';
  readonly of: Pick<CustomKind, 'group' | 'kind'>;
  readonly images: readonly string[];
}

/** Whether objects of a custom kind can be seen: `unlisted` until they were all listed once. */
export type Sight = 'seen' | 'unlisted' | 'forbidden' | 'unserved';
