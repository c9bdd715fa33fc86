import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf } from '../support/check-truth.ts';
import { readHistory } from '../support/history.ts';
import { readRecording, replay } from '../support/replay.ts';

const recordings = resolve(import.meta.dirname, '../flux/recordings');
const names = readdirSync(recordings).flatMap((file) => (file.endsWith('.jsonl') ? [file.slice(0, -6)] : []));

/**
 * The recorder took "Ready" of a Kustomization without `wait` for healthy; at that moment no pod of the recording was ready.
 * That is what must not be said, and what the same file calls unverified a few seconds later.
 */
const unproven: Readonly<Record<string, string>> = {
  'crash-without-wait': '2830 ms: web c6bb690: said waiting (0 of 2 pods of web run 1.0.0), true is healthy',
  'deploy-without-wait': '2768 ms: web 3cf9206: said waiting (0 of 2 pods of web run 1.0.0), true is healthy',
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what real Flux did', () => {
  test.each(names)('%s: every verdict and drift is told in time, and never its opposite', (name) => {
    const recording = readRecording(join(recordings, `${name}.jsonl`));
    const history = readHistory(join(recordings, `${name}.bundle`), join(folder, name));
    expect(faultsOf(recording, history, replay(recording, history))).toEqual(name in unproven ? [unproven[name]] : []);
  });
});
