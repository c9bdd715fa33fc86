import { z } from 'zod';
import { timedFields } from './timed.ts';

/** Nobody is told of new drift in an environment for a while; there is one for each environment at most. */
export const muteSchema = z.strictObject({
  kind: z.literal('mute'),
  /** The name of the environment. */
  id: z.string(),
  revision: z.number().int(),
  environment: z.string(),
  ...timedFields,
});
export type Mute = z.infer<typeof muteSchema>;
