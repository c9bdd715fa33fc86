import { z } from 'zod';
import { Retryable, Terminal } from '../doors/errors.ts';
import { key, onRedis, type Redis, unavailable } from '../doors/redis.ts';

/** A record as it lies in Redis: the message is kept beside it, as it changes without a transition. */
export interface Stored {
  readonly json: string;
  readonly message: string;
}

/** Of many records so many are read at once: whoever waits for an answer meanwhile has a turn in between. */
const readAtOnce = 200;

/** A record and its message; nothing where there is none. */
const storedSchema = z.array(z.string().nullable());

/** Where a record lies; its subject is `release/<id>`, `drift/<id>`, `notice/<id>`, `hold/<id>`. */
export function recordKey(subject: string): string {
  return key('record', subject);
}

/** Null for those that are not there. */
export type ReadRecords = <T>(schema: z.ZodType<T>, subjects: readonly string[]) => Promise<(T | null)[]>;

export function createReader(redis: Redis): ReadRecords {
  const readSome = async <T>(schema: z.ZodType<T>, subjects: readonly string[]): Promise<(T | null)[]> => {
    const pipeline = redis.pipeline();
    for (const subject of subjects) pipeline.hmget(recordKey(subject), 'json', 'message');
    const answers = (await onRedis(() => pipeline.exec())) ?? [];
    return subjects.map((subject, index) => {
      const [error, value] = answers[index] ?? [new Error('no answer'), null];
      if (error) throw unavailable(error);
      const [json, message] = storedSchema.parse(value);
      return typeof json === 'string' ? readStored(schema, subject, { json, message: message ?? '' }) : null;
    });
  };
  return async (schema, subjects) => {
    const found: (z.infer<typeof schema> | null)[] = [];
    for (let from = 0; from < subjects.length; from += readAtOnce)
      found.push(...(await readSome(schema, subjects.slice(from, from + readAtOnce))));
    return found;
  };
}

/** What a record says; Retryable where it is gone from Redis, Terminal where it is not one of ours. */
export function readStored<T>(schema: z.ZodType<T>, subject: string, stored: Stored): T {
  if (stored.json === '') throw new Retryable(`The record of ${subject} is no longer in Redis.`);
  const value: unknown = JSON.parse(stored.json);
  const whole = stored.message === '' ? value : { ...Object(value), message: JSON.parse(stored.message) };
  const parsed = schema.safeParse(whole);
  if (parsed.success) return parsed.data;
  // Failing is right here: a lock that cannot be read must not count as no lock.
  throw new Terminal(`The record of ${subject} in Redis cannot be read: ${parsed.error.message.slice(0, 500)}`);
}
