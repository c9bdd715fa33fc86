import type { Redis } from '../doors/redis.ts';
import { type Clock, epochMsOf, instantOf } from '../doors/time.ts';
import { type Mute, muteSchema } from '../vocabulary/mute.ts';
import type { Person } from '../vocabulary/person.ts';
import type { Records } from './record.ts';
import { createStanding } from './standing.ts';

export interface MutePorts {
  readonly redis: Redis;
  readonly records: Records;
  readonly clock: Clock;
}

/** Environments whose new drift nobody is told of for a while. */
export function createMutes({ redis, records, clock }: MutePorts) {
  const standing = createStanding<Mute>({
    redis,
    records,
    schema: muteSchema,
    folder: 'mute',
    isActive: ({ state }) => state.kind === 'active',
    shown: false,
  });
  return {
    /** A second one takes the place of the first. */
    muteEnvironment: async (environment: string, by: Person, untilMs: number): Promise<void> => {
      await standing.settle(environment, (known) => ({
        after: {
          kind: 'mute',
          id: environment,
          revision: (known?.revision ?? 0) + 1,
          environment,
          by,
          since: instantOf(clock.now()),
          until: instantOf(untilMs),
          state: { kind: 'active' },
        },
        entry: { event: 'drift.muted', by, text: `drift in ${environment} is muted by ${by.name}` },
      }));
    },
    unmuteEnvironment: async (environment: string, by: Person): Promise<void> => {
      await standing.settle(environment, (known) => {
        if (known?.state.kind !== 'active') return null;
        const state = { kind: 'ended', at: instantOf(clock.now()) } as const;
        return { after: { ...known, revision: known.revision + 1, state }, entry: { event: 'drift.unmuted', by } };
      });
    },
    /** Those that hold now: one whose time is over mutes nothing. */
    mutes: async (): Promise<Mute[]> => (await standing.active()).filter(({ until }) => epochMsOf(until) > clock.now()),
  };
}
