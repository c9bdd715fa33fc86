import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';

/** How far the telling of one subject has come; kept beside its record, so that a restart repeats nothing. */
const positionSchema = z.object({
  /** A first post was begun, and may have arrived although its answer was lost, or may yet until then. */
  postingUntil: instantSchema.nullable().default(null),
  /** Log lines up to here are in the thread. */
  cursor: z.string().nullable().default(null),
  /** The ending that was last told. */
  told: z.string().nullable().default(null),
  /** What tells that ending from those before it. */
  ending: z.string().nullable().default(null),
  /** A message of its own that was begun, and may have arrived although its answer was lost. */
  sending: z.string().nullable().default(null),
  /** Until when that may yet arrive. */
  sendingUntil: instantSchema.nullable().default(null),
  /** Whoever asked is still to be told of it privately, unless a mention has reached them. */
  owed: z.boolean().default(false),
  /** The verdict that the squad was last told in its own channel. */
  copied: z.string().nullable().default(null),
  /** Messages of a lock, by the channel's name: they lose their button when it ends. */
  posts: z.record(z.string(), z.object({ channel: z.string(), ts: z.string() })).default({}),
  /** Where the owner of a lock was last asked whether it is still needed, and when. */
  question: z.object({ channel: z.string(), ts: z.string(), asked: z.string() }).nullable().default(null),
  /** That policies were passed is told to the channel. */
  overrideTold: z.boolean().default(false),
  /** The last reminder that was sent; noted before it is, so that a restart never sends it twice. */
  reminded: z.string().nullable().default(null),
  /** The picture of what it took was begun; one that was lost is not worth a second one. */
  pictured: z.boolean().default(false),
  /** The plan for which approvers were last called. */
  asked: z.string().nullable().default(null),
});
export type Position = z.infer<typeof positionSchema>;

export function readPosition(stored: string | null): Position {
  if (stored === null) return positionSchema.parse({});
  try {
    return positionSchema.parse(JSON.parse(stored));
  } catch {
    return positionSchema.parse({});
  }
}
