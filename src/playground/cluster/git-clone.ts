import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createObjectReader } from '../../gitops/object-reader.ts';

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
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Nobody keeps this clone for long.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'maintenance.auto',
    GIT_CONFIG_VALUE_0: 'false',
  };
  const git = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: folder, env, timeout: 20_000, maxBuffer: 64_000_000 };
    return (await run('git', [...args], options)).stdout;
  };
  await git('init', '--quiet', '--bare', '.');
  /** A process for each file of each commit would be most of what the playground does. */
  const objects = createObjectReader(folder, env);
  const read = async (name: string): Promise<{ readonly id: string; readonly text: string }> => {
    const object = await objects.read(name);
    if (object === null) throw new Error(`${name} does not exist`);
    return { id: object.id, text: object.content.toString() };
  };
  const list = async (sha: string): Promise<readonly string[]> => {
    const out = await git('ls-tree', '-r', '-z', '--name-only', sha);
    return out.split('\0').filter((path) => path !== '');
  };
  return {
    fetch: async (branch) => {
      await git('fetch', '--quiet', '--no-tags', '--force', '--', url, `+refs/heads/${branch}:refs/heads/${branch}`);
      return (await read(`refs/heads/${branch}`)).id;
    },
    files: (sha) => {
      const known = listed.get(sha);
      if (known !== undefined) return known;
      if (listed.size > 500) listed.clear();
      const made = list(sha);
      listed.set(sha, made);
      made.catch(() => listed.delete(sha));
      return made;
    },
    show: async (sha, path) => (await read(`${sha}:${path}`)).text,
    title: async (sha) => /\n\n(.*)/.exec((await read(sha)).text)?.[1]?.trim() ?? '',
    close: async () => {
      objects.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
