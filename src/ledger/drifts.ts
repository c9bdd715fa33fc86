import { key, onRedis, type Redis } from '../doors/redis.ts';
import { type Clock, epochMsOf, instantOf } from '../doors/time.ts';
import { type Drift, driftSchema, type SeenDrift } from '../vocabulary/drift.ts';
import type { Entry, Records } from './record.ts';
import { createStanding } from './standing.ts';

export type DriftChange = Partial<Pick<Drift, 'state' | 'live' | 'wanted' | 'muted' | 'asked'>>;

export interface DriftPorts {
  readonly redis: Redis;
  readonly records: Records;
  readonly clock: Clock;
}

/** For so long what has ended is listed. */
const listedMs = 7 * 86_400_000;
const listedKey = key('ended', 'drift');

/** One record for each deviation: opened once, changed while it lasts, ended when it ends. */
export function createDrifts({ redis, records, clock }: DriftPorts) {
  const standing = createStanding<Drift>({
    redis,
    records,
    schema: driftSchema,
    folder: 'drift',
    isActive: ({ state }) => state.kind === 'open',
    shown: true,
  });
  /** Members sort by time; what is too old to be listed goes with every new one, so that the list does not grow. */
  const ended = (drift: Drift, at: string) => ({ kind: 'in', key: listedKey, member: `${at} ${drift.id}` }) as const;
  const forgetOld = () => onRedis(() => redis.zremrangebylex(listedKey, '-', `[${instantOf(clock.now() - listedMs)}`));

  return {
    /** Seen again while open it is the same drift; seen again after its end it begins anew, with a message of its own. */
    openDrift: async (seen: SeenDrift & { readonly kind: 'drift' }): Promise<Drift> => {
      const opened = (known: Drift | null): Drift => ({
        ...seen,
        ...keptMute(known, clock.now()),
        revision: (known?.revision ?? 0) + 1,
        state: { kind: 'open' },
      });
      const drift = await standing.settle(seen.id, (known) => {
        if (known?.state.kind !== 'open')
          return { after: opened(known), entry: { event: 'drift.opened' }, newMessage: known !== null };
        const { since, state, muted, asked, message } = known;
        const after: Drift = {
          ...seen,
          since,
          state,
          revision: known.revision + 1,
          ...(muted && { muted }),
          ...(asked && { asked }),
          ...(message && { message }),
        };
        return isSame(known, after) ? null : { after, entry: { event: 'drift.changed' } };
      });
      return drift ?? opened(null);
    },
    /** Null where there is no such drift; a change that changes nothing is not logged. */
    changeDrift: async (id: string, change: DriftChange, entry?: Entry): Promise<Drift | null> => {
      const changed = await standing.settle(id, (known) => {
        if (known === null || isSame(known, { ...known, ...change })) return null;
        const { state } = change;
        const isEnd = state?.kind === 'ended' && known.state.kind !== 'ended';
        return {
          after: { ...known, ...change, revision: known.revision + 1 },
          entry: entry ?? { event: isEnd ? 'drift.ended' : 'drift.changed' },
          ...(isEnd ? { effects: [ended(known, state.at)] } : {}),
        };
      });
      if (change.state?.kind === 'ended') await forgetOld();
      return changed;
    },
    drifts: (): Promise<Drift[]> => standing.active(),
    /** Those that ended in the last week and are not open again, the newest first. */
    endedDrifts: async (limit: number): Promise<Drift[]> => {
      const from = `[${instantOf(clock.now() - listedMs)}`;
      const members = await onRedis(() => redis.zrevrangebylex(listedKey, '+', from, 'LIMIT', 0, limit));
      const ids = [...new Set(members.map((member) => member.slice(member.indexOf(' ') + 1)))];
      const found = await records.read(
        driftSchema,
        ids.map((id) => `drift/${id}`),
      );
      return found.flatMap((drift) => (drift?.state.kind === 'ended' ? [drift] : []));
    },
    drift: (id: string): Promise<Drift | null> => standing.find(id),
  };
}

/** A mute with an end outlasts the drift; one until it ends has ended with it. */
function keptMute(known: Drift | null, nowMs: number): Pick<Drift, 'muted'> {
  const until = known?.muted?.until;
  return until !== undefined && epochMsOf(until) > nowMs ? { muted: known?.muted } : {};
}

function isSame(before: Drift, after: Drift): boolean {
  const seen = ({ live, wanted, manager, note, signal, bundle, muted, asked, state }: Drift) =>
    JSON.stringify([live, wanted, manager, note, signal, bundle, muted, asked, state.kind]);
  return seen(before) === seen(after);
}
