import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';

export interface Served {
  readonly port: number;
  readonly pid: number;
  /** Lines of its log so far. */
  readonly lines: () => readonly string[];
  /** Asks it to end, or ends it; the answer is its exit code, or the signal. */
  readonly end: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<string>;
}

const patienceMs = 120_000;

/** What a process needs of the machine, and nothing that somebody has configured there. */
export const machine: Readonly<Record<string, string>> = Object.fromEntries(
  ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

const production = resolve(import.meta.dirname, '../../src/main.ts');
/** The same, where nobody waits for Slack's limits. */
export const hurried = resolve(import.meta.dirname, 'hurried-main.ts');

export interface ServeOptions {
  /** Of Node. */
  readonly flags?: readonly string[];
  /** A file that takes its log; without one all of it is kept in memory. */
  readonly log?: string;
  /** What goes before the command: the name of a program that runs another one in its own place. */
  readonly under?: readonly string[];
}

/** `serve` as it is started in production: src/main.ts in a process of its own. Rejects with its last words where it does not get ready. */
export async function serve(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  main = production,
  { flags = [], log, under = [] }: ServeOptions = {},
): Promise<Served> {
  const [program = '', ...rest] = [...under, process.execPath, ...flags, main, ...args];
  const child = spawn(program, rest, {
    env: { ...machine, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<string>((done) => child.once('exit', (code, signal) => done(signal ?? `exit ${code}`)));
  const { said, ready } = listen(child, log);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready after ${patienceMs} ms:\n${said()}`)), patienceMs);
  });
  const died = gone.then((how) => Promise.reject(new Error(`ended (${how}) before it was ready:\n${said()}`)));
  died.catch(() => {});
  try {
    const port = await Promise.race([ready, late, died]);
    return {
      port,
      pid: child.pid ?? 0,
      lines: () => said().split('\n'),
      end: async (signal = 'SIGTERM') => {
        child.kill(signal);
        return gone;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function listen(child: ChildProcess, log: string | undefined) {
  const file = log === undefined ? null : createWriteStream(log, { flags: 'a' });
  child.once('close', () => file?.end());
  let text = '';
  let isReady = false;
  const ready = new Promise<number>((found) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        file?.write(chunk);
        if (isReady && file !== null) return;
        text += chunk.toString();
        const port = isReady ? undefined : /"port":(\d+),"msg":"Sluice is ready"/.exec(text)?.[1];
        if (port === undefined) return;
        isReady = true;
        found(Number(port));
      });
  });
  return { said: () => text, ready };
}
