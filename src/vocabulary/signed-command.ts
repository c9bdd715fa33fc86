import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';
import { nameSchema } from './name.ts';

/** A command that somebody types in a terminal, as its bytes are signed under the namespace `sluice-command`. */
export const signedCommandSchema = z.strictObject({
  /** As after `/release`. */
  text: z.string().max(1_000),
  /** A name of `people:` in sluice.yaml, whose keys are tried. */
  as: nameSchema,
  at: instantSchema,
  /** Host and port that it is meant for, so that no other installation can be told the same. */
  to: z.string().max(300),
  /** Makes each command another one, so that none can be sent twice. */
  nonce: z.string().regex(/^[\w-]{16,64}$/),
});
export type SignedCommand = z.infer<typeof signedCommandSchema>;

export const commandPath = '/commands';
export const signatureHeader = 'x-sluice-signature';
