import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { CommitSha } from '../../src/change.ts';
import type { SeenDrift } from '../../src/kubernetes/drift/drift-tracker.ts';
import type { Expected } from '../../src/kubernetes/expected.ts';
import { createKubernetes } from '../../src/kubernetes/kubernetes.ts';
import { createPulse } from '../../src/telemetry.ts';
import { instantOf } from '../../src/time.ts';
import type { Verdict } from '../../src/verdict.ts';
import { faultsAt } from './check-truth.ts';
import { type History, pushed, type Recording, type Replayed, type Said, type SaidDrift } from './replay.ts';
import { kubeconfigFor, startTinyApi, type TinyApi } from './tiny-api.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Plays a recording over HTTP through the real reflectors, as fast as they follow: it waits at each truth until it is told, and
 * gives up after a while. `disturb` is called between events.
 */
export async function replayOverWire(
  recording: Recording,
  history: History,
  disturb: (api: TinyApi, event: number) => void = () => {},
): Promise<Replayed> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-wire-'));
  const api = await startTinyApi();
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  let t = 0;
  const clock = { now: () => recording.startMs + t };
  const verdicts: Said[] = [];
  const drifts: SaidDrift[] = [];
  const opened = new Map<string, SeenDrift>();
  const expected = new Map<string, Expected>();
  const say = (commit: CommitSha, service: string, verdict: Verdict) => verdicts.push({ t, commit, service, verdict });
  const kubernetes = createKubernetes({
    clusters: { recorded: { kubeconfig } },
    clock,
    log: silent,
    pulse: createPulse(clock),
    isAncestor: async (_repository, ancestor, descendant) => history.isAncestor(ancestor, descendant),
    expected: async () => [...expected.values()],
    onVerdict: async ({ commit, service }, _cluster, verdict) => void say(commit, service, verdict),
    onHealthy: async () => {},
    onDrift: async (drift) => {
      opened.set(drift.id, drift);
      drifts.push({ t, drift, state: 'open' });
    },
    onDriftEnded: async (id, how) => {
      const drift = opened.get(id);
      if (drift !== undefined) drifts.push({ t, drift, state: how });
    },
    bounds: { shortestPauseMs: 10, longestPauseMs: 100 },
  });
  await kubernetes.start();
  try {
    for (const [index, line] of recording.lines.entries()) {
      t = line.t ?? 0;
      const { truth } = line;
      if (line.do === 'git push' && line.commit !== undefined) {
        pushed(expected, history, line.commit, instantOf(clock.now()), say);
        kubernetes.refresh();
      }
      if (line.object !== undefined && line.type === 'DELETED')
        api.remove(line.object.kind, line.object.metadata.namespace, line.object.metadata.name);
      else if (line.object !== undefined) api.put(line.object);
      disturb(api, index);
      if (truth === undefined) continue;
      const told = () => {
        if (faultsAt(t, truth, history, { verdicts, drifts }).length > 0) throw new Error('not yet');
      };
      await vi.waitFor(told, { timeout: 4_000, interval: 10 }).catch(() => undefined);
    }
  } finally {
    await kubernetes.stop();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { verdicts, drifts };
}
