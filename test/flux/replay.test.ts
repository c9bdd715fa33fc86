import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../support/replay.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'replay.ts');
const recordings = join(import.meta.dirname, 'recordings');

interface PrintedLine {
  readonly t: number;
  readonly recording: string;
  readonly commit?: string;
  readonly service?: string;
  readonly verdict?: string;
  readonly running?: string;
  readonly drift?: string;
  readonly object?: string;
  readonly state?: string;
  readonly live?: string;
}

const played = ['crash-then-fix', 'drift-image-corrected', 'helm-under-ready-kustomization', 'neighbour-crash'];

describe('npm run replay', () => {
  test('prints a line for every verdict and drift, each in time', async () => {
    const files = played.map((name) => join(recordings, `${name}.jsonl`));
    const { stdout } = await run(process.execPath, [program, ...files], { maxBuffer: 50_000_000 });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): PrintedLine => JSON.parse(line));
    for (const file of files) {
      const own = lines.filter(({ recording }) => recording === file);
      for (const { t = 0, truth } of readRecording(file).lines) {
        if (truth?.verdict !== undefined) {
          const said = own.findLast(
            (line) => line.t <= t && line.commit === truth.commit && line.service === truth.service,
          );
          expect({ file, t, verdict: said?.verdict }).toEqual({ file, t, verdict: truth.verdict });
          if (truth.running !== undefined) expect(said?.running).toBe(truth.running);
        } else if (truth?.state !== undefined) {
          const said = own.findLast((line) => line.t <= t && line.object === truth.object);
          expect(said).toMatchObject({ drift: truth.drift, state: truth.state });
        }
      }
    }
  }, 120_000);

  test.each([
    ['nothing named', [], 'Name recordings'],
    ['a file that is not there', ['missing.jsonl'], 'There is no file missing.jsonl'],
    ['a file without a bundle', ['package.json'], 'git bundle beside it'],
  ])('%s is refused in words', async (_, args, words) => {
    await expect(run(process.execPath, [program, ...args])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(words),
    });
  });
});
