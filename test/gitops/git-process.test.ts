import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { noHandles, runGit } from '../../src/gitops/git-process.ts';

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

test('a process without free file handles is told that git cannot be started, and lives on', () => {
  const at = (file: string) => JSON.stringify(resolve(import.meta.dirname, '../../src/gitops', file));
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { runGit, refuseWithoutHandles } from ${at('git-process.ts')};
    import { createObjectReader } from ${at('object-reader.ts')};
    const call = { folder: '.', environment: { PATH: process.env.PATH } };
    const said = (error) => console.error(error.message);
    const opened = [];
    try { for (;;) opened.push(openSync('/dev/null', 'r')); } catch {}
    await runGit(['version'], call).catch(said);
    await createObjectReader('.', call.environment).read('HEAD').catch(said);
    try { refuseWithoutHandles(); } catch (error) { said(error); }
    for (const handle of opened) closeSync(handle);
    refuseWithoutHandles();
    console.error((await runGit(['version'], call)).code);`;
  const script = 'ulimit -n 64; exec "$0" --input-type=module -e "$1"';
  const { stderr } = spawnSync('sh', ['-c', script, process.execPath, program], { encoding: 'utf8' });
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('Warning:'));
  expect(lines).toEqual([expect.stringContaining('EMFILE'), noHandles, noHandles, '0']);
});
