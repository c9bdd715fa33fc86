import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Olu',
  GIT_AUTHOR_EMAIL: 'olu@example.com',
  GIT_COMMITTER_NAME: 'Olu',
  GIT_COMMITTER_EMAIL: 'olu@example.com',
};

export interface GitRemote {
  readonly folder: string;
  /** Of the bare repository. */
  readonly path: string;
  readonly url: string;
  /** Runs git in the bare repository. */
  readonly git: (...args: readonly string[]) => string;
  /** Somebody else's commit on main: files by path, null deletes. */
  readonly commit: (files: Readonly<Record<string, string | null>>, message?: string) => string;
  readonly head: () => string;
  readonly show: (path: string) => string;
  readonly close: () => void;
}

/** A real bare repository with a work tree beside it, for other people's commits. */
export function createGitRemote(files: Readonly<Record<string, string>>): GitRemote {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-git-'));
  const path = join(folder, 'remote.git');
  const work = join(folder, 'work');
  const run = (cwd: string, args: readonly string[]) =>
    execFileSync('git', [...args], {
      cwd,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64_000_000,
    });
  run(folder, ['init', '--quiet', '--bare', '--initial-branch=main', path]);
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
    run(path, ['config', setting, 'true']);
  run(folder, ['clone', '--quiet', path, work]);
  run(work, ['checkout', '--quiet', '-B', 'main']);
  const commit: GitRemote['commit'] = (changed, message = 'Change something else') => {
    if (run(path, ['branch', '--list', 'main']) !== '') {
      run(work, ['fetch', '--quiet', 'origin', 'main']);
      run(work, ['reset', '--quiet', '--hard', 'origin/main']);
    }
    for (const [name, content] of Object.entries(changed)) {
      const file = join(work, name);
      mkdirSync(dirname(file), { recursive: true });
      if (content === null) rmSync(file);
      else writeFileSync(file, content);
    }
    run(work, ['add', '--all']);
    run(work, ['commit', '--quiet', '--allow-empty', '-m', message]);
    run(work, ['push', '--quiet', 'origin', 'HEAD:main']);
    return run(work, ['rev-parse', 'HEAD']).trim();
  };
  commit(files, 'Begin');
  return {
    folder,
    path,
    url: `file://${path}`,
    git: (...args) => run(path, args),
    commit,
    head: () => run(path, ['rev-parse', 'main']).trim(),
    show: (name) => run(path, ['show', `main:${name}`]),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
