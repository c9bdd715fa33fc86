import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpBackend } from '../../../src/playground/git-backend.ts';
import { createGitHistory, type GitHistory } from '../git-history.ts';
import { playgroundStages } from '../playground-stage.ts';
import type { Stage } from '../stage.ts';
import { hasSourceController, serveSources } from './source-controller.ts';

const run = promisify(execFile);
const place = { name: 'served', flux: 'flux-system' };
const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' };

let folder: string;
let git: GitHistory;
let stage: Stage;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-served-'));
  git = await createGitHistory();
  await git.commit({ 'clusters/served/README.md': 'Nothing yet.\n' }, 'Begin');
  stage = await playgroundStages(20)(place, git);
});
afterEach(async () => {
  await stage.close();
  await git.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the sources of a cluster that was given', () => {
  test('are found to be fetched by somebody', async () => {
    expect(await hasSourceController(stage.api)).toBe(true);
  });

  test.skipIf(httpBackend(tmpdir()) === null)(
    'are cloned from here, cannot be pushed to, and answer 503 when they are not to answer',
    async () => {
      const sources = await serveSources(stage.api);
      const url = sources.urlOf(place, git);
      const clone = join(folder, 'clone');
      await run('git', ['clone', '--quiet', url, clone], { env });
      const { stdout } = await run('git', ['rev-parse', 'HEAD'], { cwd: clone, env });
      expect(stdout.trim()).toBe(git.head());
      await expect(
        run('git', ['push', '--quiet', url, 'HEAD:refs/heads/other'], { cwd: clone, env }),
      ).rejects.toThrow();
      await git.answer(false);
      await expect(run('git', ['ls-remote', url], { env })).rejects.toThrow('503');
      await sources.fetch(place, git);
      await sources.close();
    },
  );
});
