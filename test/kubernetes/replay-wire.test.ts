import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf } from '../support/check-truth.ts';
import { readHistory } from '../support/history.ts';
import { readRecording } from '../support/replay.ts';
import { replayOverWire } from '../support/replay-wire.ts';

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

  test.each(names)('%s: is told in spite of cuts and forgotten versions', async (name) => {
    const { recording, history } = load(name, 'rough');
    const replayed = await replayOverWire(recording, history, (api, event) => {
      if (event % 7 === 3) api.cut();
      if (event % 19 === 11) api.compact();
    });
    expect(faultsOf(recording, history, replayed)).toEqual([]);
  });
});
