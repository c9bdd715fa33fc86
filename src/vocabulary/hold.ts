import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';
import { nameSchema } from './name.ts';
import { personSchema } from './person.ts';
import { releaseIdSchema } from './release.ts';

/** A lock or a freeze of a service, of an environment, or of a service in an environment; a freeze that names neither is of everything. */
export const holdSchema = z.strictObject({
  kind: z.literal('hold'),
  id: z.string(),
  revision: z.number().int(),
  /** A lock is set by those who release, a freeze by operators alone. */
  what: z.enum(['lock', 'freeze']).optional(),
  service: nameSchema.optional(),
  environment: nameSchema.optional(),
  because: z.string(),
  by: personSchema,
  since: instantSchema,
  until: instantSchema.optional(),
  /** Left behind by this rollback. */
  rollback: releaseIdSchema.optional(),
  /** Somebody else asked for the same and may confirm that they take it over. */
  wish: z
    .strictObject({ by: personSchema, at: instantSchema, because: z.string(), until: instantSchema.optional() })
    .optional(),
  /** From whom it was taken over last. */
  taken: z.strictObject({ from: personSchema, at: instantSchema }).optional(),
  /** When its owner was last asked whether it is still needed, and when somebody last said that it is. */
  asked: instantSchema.optional(),
  kept: z.strictObject({ by: personSchema, at: instantSchema }).optional(),
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('active') }),
    z.strictObject({ kind: z.literal('ended'), at: instantSchema, by: personSchema.optional() }),
  ]),
});
export type Hold = z.infer<typeof holdSchema>;
