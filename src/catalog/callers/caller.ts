/** What an artifact says of itself that a token has to bear out; a question has no commit. */
export interface Claimed {
  readonly service: string;
  readonly branch: string;
  readonly commit?: string | undefined;
}

export interface Caller {
  /** What they may not speak of, and why, for them to read; null where they may. */
  readonly objection: (claimed: Claimed) => string | null;
}

export type Admitted =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly status: 401 | 403 | 503; readonly error: string };
