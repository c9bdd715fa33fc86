import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runGit } from '../../src/gitops/git-process.ts';

const call = { folder: tmpdir(), environment: { PATH: process.env['PATH'] ?? '' } };
const helper = (command: string) => ['-c', `alias.helper=!${command}`, 'helper'];

test('a git that takes too long ends with its helpers, and its end is neither yes nor no', async () => {
  // The helper holds the pipes: were it left alive, this would wait for it.
  const result = await runGit(helper('sleep 60'), { ...call, timeoutMs: 150 });
  expect(result).toMatchObject({ timedOut: true });
  expect(result.code).toBeGreaterThan(128);
});

test('a git that says too much is ended', async () => {
  const result = await runGit(helper('yes'), call);
  expect(result).toMatchObject({ timedOut: true });
});

test('a git that does not read its input tells by its exit code', async () => {
  const result = await runGit(helper('false'), { ...call, input: Buffer.alloc(5_000_000, 'x') });
  expect(result).toMatchObject({ code: 1, timedOut: false });
});
