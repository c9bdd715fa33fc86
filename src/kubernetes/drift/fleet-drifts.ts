import { type DriftEnd, type DriftSignal, type SeenDrift, signalOf } from '../../vocabulary/drift.ts';
import type { DriftStep } from './drift-tracker.ts';

/** How long one of a kind is found before it is said: a rollout reaches its clusters one after the other. */
const settleMs: Partial<Record<DriftSignal, number>> = { apart: 120_000 };

/** Follows drift that is not of one cluster: what is found is open, what is not found any more has ended. */
export function createFleetDrifts(signal: DriftSignal, known: readonly SeenDrift[]) {
  let open = new Map(known.filter((drift) => signalOf(drift) === signal).map((drift) => [drift.id, drift]));
  let pending = new Map<string, number>();
  return {
    step: (
      found: readonly SeenDrift[],
      nowMs: number,
      how: (drift: SeenDrift) => DriftEnd = () => 'corrected',
    ): DriftStep => {
      const next = new Map<string, SeenDrift>();
      const waiting = new Map<string, number>();
      for (const drift of found) {
        const before = open.get(drift.id);
        const foundMs = pending.get(drift.id) ?? nowMs;
        if (before !== undefined) next.set(drift.id, { ...drift, since: before.since });
        else if (nowMs - foundMs < (settleMs[signal] ?? 0)) waiting.set(drift.id, foundMs);
        else next.set(drift.id, drift);
      }
      const seen = [...next.values()].filter((drift) => {
        const before = open.get(drift.id);
        return before === undefined || before.live !== drift.live || before.wanted !== drift.wanted;
      });
      const ended = [...open.values()].flatMap((drift) =>
        next.has(drift.id) ? [] : [{ id: drift.id, how: how(drift) }],
      );
      open = next;
      pending = waiting;
      return { seen, ended };
    },
  };
}
