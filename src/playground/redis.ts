import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRedis, whenReady } from '../doors/redis.ts';
import { pause } from '../doors/time.ts';

export interface PlaygroundRedis {
  readonly url: string;
  /** Whether what is written outlives the process. */
  readonly keeps: boolean;
  readonly close: () => Promise<void>;
}

const programs = ['redis-server', 'valkey-server'];
const startMs = 10_000;

/**
 * Starts with nothing where `empty` is said, else with what the folder has kept.
 * `redis-server` or `valkey-server` from PATH, as durable as in production; else one that lives in a child process and
 * keeps nothing. Both outlive a kill of the app.
 */
export async function startPlaygroundRedis(
  folder: string,
  options: { readonly empty?: boolean } = {},
): Promise<PlaygroundRedis> {
  await endLeftover(folder);
  if (options.empty === true) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const started = await startServer(program, folder);
    if (started !== null) return started;
  }
  return startInMemory();
}

async function startServer(program: string, folder: string): Promise<PlaygroundRedis | null> {
  // A socket's path may have about 100 characters, which a deep folder exceeds.
  const socket = join(mkdtempSync(join(tmpdir(), 'sluice-')), 'redis.sock');
  const forget = () => rmSync(dirname(socket), { recursive: true, force: true });
  const settings = Object.entries({
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
    logfile: join(folder, 'redis.log'),
  }).flatMap(([name, value]) => [`--${name}`, value]);
  // In a process group of its own, so that Ctrl-C in a terminal does not end it before the app.
  const child = spawn(program, settings, { stdio: 'ignore', detached: true });
  const missing = new Promise<'missing'>((resolve) => child.once('error', () => resolve('missing')));
  const ended = new Promise<'ended'>((resolve) => child.once('exit', () => resolve('ended')));
  const url = `unix://${socket}`;
  const probe = openRedis({ url }, 'commands', () => {});
  const ready = whenReady(probe, startMs).then(() => 'ready' as const);
  const outcome = await Promise.race([missing, ended, ready]).finally(() => probe.disconnect());
  ready.catch(() => {});
  if (outcome !== 'ready') forget();
  if (outcome === 'missing') return null;
  if (outcome === 'ended') throw new Error(`${program} did not start; see ${join(folder, 'redis.log')}`);
  writeFileSync(leftoverNote(folder), socket);
  return { url, keeps: true, close: () => end(child).then(forget) };
}

function leftoverNote(folder: string): string {
  return join(folder, 'socket');
}

/** A server that outlived a killed playground has the same files open, and two on one append-only file spoil it. */
async function endLeftover(folder: string): Promise<void> {
  const note = leftoverNote(folder);
  const socket = existsSync(note) ? readFileSync(note, 'utf8') : '';
  if (socket === '' || !existsSync(socket)) return;
  const client = openRedis({ url: `unix://${socket}` }, 'commands', () => {});
  const answers = await whenReady(client, 1_000).then(
    () => true,
    () => false,
  );
  // Its answer is the end of the connection.
  if (answers) await client.shutdown('NOSAVE').catch(() => {});
  client.disconnect();
  for (let waited = 0; answers && existsSync(socket) && waited < startMs; waited += 50) await pause(50);
  rmSync(dirname(socket), { recursive: true, force: true });
}

async function startInMemory(): Promise<PlaygroundRedis> {
  const child = fork(join(import.meta.dirname, 'redis-child.ts'), {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the Redis that lives in memory did not start')));
  });
  return { url, keeps: false, close: () => end(child) };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const hard = setTimeout(() => child.kill('SIGKILL'), 3_000);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
