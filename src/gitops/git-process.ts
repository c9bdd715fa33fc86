import { spawn } from 'node:child_process';

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

/**
 * Runs git once, in a process group of its own, so that its helpers (git-remote-https, ssh) end with it.
 * Rejects only where git cannot be started.
 */
export function runGit(args: readonly string[], call: GitCall): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...args], { cwd: call.folder, env: call.environment, detached: true, stdio: 'pipe' });
    const out: Buffer[] = [];
    let size = 0;
    let errors = '';
    let timedOut = false;
    const end = () => {
      timedOut = true;
      endGroup(child.pid);
    };
    const timer = setTimeout(end, call.timeoutMs ?? 30_000);
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
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
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
