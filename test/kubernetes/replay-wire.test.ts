import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, oppositesOf } from '../support/check-truth.ts';
import { readHistory } from '../support/history.ts';
import { delayed, type Recording, readRecording } from '../support/replay.ts';
import { replayOverWire } from '../support/replay-wire.ts';
import { seeded } from '../support/seeded.ts';

const recordings = resolve(import.meta.dirname, '../flux/recordings');
// Two recordings call healthy what had no ready pod (replay.test.ts); played fast, they prove nothing more.
const names = readdirSync(recordings).flatMap((file) =>
  file.endsWith('.jsonl') && !file.includes('without-wait') ? [file.slice(0, -6)] : [],
);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-wire-histories-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (name: string, copy: string) => ({
  recording: readRecording(join(recordings, `${name}.jsonl`)),
  history: readHistory(join(recordings, `${name}.bundle`), join(folder, `${name}-${copy}`)),
});

describe('what real Flux did, over the wire', () => {
  test.each(names)('%s: is told by list and watch', async (name) => {
    const { recording, history } = load(name, 'calm');
    expect(faultsOf(recording, history, await replayOverWire(recording, history))).toEqual([]);
  });

  test.each(names)('%s: is told in spite of cuts, forgotten versions and everything told again', async (name) => {
    const { recording, history } = load(name, 'rough');
    const replayed = await replayOverWire(recording, history, (api, event) => {
      if (event % 7 === 3) api.cut();
      if (event % 19 === 11) api.compact();
      if (event % 23 === 5) api.repeat();
    });
    expect(faultsOf(recording, history, replayed)).toEqual([]);
  });

  test.each(names)('%s: nothing false is told when kinds come late and out of step', async (name) => {
    const { recording, history } = load(name, 'late');
    const replayed = await replayOverWire(late(recording, name.length), history, undefined, 300);
    expect(oppositesOf(recording, history, replayed)).toEqual([]);
    expect(replayed.verdicts).not.toEqual([]);
  });
});

const longestMs = 3_000;

/** Every kind late by its own lag; what is true is asked for when everything that proves it has come. */
function late(recording: Recording, seed: number): Recording {
  const { lines } = delayed(recording, seeded(seed), longestMs);
  const moved = lines.map((line) => (line.truth === undefined ? line : { ...line, t: (line.t ?? 0) + longestMs }));
  return { ...recording, lines: moved.toSorted((a, b) => (a.t ?? 0) - (b.t ?? 0)) };
}
