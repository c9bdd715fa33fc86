import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitSync } from '../../src/playground/git-command.ts';
import { commitOnMain } from '../../src/playground/git-commit.ts';

const author = 'Olu <olu@example.com>';
const identity = {
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

/** A real bare repository, cut off from the machine's configuration, with a first commit of these files. */
export function createGitRemote(files: Readonly<Record<string, string>>): GitRemote {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-git-'));
  const path = join(folder, 'remote.git');
  const run = (args: readonly string[]) => gitSync(path, args, { environment: identity });
  gitSync(folder, ['init', '--quiet', '--bare', '--initial-branch=main', path]);
  appendFileSync(join(path, 'config'), '[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n');
  const commit: GitRemote['commit'] = (changed, message = 'Change something else') =>
    commitOnMain(path, changed, { message: `${message}\n`, author });
  commit(files, 'Begin');
  return {
    folder,
    path,
    url: `file://${path}`,
    git: (...args) => run(args),
    commit,
    head: () => run(['rev-parse', 'main']).trim(),
    show: (name) => run(['show', `main:${name}`]),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
