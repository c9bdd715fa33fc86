import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pause } from '../doors/time.ts';
import { commandOf } from './processes.ts';

export interface AppProcess {
  readonly port: () => number;
  /** Settles when commands can be taken; rejects where the app keeps dying or takes too long. */
  readonly ready: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface AppProcessOptions {
  readonly company: { readonly environment: Readonly<Record<string, string>> };
  /** Of its log, app.log. */
  readonly folder: string;
  readonly port?: number | undefined;
  readonly say: (line: string) => void;
}

const main = join(import.meta.dirname, '../main.ts');
const readyMs = 60_000;
const stopMs = 15_000;
const keptLogBytes = 5_000_000;
const deathsBeforeReady = 3;
const stableMs = 60_000;

/** The real app with ordinary configuration, in a process of its own; started again when it dies, and said so. */
export function startAppProcess({ company, folder, port: wanted, say }: AppProcessOptions): AppProcess {
  const log = join(folder, 'app.log');
  const large = existsSync(log) && statSync(log).size > keptLogBytes;
  const output = createWriteStream(log, { flags: large ? 'w' : 'a' });
  output.on('error', () => {});
  let stopping = false;
  let child: ChildProcess | null = null;
  let port = 0;
  let deaths = 0;

  const begin = async () => {
    port = await freePort(port === 0 ? wanted : port);
    if (stopping) return;
    // Not in the terminal's process group: Ctrl-C reaches it through us, in order.
    const started = spawn(process.execPath, [main, 'serve'], {
      env: { ...process.env, ...company.environment, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child = started;
    const since = performance.now();
    writeFileSync(pidFile(folder), String(started.pid ?? ''));
    started.stdout.pipe(output, { end: false });
    started.stderr.pipe(output, { end: false });
    started.once('exit', (code, signal) => {
      if (stopping) return;
      deaths = performance.now() - since > stableMs ? 1 : deaths + 1;
      const seconds = Math.min(2 ** (deaths - 1), 30);
      const how = signal ?? `exit ${code}`;
      say(
        `The app ended (${how}) and is started again in ${seconds} s. Its last lines, from ${log}:\n${lastLines(log)}`,
      );
      setTimeout(() => void begin(), seconds * 1_000).unref();
    });
  };
  const begun = begin();

  return {
    port: () => port,
    ready: async () => {
      await begun;
      const until = performance.now() + readyMs;
      while (performance.now() < until && deaths < deathsBeforeReady && !stopping) {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
        if (answer?.status === 200) {
          deaths = 0;
          return;
        }
        await pause(100);
      }
      throw new Error(`The app does not get ready; see ${log}`);
    },
    stop: async () => {
      stopping = true;
      await begun;
      if (child !== null) await ended(child);
      output.end();
      rmSync(pidFile(folder), { force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const hard = setTimeout(() => child.kill('SIGKILL'), stopMs);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function pidFile(folder: string): string {
  return join(folder, 'app.pid');
}

/** An app that outlived a killed playground would answer beside the new one. */
export async function endLeftoverApp(folder: string): Promise<void> {
  const path = pidFile(folder);
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  rmSync(path, { force: true });
  // The number may belong to somebody else by now.
  const runs = () => commandOf(pid).includes(`${main} serve`);
  if (!Number.isInteger(pid) || pid <= 1 || !runs()) return;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; runs() && waited < stopMs; waited += 100) await pause(100);
  if (runs()) process.kill(pid, 'SIGKILL');
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-8)
      .map((line) => `  ${line.slice(0, 300)}`)
      .join('\n');
  } catch {
    return '';
  }
}

/** The wanted port where it is free, else any. */
function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      wanted === 0 ? reject(new Error('no port is free')) : freePort(0).then(resolve, reject),
    );
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
