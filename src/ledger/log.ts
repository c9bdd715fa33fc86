import { z } from 'zod';
import { key, onRedis, type Redis } from '../doors/redis.ts';
import { instantSchema } from '../doors/time.ts';
import { driftSchema } from '../vocabulary/drift.ts';
import { holdSchema } from '../vocabulary/hold.ts';
import { muteSchema } from '../vocabulary/mute.ts';
import { noticeSchema } from '../vocabulary/notice.ts';
import { personSchema } from '../vocabulary/person.ts';
import { policyChangeSchema } from '../vocabulary/policy-change.ts';
import { releaseSchema } from '../vocabulary/release.ts';
import { silenceSchema } from '../vocabulary/silence.ts';

/** That the record in this Redis is the one to trust, said by whom and when. */
export const generationSchema = z.strictObject({
  kind: z.literal('generation'),
  revision: z.number().int(),
  by: z.string(),
  at: instantSchema,
});

export const recordSchema = z.discriminatedUnion('kind', [
  releaseSchema,
  holdSchema,
  driftSchema,
  noticeSchema,
  muteSchema,
  silenceSchema,
  policyChangeSchema,
  generationSchema,
]);
export type AnyRecord = z.infer<typeof recordSchema>;

const entrySchema = z.strictObject({
  event: z.string(),
  by: personSchema.exactOptional(),
  text: z.string().exactOptional(),
  /** What a container wrote: shown as it stands, in the thread alone. */
  quote: z.string().exactOptional(),
});
const lineSchema = z.strictObject({ at: instantSchema, entry: entrySchema });

export interface LogLine {
  readonly cursor: string;
  readonly at: string;
  readonly subject: string;
  readonly revision: number;
  readonly entry: z.infer<typeof entrySchema>;
  /** The whole record as this step left it, without the message that shows it. */
  readonly record: AnyRecord;
}

export interface UnreadLine {
  readonly cursor: string;
  readonly at: string;
  readonly subject: string;
  readonly entry: { readonly event: string };
  readonly record: { readonly kind: '' };
}

/** The log is the stream that every transition appends to; its readers keep cursors of their own. */
export function createLogReader({ redis }: { readonly redis: Redis }) {
  return {
    /** The whole log in order: replaying the records gives what stands now. */
    log: async (after: string | null, limit: number): Promise<LogLine[]> => {
      const start = after === null ? '-' : `(${after}`;
      const lines = await onRedis(() => redis.xrange(key('log'), start, '+', 'COUNT', limit));
      return lines.map(([cursor, flat]) => readLine(cursor, flat));
    },
    /** The same for readers that only go forward: a line that this version cannot read has a record of no kind. */
    feed: async (after: string, limit: number): Promise<(LogLine | UnreadLine)[]> => {
      const lines = await onRedis(() => redis.xrange(key('log'), `(${after}`, '+', 'COUNT', limit));
      return lines.map(([cursor, flat]) => {
        try {
          return readLine(cursor, flat);
        } catch {
          return { cursor, at: '', subject: '', entry: { event: '' }, record: { kind: '' } };
        }
      });
    },
    /** The lines of one subject after a cursor, oldest first; the last 1,000 are kept for this. */
    entries: async (subject: string, after: string | null, limit: number) => {
      const lines = await onRedis(() => redis.lrange(key('thread', subject), 0, -1));
      const found = lines.map((line) => {
        const space = line.indexOf(' ');
        return { cursor: line.slice(0, space), ...lineSchema.parse(JSON.parse(line.slice(space + 1))) };
      });
      return found.filter(({ cursor }) => after === null || isAfter(cursor, after)).slice(0, limit);
    },
  };
}

function readLine(cursor: string, flat: readonly string[]): LogLine {
  const field = (name: string) => flat[flat.indexOf(name) + 1] ?? '';
  const { at, entry } = lineSchema.parse(JSON.parse(field('line')));
  const record = recordSchema.parse(JSON.parse(field('record')));
  return { cursor, at, entry, record, subject: field('subject'), revision: Number(field('revision')) };
}

/** Compares two stream ids, `<milliseconds>-<number>`. */
function isAfter(cursor: string, other: string): boolean {
  const [ms = 0, number = 0] = cursor.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && number > otherNumber);
}
