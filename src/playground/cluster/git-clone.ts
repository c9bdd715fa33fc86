import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A bare clone that the cluster reads its manifests from. */
export interface GitClone {
  /** Fetches a branch and gives its commit; rejects with what git said. */
  readonly fetch: (branch: string) => Promise<string>;
  /** Paths of all files of a commit. */
  readonly files: (sha: string) => Promise<readonly string[]>;
  readonly show: (sha: string, path: string) => Promise<string>;
  /** First line of a commit's message. */
  readonly title: (sha: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function createGitClone(url: string): Promise<GitClone> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cluster-'));
  const listed = new Map<string, Promise<readonly string[]>>();
  const shown = new Map<string, Promise<string>>();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
  const git = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: folder, env, timeout: 20_000, maxBuffer: 64_000_000 };
    return (await run('git', [...args], options)).stdout;
  };
  await git('init', '--quiet', '--bare', '.');
  const remember = <T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    if (cache.size > 500) cache.clear();
    const made = make();
    cache.set(key, made);
    made.catch(() => cache.delete(key));
    return made;
  };
  return {
    fetch: async (branch) => {
      await git('fetch', '--quiet', '--no-tags', '--force', '--', url, `+refs/heads/${branch}:refs/heads/${branch}`);
      return (await git('rev-parse', `refs/heads/${branch}`)).trim();
    },
    files: (sha) =>
      remember(listed, sha, async () => {
        const out = await git('ls-tree', '-r', '-z', '--name-only', sha);
        return out.split('\0').filter((path) => path !== '');
      }),
    show: (sha, path) => remember(shown, `${sha}:${path}`, () => git('show', `${sha}:${path}`)),
    title: async (sha) => (await git('log', '-1', '--format=%s', sha)).trim(),
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
