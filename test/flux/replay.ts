import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pause } from '../../src/doors/time.ts';
import { signalOf } from '../../src/vocabulary/drift.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { type History, readHistory } from '../support/history.ts';
import { openRecorded } from '../support/recorded.ts';
import { type Recording, readRecording, type SaidDrift } from '../support/replay.ts';

// npm run replay -- FILE.jsonl...: plays recordings of a cluster through the real reflectors, and prints a JSON line for
// every verdict and drift as it changes; the git bundle of each lies beside it.

/** Between events time passes too: deadlines are looked at this often, in the recording's time. */
const tickMs = 500;
/** An event has come over the wire after this, and was judged after the second. */
const arrivesMs = 30;
const judgedMs = 75;
const atOnce = 6;

/** Nothing that Flux knows of: its changes make the reflectors look at the clock. */
const ticking = (count: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'sluice-replay', name: 'clock', creationTimestamp: '2020-01-01T00:00:00Z', generation: count },
  spec: { replicas: 0 },
});

async function settled(): Promise<void> {
  await pause(arrivesMs);
  await new Promise((resolve) => setImmediate(resolve));
  await pause(judgedMs);
}

/** The lines that one recording brings, in its time. */
export async function linesOf(recording: Recording, history: History): Promise<readonly object[]> {
  const lines: object[] = [];
  const last = new Map<string, string>();
  const versions = new Map(history.releases.map(({ commit, service, version }) => [`${commit} ${service}`, version]));
  const recorded = await openRecorded(recording, history, {
    verdict: (t, commit, service, verdict) => {
      const key = `${commit} ${service}`;
      const words = verdictWords(verdict, versions.get(key));
      if (last.get(key) === JSON.stringify(words)) return;
      last.set(key, JSON.stringify(words));
      lines.push({ t, commit, service, ...words });
    },
    drift: (t, drift, state) => void lines.push({ t, ...driftWords(drift, state) }),
  });
  let ticks = 0;
  const tickUntil = async (from: number, until: number) => {
    for (let t = from + tickMs; t < until; t += tickMs) {
      recorded.at(t);
      recorded.api.put(ticking(ticks));
      ticks += 1;
      await settled();
    }
  };
  try {
    let now = 0;
    for (const [t, together] of Map.groupBy(recording.lines, (line) => line.t ?? 0)) {
      await tickUntil(now, t);
      now = t;
      recorded.at(t);
      for (const line of together) recorded.play(line);
      await settled();
    }
  } finally {
    await recorded.close();
  }
  return lines;
}

/** In the words of the recordings: what is waited for is not proven, and so `unverified`; `stage` says what blocks. */
function verdictWords(verdict: Verdict, version: string | undefined) {
  const running = 'running' in verdict ? verdict.running : undefined;
  const runs = verdict.kind === 'healthy' ? (running ?? version) : running;
  const shown = runs === undefined ? {} : { running: runs };
  switch (verdict.kind) {
    case 'healthy':
      return { verdict: 'healthy', because: verdict.note ?? 'its image runs in ready pods', ...shown };
    case 'failed':
      return { verdict: 'failed', because: verdict.reason, message: verdict.because, stage: verdict.stage, ...shown };
    case 'waiting':
    case 'unverified':
      return { verdict: 'unverified', because: verdict.because, stage: verdict.stage, ...shown };
    case 'superseded':
      return { verdict: 'superseded', because: `${verdict.by} was released`, by: verdict.by };
    case 'gone':
      return { verdict: 'gone', because: verdict.because };
  }
}

/** An edit is named by its field, as the recordings do; every other drift by its signal. */
function driftWords(drift: SaidDrift['drift'], state: SaidDrift['state']) {
  const { object, field, live, wanted, manager } = drift;
  const signal = signalOf(drift);
  const kind = signal === 'edit' ? (field.split('.').at(-1) ?? '') : signal;
  return { drift: kind, object: object.replace(/\/[^/]+\//, '/'), field, live, wanted, manager, state };
}

async function main(names: readonly string[]): Promise<void> {
  if (names.length === 0) throw new Error('Name recordings to play: npm run replay -- FILE.jsonl...');
  const files = names.map((name) => {
    const found = [process.env['INIT_CWD'] ?? '', process.cwd()].map((from) => resolve(from, name)).find(existsSync);
    if (found === undefined) throw new Error(`There is no file ${name}.`);
    const bundle = found.replace(/\.jsonl$/, '.bundle');
    if (bundle === found || !existsSync(bundle))
      throw new Error(`${name} is to be a .jsonl file with its git bundle beside it, ${bundle}.`);
    return { name, file: found, bundle };
  });
  const folder = mkdtempSync(join(tmpdir(), 'sluice-replay-'));
  try {
    for (let first = 0; first < files.length; first += atOnce) {
      const some = files.slice(first, first + atOnce);
      const played = await Promise.all(
        some.map(async ({ file, bundle }, index) =>
          linesOf(readRecording(file), readHistory(bundle, join(folder, String(first + index)))),
        ),
      );
      for (const [index, lines] of played.entries())
        for (const line of lines)
          process.stdout.write(
            `${JSON.stringify(files.length === 1 ? line : { ...line, recording: some[index]?.name })}\n`,
          );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename)
  await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
