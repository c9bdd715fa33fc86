import type { Redis } from '../doors/redis.ts';
import { type Clock, epochMsOf, instantOf } from '../doors/time.ts';
import type { Person } from '../vocabulary/person.ts';
import { type Silence, silenceId, silenceSchema } from '../vocabulary/silence.ts';
import type { Records } from './record.ts';
import { createStanding } from './standing.ts';

export interface SilencePorts {
  readonly redis: Redis;
  readonly records: Records;
  readonly clock: Clock;
}

/** What people and squads are not called about for a while. */
export function createSilences({ redis, records, clock }: SilencePorts) {
  const standing = createStanding<Silence>({
    redis,
    records,
    schema: silenceSchema,
    folder: 'silence',
    isActive: ({ state }) => state.kind === 'active',
    shown: false,
  });
  const isOver = ({ until }: Silence) => epochMsOf(until) <= clock.now();
  const end = async (id: string, event: string, by?: Person): Promise<void> => {
    await standing.settle(id, (known) => {
      if (known?.state.kind !== 'active') return null;
      const state = { kind: 'ended', at: instantOf(clock.now()) } as const;
      const after: Silence = { ...known, revision: known.revision + 1, state };
      return { after, entry: { event, ...(by === undefined ? {} : { by }) } };
    });
  };
  return {
    /** A second one of the same takes the place of the first; whatever is over by now is ended on the way. */
    silence: async (
      wanted: Pick<Silence, 'whose' | 'service' | 'environment' | 'by' | 'until'>,
    ): Promise<Silence | null> => {
      for (const over of (await standing.active()).filter(isOver)) await end(over.id, 'silence.expired');
      const id = silenceId(wanted);
      return standing.settle(id, (known) => ({
        after: {
          ...{ kind: 'silence', id, ...wanted },
          revision: (known?.revision ?? 0) + 1,
          since: instantOf(clock.now()),
          state: { kind: 'active' },
        },
        entry: { event: 'silence.set', by: wanted.by },
      }));
    },
    endSilence: (id: string, by: Person): Promise<void> => end(id, 'silence.ended', by),
    /** Those that hold now: one whose time is over keeps nothing from anybody. */
    silences: async (): Promise<Silence[]> => (await standing.active()).filter((silence) => !isOver(silence)),
  };
}
