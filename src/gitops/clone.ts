import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../doors/time.ts';
import { runGit } from './git-process.ts';

export interface Clone {
  readonly folder: string;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Git holds a lock for milliseconds; one that is older was left by a process that was ended. */
const staleAfterMs = 2_000;

/**
 * Makes the folder a bare partial clone of the remote, still without its commits. One that was left half made, or that
 * is of another remote, is thrown away: a clone holds nothing that the remote does not.
 */
export async function prepareClone(clone: Clone, init: (folder: string) => Promise<unknown>): Promise<void> {
  const { folder, url } = clone;
  if (existsSync(folder)) {
    if ((await remoteOf(clone)) === url) return removeStaleLocks(clone);
    rmSync(folder, { recursive: true, force: true });
  }
  const fresh = `${folder}.new-${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await init(fresh);
  for (const [key, value] of [
    ['remote.origin.url', url],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialclonefilter', 'blob:none'],
    ['pack.window', '0'],
  ] as const) {
    const { code, stderr } = await runGit(['config', key, value], { ...clone, folder: fresh });
    if (code !== 0) throw new Error(`git config failed: ${stderr}`);
  }
  renameSync(fresh, folder);
}

async function remoteOf(clone: Clone): Promise<string> {
  const result = await runGit(['config', '--local', '--get', 'remote.origin.url'], clone);
  return result.code === 0 ? result.stdout.toString().trim() : '';
}

/** Takes away what a killed git left behind; without that, no fetch would ever go through again. */
export function removeStaleLocks({ folder }: Clone): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !(entry.name.endsWith('.lock') || entry.name.startsWith('tmp_'))) continue;
    const path = join(entry.parentPath, entry.name);
    // The times of files are the machine's, whatever clock this process was given.
    const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (systemClock.now() - writtenMs > staleAfterMs) rmSync(path, { force: true });
  }
}

/** What git says of a lock that somebody holds, or left behind. */
export function namesLock(words: string): boolean {
  return /\.lock': File exists/.test(words);
}

/** What git says of a clone that was damaged, by a power cut or a full disk; the remote cannot make it say so. */
export function namesDamage(words: string): boolean {
  return /not a git repository \(or any|bad object|is corrupt|inflate: data stream error|unable to resolve reference|reference broken|loose object|packfile .* (cannot|does not match)|index file .* (is too small|corrupt)|bad config line|did not send all necessary objects/.test(
    words,
  );
}
