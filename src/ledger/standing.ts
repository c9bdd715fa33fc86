import type { z } from 'zod';
import { key, onRedis, type Redis } from '../doors/redis.ts';
import type { Effect, Entry, Moved, Records } from './record.ts';
import { readStored } from './stored.ts';

interface Standing {
  readonly id: string;
  readonly revision: number;
  readonly state: { readonly kind: string };
}

export interface StandingPorts<T extends Standing> {
  readonly redis: Redis;
  readonly records: Records;
  readonly schema: z.ZodType<T>;
  readonly folder: 'hold' | 'drift' | 'notice' | 'mute' | 'silence' | 'policy-change';
  readonly isActive: (record: T) => boolean;
  /** Whether a message shows this record, so that its changes are to be told. */
  readonly shown: boolean;
}

/** Records that stand until they end (holds, drifts, notices, changes of policies), with an index of the active ones. */
export function createStanding<T extends Standing>({
  redis,
  records,
  schema,
  folder,
  isActive,
  shown,
}: StandingPorts<T>) {
  const subject = (id: string) => `${folder}/${id}`;
  const index = key('active', folder);
  const find = async (id: string): Promise<T | null> => (await records.read(schema, [subject(id)]))[0] ?? null;
  const write = async (
    before: T | null,
    after: T,
    entry: Entry,
    { newMessage = false, effects = [] }: { readonly newMessage?: boolean; readonly effects?: readonly Effect[] } = {},
  ): Promise<Moved<T>> => {
    const [outcome] = await records.write([
      {
        subject: subject(after.id),
        from: before?.revision ?? 0,
        record: after,
        entry,
        dirty: shown,
        newMessage,
        effects: [{ kind: isActive(after) ? 'in' : 'out', key: index, member: after.id }, ...effects],
      },
    ]);
    if (outcome?.kind !== 'moved') return { kind: 'done', record: after };
    return { kind: 'moved', record: readStored(schema, subject(after.id), outcome.stored) };
  };
  return {
    find,
    active: async (): Promise<T[]> => {
      const ids = await onRedis(() => redis.zrange(index, '0', '-1'));
      return (await records.read(schema, ids.map(subject))).filter((record) => record !== null);
    },
    write,
    /** Repeats a change until nobody comes between; null leaves the record as it stands. */
    settle: async (
      id: string,
      next: (standing: T | null) => {
        readonly after: T;
        readonly entry: Entry;
        readonly newMessage?: boolean;
        readonly effects?: readonly Effect[];
      } | null,
    ): Promise<T | null> => {
      let standing = await find(id);
      for (;;) {
        const step = next(standing);
        if (step === null) return standing;
        const outcome = await write(standing, step.after, step.entry, step);
        if (outcome.kind === 'done') return outcome.record;
        standing = outcome.record;
      }
    },
  };
}
