import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, Refusal } from '../../doors/errors.ts';

const run = promisify(execFile);

export interface CheckedOutCommit {
  readonly sha: string;
  readonly title: string;
  /** `Name <email>`, by the mailmap. */
  readonly author: string;
}

export interface Checkout {
  /** The full id of a revision; null where this checkout does not have it. */
  readonly resolve: (revision: string) => Promise<string | null>;
  /** The branch that is checked out; null where none is. */
  readonly branch: () => Promise<string | null>;
  readonly isShallow: () => Promise<boolean>;
  readonly isAncestor: (ancestor: string, descendant: string) => Promise<boolean>;
  /** The commits of `to` that `from` does not have, newest first; without `from` that of `to` alone. */
  readonly commits: (from: string | null, to: string) => Promise<readonly CheckedOutCommit[]>;
  /** The files that differ between two commits, at most 500. */
  readonly changedFiles: (from: string, to: string) => Promise<readonly string[]>;
}

/** What one artifact may carry. */
const mostCommits = 250;
const mostFiles = 500;
const timeoutMs = 60_000;
const fieldEnd = '\u001f';
const lineEnd = '\u001e';

/**
 * Reads the application's checkout with the git on PATH; `paths` limits commits and files to a part of a monorepo.
 * A Refusal says what git said.
 */
export function openCheckout(folder: string, paths: readonly string[] = []): Checkout {
  const git = async (args: readonly string[]) => {
    try {
      const { stdout } = await run(
        'git',
        ['-C', folder, '-c', 'core.fsmonitor=false', '-c', 'log.showSignature=false', ...args],
        {
          timeout: timeoutMs,
          maxBuffer: 32_000_000,
          env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_LITERAL_PATHSPECS: '1', LC_ALL: 'C' },
        },
      );
      return { code: 0, stdout };
    } catch (error) {
      const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
      if (code === 1) return { code, stdout: '' };
      const said = stderr.split('\n')[0]?.trim() || messageOf(error);
      throw new Refusal(`The checkout ${folder} cannot be read: ${said}. Name it with --checkout DIR.`, {
        cause: error,
      });
    }
  };
  const below = paths.length === 0 ? [] : ['--', ...paths];
  return {
    resolve: async (revision) => {
      const { stdout } = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
      return stdout.trim() || null;
    },
    branch: async () => (await git(['symbolic-ref', '--quiet', '--short', 'HEAD'])).stdout.trim() || null,
    isShallow: async () => (await git(['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true',
    isAncestor: async (ancestor, descendant) =>
      (await git(['merge-base', '--is-ancestor', ancestor, descendant])).code === 0,
    commits: async (from, to) => {
      const range = from === null ? ['--max-count=1', to] : [`--max-count=${mostCommits}`, `${from}..${to}`, ...below];
      const format = `--format=%H${fieldEnd}%s${fieldEnd}%aN <%aE>${lineEnd}`;
      const { stdout } = await git(['log', format, ...range]);
      return stdout.split(lineEnd).flatMap((line) => {
        const [sha = '', title = '', author = ''] = line.trim().split(fieldEnd);
        return sha === '' ? [] : [{ sha, title, author }];
      });
    },
    changedFiles: async (from, to) => {
      const { stdout } = await git(['diff', '--name-only', '-z', '--no-renames', from, to, ...below]);
      return stdout
        .split('\0')
        .filter((path) => path !== '')
        .slice(0, mostFiles);
    },
  };
}
