import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPulse } from '../../src/doors/telemetry.ts';
import { pause } from '../../src/doors/time.ts';
import { createKubernetes } from '../../src/kubernetes/kubernetes.ts';
import type { CommitSha } from '../../src/vocabulary/change.ts';
import type { SeenDrift } from '../../src/vocabulary/drift.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import type { History } from './history.ts';
import { createPushes } from './pushes.ts';
import { type Line, pushOf, type Recording, type SaidDrift } from './replay.ts';
import { kubeconfigFor, startTinyApi } from './tiny-api.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface Listener {
  readonly verdict: (t: number, commit: CommitSha, service: string, verdict: Verdict) => void;
  readonly drift: (t: number, drift: SeenDrift, state: SaidDrift['state']) => void;
}

/** An API server that serves what a recording holds, and the real reflectors watching it; `t` is the recording's clock. */
export async function openRecorded(recording: Recording, history: History, listener: Listener) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-wire-'));
  const api = await startTinyApi();
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  let t = 0;
  const clock = { now: () => recording.startMs + t };
  const opened = new Map<string, SeenDrift>();
  const pushes = createPushes(history);
  const kubernetes = createKubernetes({
    clusters: { recorded: { kubeconfig } },
    clock,
    log: silent,
    pulse: createPulse(clock),
    isAncestor: async (_repository, ancestor, descendant) => history.isAncestor(ancestor, descendant),
    expected: async () => pushes.expected(),
    onVerdict: async ({ commit, service }, _cluster, { verdict }) => listener.verdict(t, commit, service, verdict),
    onHealthy: async () => {},
    onDrift: async (drift) => {
      opened.set(drift.id, drift);
      listener.drift(t, drift, 'open');
    },
    onDriftEnded: async (id, how) => {
      const drift = opened.get(id);
      if (drift !== undefined) listener.drift(t, drift, how);
    },
    bounds: { shortestPauseMs: 10, longestPauseMs: 100 },
  });
  await kubernetes.start();
  // The recording's clock is not the machine's: a slow first look must not read as a cluster that does not answer.
  while (kubernetes.status()[0]?.reachable !== true) await pause(5);
  return {
    api,
    at: (ms: number) => {
      t = ms;
    },
    /** Does what a line says: a push, or an object that appears, changes or goes. */
    play: (line: Line) => {
      const push = pushOf(line, recording.startMs);
      if (push !== null) {
        pushes.pushed(push, (...said) => listener.verdict(t, ...said));
        kubernetes.refresh();
      }
      if (line.object === undefined) return;
      const { kind, metadata } = line.object;
      if (line.type === 'DELETED') api.remove(kind, metadata.namespace, metadata.name);
      else api.put(line.object);
    },
    close: async () => {
      await kubernetes.stop();
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
