import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../doors/errors.ts';
import type { Finding } from '../vocabulary/finding.ts';
import { isBranchName } from './branch-name.ts';
import { prepareClone } from './clone.ts';
import { type GitResult, runGit, spoken } from './git-process.ts';
import { gitEnvironment, type RepositorySettings, refuseAddress } from './isolation.ts';
import { classifyPush } from './push.ts';

export interface CheckedRepository {
  readonly findings: readonly Finding[];
  /** The wanted file at the head of the branch; null where it is not there or could not be read. */
  readonly text: string | null;
}

/** Reads a branch into a clone of its own, and pushes nothing to it: `git push --dry-run` asks for the right alone. */
export async function checkRepository(
  name: string,
  settings: RepositorySettings,
  file: string | null,
): Promise<CheckedRepository> {
  const about = `git ${name}`;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-doctor-'));
  try {
    refuseAddress(name, settings.url);
    if (!isBranchName(settings.branch)) throw new Error(`${JSON.stringify(settings.branch)} is not a branch name`);
    return await look(about, settings, join(folder, 'clone.git'), file);
  } catch (error) {
    const mend = `look at repositories.${name} in the configuration`;
    return { findings: [{ about, level: 'fail', seen: spoken(messageOf(error)), mend }], text: null };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function look(
  about: string,
  settings: RepositorySettings,
  folder: string,
  file: string | null,
): Promise<CheckedRepository> {
  const environment = gitEnvironment(settings);
  const git = (...args: string[]) => runGit(args, { folder, environment, timeoutMs: 30_000 });
  await prepareClone({ folder, url: settings.url, environment }, (fresh) =>
    runGit(['init', '--bare', '--quiet'], { folder: fresh, environment }),
  );
  const ref = `refs/heads/${settings.branch}`;
  const brought = '--depth=1 --no-tags --no-recurse-submodules --filter=blob:none'.split(' ');
  const fetched = await git('fetch', '--quiet', ...brought, 'origin', ref);
  if (fetched.code !== 0)
    return { findings: [{ about, level: 'fail', ...notRead(settings, saidBy(fetched)) }], text: null };
  const head = (await git('rev-parse', '--verify', 'FETCH_HEAD')).stdout.toString().trim();
  const read: Finding = { about, level: 'ok', seen: `${settings.branch} is read, at ${head.slice(0, 7)}` };
  const push = await git('push', '--dry-run', '--porcelain', '--no-verify', 'origin', `${head}:${ref}`);
  const blob = file === null ? null : await git('cat-file', 'blob', `${head}:${file}`);
  return { findings: [read, pushed(about, push)], text: blob?.code === 0 ? blob.stdout.toString() : null };
}

function saidBy({ stderr, timedOut }: GitResult): string {
  return timedOut ? 'it did not answer within 30 s' : spoken(stderr) || 'git failed';
}

function notRead({ branch, url }: RepositorySettings, said: string): Pick<Finding, 'seen' | 'mend'> {
  const mend = /couldn't find remote ref/.test(said)
    ? `make the branch ${branch}, or name another`
    : /^ssh|@/.test(url)
      ? 'look at the address, the sshKey, and the host in knownHosts'
      : 'look at the address, and at the token and its right to read';
  return { seen: `${branch} cannot be read: ${said}`, mend };
}

function pushed(about: string, result: GitResult): Finding {
  const outcome = classifyPush(result);
  if (outcome === 'pushed' || outcome.kind === 'behind')
    return {
      about,
      level: 'ok',
      seen: 'a push is allowed; rules of the server for the branch show at a real one only',
    };
  if (outcome.kind === 'refused')
    return {
      about,
      level: 'fail',
      seen: `a push is refused: ${outcome.because}`,
      mend: 'give the token or key the right to write, and let it past the protection of the branch',
    };
  return { about, level: 'fail', seen: `a push is not answered: ${outcome.because}`, mend: 'try again' };
}
