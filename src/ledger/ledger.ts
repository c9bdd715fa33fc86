import { Retryable } from '../doors/errors.ts';
import type { Fence } from '../doors/lease.ts';
import { key, onRedis, type Redis } from '../doors/redis.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import type { Release } from '../vocabulary/release.ts';
import { createAccept } from './accept.ts';
import { createDrifts } from './drifts.ts';
import { createFeeds } from './feeds.ts';
import { createHealthy } from './healthy.ts';
import { createHealthyTime } from './healthy-time.ts';
import { createHistory } from './history.ts';
import { createHolds } from './holds.ts';
import { createLogReader } from './log.ts';
import { createMarks } from './marks.ts';
import { createMutes } from './mutes.ts';
import { createNotices } from './notices.ts';
import { createPolicyChanges } from './policy-changes.ts';
import { createRecords, type Entry, type Moved } from './record.ts';
import { createReplays } from './replays.ts';
import { createSaid } from './said.ts';
import { createSilences } from './silences.ts';
import { recordKey } from './stored.ts';
import { createTransition, type OnTransition, type ReleaseChange } from './transition.ts';

export type Ledger = ReturnType<typeof createLedger>;

export interface LedgerPorts {
  readonly redis: Redis;
  readonly clock: Clock;
  /** Hears of each release that was accepted or changed by this process. */
  readonly onTransition?: OnTransition;
  /** Where it is given, only who holds it writes records and healthy times. */
  readonly fence?: Fence;
}

const generationSubject = 'generation';

/** What happened: every record, its log, and what is to be told or done because of it. Throws Retryable while Redis is away. */
export function createLedger({ redis, clock, onTransition, fence }: LedgerPorts) {
  const records = createRecords({ redis, clock, fence });
  const transitionAll = createTransition({ records, clock, onTransition });
  const history = createHistory({ redis, records });
  const transition = async (before: Release, change: ReleaseChange, entry: Entry): Promise<Moved<Release>> => {
    const [moved] = await transitionAll([{ before, change, entry }]);
    if (moved === undefined) throw new Retryable(`release/${before.id} got no answer from Redis`);
    return moved;
  };
  return {
    ...createAccept({ records, clock, release: history.release, onTransition }),
    firstSeen: createReplays({ redis }),
    ...createSaid({ redis }),
    transition,
    transitionAll,
    notePosted: records.notePosted,
    subjectOf: records.subjectOf,
    ...history,
    ...createLogReader({ redis }),
    ...createHolds({ redis, records, clock }),
    ...createDrifts({ redis, records, clock }),
    ...createMutes({ redis, records, clock }),
    ...createSilences({ redis, records, clock }),
    ...createNotices({ redis, records, clock }),
    ...createPolicyChanges({ redis, records }),
    ...createMarks({ redis, clock }),
    ...createFeeds({ redis }),
    ...createHealthy({ redis }),
    ...createHealthyTime({ redis, clock, fence }),
    /** How far the thread of a subject has been told; null before its first line. */
    cursor: (subject: string): Promise<string | null> => onRedis(() => redis.hget(recordKey(subject), 'cursor')),
    setCursor: async (subject: string, cursor: string): Promise<void> => {
      await onRedis(() => redis.hset(recordKey(subject), 'cursor', cursor));
    },
    /** Another text after every transition: whoever shows records looks again. */
    changes: async (): Promise<string> => (await onRedis(() => redis.get(key('sequence')))) ?? '',
    /** Whether Redis still holds the mark that it is the record to trust; false after it was wiped. */
    confirmed: async (): Promise<boolean> =>
      (await onRedis(() => redis.hexists(recordKey(generationSubject), 'json'))) === 1,
    confirm: async (by: string): Promise<void> => {
      const record = { kind: 'generation', revision: 1, by, at: instantOf(clock.now()) } as const;
      const entry = { event: 'record.confirmed', text: `confirmed by ${by}` };
      await records.write([{ subject: generationSubject, from: 0, record, entry, dirty: false, effects: [] }]);
    },
  };
}
