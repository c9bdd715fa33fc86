import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { Retryable } from '../doors/errors.ts';

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Ended by us because it took too long or said too much. */
  readonly timedOut: boolean;
}

export interface GitCall {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: Buffer | string;
  readonly timeoutMs?: number;
}

const outputLimit = 64_000_000;
/** Three pipes of two ends each, and what the system opens to start a process. */
const handlesOfOne = 12;

/**
 * Throws Retryable where this process has not the file handles that one more git takes: simple-git hears too late that its
 * child has none, and the unheard error would end the service.
 */
export function refuseWithoutHandles(): void {
  const opened: number[] = [];
  try {
    while (opened.length < handlesOfOne) opened.push(openSync(devNull, 'r'));
  } catch (error) {
    throw new Retryable(noHandles, { cause: error });
  } finally {
    for (const handle of opened) closeSync(handle);
  }
}

export const noHandles = 'git cannot be started, as this process has too many open files';

/**
 * Starts git in a process group of its own. `onError` hears why where it cannot be started, and the answer is null where
 * not even the pipes to it could be opened, as in a process without free file handles.
 */
export function startGit(
  args: readonly string[],
  { folder, environment }: Pick<GitCall, 'folder' | 'environment'>,
  onError: (error: Error) => void,
): ChildProcessWithoutNullStreams | null {
  const child = spawn('git', [...args], { cwd: folder, env: environment, detached: true, stdio: 'pipe' });
  child.once('error', onError);
  // Node leaves them out where there are no handles, whatever its types say.
  return (child.stdout as unknown) === undefined ? null : child;
}

/**
 * Runs git once, in a process group of its own, so that its helpers (git-remote-https, ssh) end with it.
 * Rejects only where git cannot be started.
 */
export function runGit(args: readonly string[], call: GitCall): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const child = startGit(args, call, (error) => {
      clearTimeout(timer);
      reject(error);
    });
    if (child === null) return;
    const out: Buffer[] = [];
    let size = 0;
    let errors = '';
    let timedOut = false;
    const end = () => {
      timedOut = true;
      endGroup(child.pid);
    };
    timer = setTimeout(end, call.timeoutMs ?? 30_000);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputLimit) end();
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < 20_000) errors += chunk.toString();
    });
    // git may end without reading its input; that is told by its exit code.
    child.stdin.on('error', () => {});
    child.once('close', (code) => {
      clearTimeout(timer);
      // Ended by a signal is no answer: 1 would read as git's "no".
      resolve({ code: code ?? 137, stdout: Buffer.concat(out), stderr: errors, timedOut });
    });
    child.stdin.end(call.input ?? '');
  });
}

/** Ends a process that was started as a group of its own, and the helpers that it started. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

/** What git says, without colours, control characters and the noise of several lines; at most 300 characters. */
export function spoken(text: string): string {
  const lines = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what is taken out
    .replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
    // A login in the address of a remote.
    .replace(/(\/\/)[^/\s@]*@/g, '$1***@')
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replace(/^(remote: |error: |fatal: |hint: .*)/, '')
        .replace(/\p{Cc}|\p{Cf}/gu, ' ')
        .trim(),
    )
    .filter((line) => line !== '' && !line.startsWith('To '));
  return lines.join('; ').slice(0, 300);
}
