import { readTrailers } from './commit-message.ts';
import { signedByOneOf } from './signature.ts';

/** Whose word a commit is: a trusted key's, or that of the person who had Sluice write it. */
export interface Provenance {
  /** As the commit names its author; anybody can write any name there. */
  readonly author: string;
  readonly by:
    | { readonly kind: 'key' }
    | { readonly kind: 'sluice'; readonly requester: string }
    | { readonly kind: 'nobody' };
}

/** Reads a raw commit object. `own` are the keys of Sluice: what they sign counts for the person in its trailers alone. */
export function provenanceOf(raw: Buffer, keys: readonly string[], own: readonly string[]): Provenance {
  const author = /^author ([^\n]*) \d+ [+-]\d{4}$/m.exec(raw.toString('utf8', 0, raw.indexOf('\n\n')))?.[1] ?? 'nobody';
  if (signedByOneOf(raw, keys)) return { author, by: { kind: 'key' } };
  if (!signedByOneOf(raw, own)) return { author, by: { kind: 'nobody' } };
  const trailers = readTrailers(raw.subarray(raw.indexOf('\n\n') + 2).toString());
  const requester = /\(slack:([UW][A-Z0-9]+)\)$/.exec(trailers.get('Sluice-Requested-By')?.at(-1) ?? '')?.[1];
  return trailers.has('Sluice-Policy-Change') && requester !== undefined
    ? { author, by: { kind: 'sluice', requester } }
    : { author, by: { kind: 'nobody' } };
}
