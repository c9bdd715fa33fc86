import { vi } from 'vitest';
import { faultsAt } from './check-truth.ts';
import type { History } from './history.ts';
import { openRecorded } from './recorded.ts';
import type { Recording, Replayed, Said, SaidDrift } from './replay.ts';
import type { TinyApi } from './tiny-api.ts';

/**
 * Plays a recording over HTTP through the real reflectors, as fast as they follow: it waits at each truth until it is told, and
 * gives up after a while. `disturb` is called between events.
 */
export async function replayOverWire(
  recording: Recording,
  history: History,
  disturb: (api: TinyApi, event: number) => void = () => {},
  patienceMs = 4_000,
): Promise<Replayed> {
  const verdicts: Said[] = [];
  const drifts: SaidDrift[] = [];
  const recorded = await openRecorded(recording, history, {
    verdict: (t, commit, service, verdict) => verdicts.push({ t, commit, service, verdict }),
    drift: (t, drift, state) => drifts.push({ t, drift, state }),
  });
  try {
    for (const [index, line] of recording.lines.entries()) {
      const t = line.t ?? 0;
      const { truth } = line;
      recorded.at(t);
      recorded.play(line);
      disturb(recorded.api, index);
      if (truth === undefined) continue;
      const told = () => {
        if (faultsAt(t, truth, history, { verdicts, drifts }).length > 0) throw new Error('not yet');
      };
      await vi.waitFor(told, { timeout: patienceMs, interval: 10 }).catch(() => undefined);
    }
  } finally {
    await recorded.close();
  }
  return { verdicts, drifts };
}
