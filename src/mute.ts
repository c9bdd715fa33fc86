import { z } from 'zod';
import { personSchema } from './person.ts';
import { instantSchema } from './time.ts';

/** Nobody is told of new drift in an environment for a while; there is one for each environment at most. */
export const muteSchema = z.strictObject({
  kind: z.literal('mute'),
  /** The name of the environment. */
  id: z.string(),
  revision: z.number().int(),
  environment: z.string(),
  by: personSchema,
  since: instantSchema,
  until: instantSchema,
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('active') }),
    z.strictObject({ kind: z.literal('ended'), at: instantSchema }),
  ]),
});
export type Mute = z.infer<typeof muteSchema>;
