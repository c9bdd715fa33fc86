import type { Redis } from '../doors/redis.ts';
import { type Clock, epochMsOf, instantOf } from '../doors/time.ts';
import { type Hold, holdSchema } from '../vocabulary/hold.ts';
import type { Person } from '../vocabulary/person.ts';
import type { Entry, Moved, Records } from './record.ts';
import { createStanding } from './standing.ts';

export interface HoldPorts {
  readonly redis: Redis;
  readonly records: Records;
  readonly clock: Clock;
}

/** Locks: set by a person or left behind by a rollback, ended by a person or by time. */
export function createHolds({ redis, records, clock }: HoldPorts) {
  const standing = createStanding<Hold>({
    redis,
    records,
    schema: holdSchema,
    folder: 'hold',
    isActive: ({ state }) => state.kind === 'active',
    shown: true,
  });
  const ended = (hold: Hold, by: Person | undefined): Hold => ({
    ...hold,
    revision: hold.revision + 1,
    state: { kind: 'ended', at: instantOf(clock.now()), ...(by === undefined ? {} : { by }) },
  });
  const endHold = async (id: string, by: Person | undefined, entry: Entry): Promise<Moved<Hold> | null> => {
    const hold = await standing.find(id);
    if (hold === null) return null;
    if (hold.state.kind === 'ended') return { kind: 'moved', record: hold };
    return standing.write(hold, ended(hold, by), entry);
  };
  return {
    /** The same id twice is one hold. */
    hold: async (wanted: Omit<Hold, 'revision' | 'state'>, entry: Entry): Promise<Hold> => {
      const outcome = await standing.write(null, { ...wanted, revision: 1, state: { kind: 'active' } }, entry);
      return outcome.record;
    },
    /** Changes one that holds, as often as somebody else comes between; null where it has ended or `next` leaves it as it is. */
    changeHold: async (id: string, next: (hold: Hold) => Hold | null, entry: Entry): Promise<Hold | null> => {
      let changed = false;
      const hold = await standing.settle(id, (known) => {
        const after = known === null || known.state.kind === 'ended' ? null : next(known);
        changed = after !== null;
        return known === null || after === null ? null : { after: { ...after, revision: known.revision + 1 }, entry };
      });
      return changed ? hold : null;
    },
    /** Null where there is no such hold; `moved` where it has ended already. */
    endHold,
    /** Those that hold now; one whose time is over holds nothing, even before the sweep has ended it. */
    holds: async (): Promise<Hold[]> => (await standing.active()).filter((hold) => !isOver(hold, clock.now())),
    /** Also one that has ended. */
    holdById: (id: string): Promise<Hold | null> => standing.find(id),
    /** Has the owners of those without an end asked whether they are still needed, a day after they last said so. */
    askAboutHolds: async (nowMs: number): Promise<void> => {
      const due = (await standing.active()).filter((hold) => isToBeAsked(hold, nowMs));
      for (const { id } of due)
        await standing.settle(id, (hold) =>
          hold?.state.kind === 'active' && isToBeAsked(hold, nowMs)
            ? {
                after: { ...hold, revision: hold.revision + 1, asked: instantOf(nowMs) },
                entry: { event: 'hold.asked' },
              }
            : null,
        );
    },
    /** Ends the holds whose time is over. */
    expireHolds: async (nowMs: number): Promise<Hold[]> => {
      const over = (await standing.active()).filter((hold) => isOver(hold, nowMs));
      for (const hold of over) await endHold(hold.id, undefined, { event: 'hold.expired' });
      return over;
    },
  };
}

const dayMs = 86_400_000;

function isToBeAsked({ until, since, asked, kept }: Hold, nowMs: number): boolean {
  const last = Math.max(
    ...[since, asked, kept?.at].flatMap((moment) => (moment === undefined ? [] : epochMsOf(moment))),
  );
  return until === undefined && nowMs - last >= dayMs;
}

function isOver(hold: Hold, nowMs: number): boolean {
  return hold.until !== undefined && epochMsOf(hold.until) <= nowMs;
}
