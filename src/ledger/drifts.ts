import type { Redis } from '../redis.ts';
import { type Drift, driftSchema } from '../verdict.ts';
import type { Records } from './record.ts';
import { createStanding } from './standing.ts';

export type DriftChange = Partial<Pick<Drift, 'state' | 'live' | 'wanted'>>;

/** One record for each deviation: opened once, changed while it lasts, ended when it ends. */
export function createDrifts({ redis, records }: { readonly redis: Redis; readonly records: Records }) {
  const standing = createStanding<Drift>({
    redis,
    records,
    schema: driftSchema,
    folder: 'drift',
    isActive: ({ state }) => state.kind === 'open',
    shown: true,
  });
  return {
    /** Seen again while open it is the same drift; seen again after its end it begins anew, with a message of its own. */
    openDrift: async (seen: Omit<Drift, 'revision' | 'state'>): Promise<Drift> => {
      const opened = (revision: number): Drift => ({ ...seen, revision, state: { kind: 'open' } });
      const drift = await standing.settle(seen.id, (known) => {
        if (known?.state.kind === 'open') return null;
        return {
          after: opened((known?.revision ?? 0) + 1),
          entry: { event: 'drift.opened' },
          newMessage: known !== null,
        };
      });
      return drift ?? opened(1);
    },
    /** Null where there is no such drift; a change that changes nothing is not logged. */
    changeDrift: async (id: string, change: DriftChange): Promise<Drift | null> =>
      standing.settle(id, (known) => {
        if (known === null || isSame(known, change)) return null;
        const event = change.state?.kind === 'ended' ? 'drift.ended' : 'drift.changed';
        return { after: { ...known, ...change, revision: known.revision + 1 }, entry: { event } };
      }),
    drifts: (): Promise<Drift[]> => standing.active(),
    drift: (id: string): Promise<Drift | null> => standing.find(id),
  };
}

function isSame(drift: Drift, change: DriftChange): boolean {
  const live = change.live === undefined || change.live === drift.live;
  const wanted = change.wanted === undefined || change.wanted === drift.wanted;
  return live && wanted && (change.state === undefined || change.state.kind === drift.state.kind);
}
