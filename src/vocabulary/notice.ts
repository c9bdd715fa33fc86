import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';

/** Something to say in a channel that is not about one release: a lane that stopped, a policy file that cannot be read. */
export const noticeSchema = z.strictObject({
  kind: z.literal('notice'),
  /** Stable for the thing it is about, so that saying it again changes the same message. */
  id: z.string(),
  revision: z.number().int(),
  channel: z.string(),
  level: z.enum(['alert', 'info']),
  /** A sentence; foreign text in it is raw. */
  text: z.string(),
  /** Offers a button to operators where only they can end it. */
  offer: z.enum(['confirm-record', 'resume-lane']).optional(),
  /** What the offer is about, such as the name of the lane. */
  about: z.string().optional(),
  since: instantSchema,
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('active') }),
    z.strictObject({ kind: z.literal('ended'), at: instantSchema, how: z.string() }),
  ]),
  message: z.strictObject({ channel: z.string(), ts: z.string() }).optional(),
});
export type Notice = z.infer<typeof noticeSchema>;
