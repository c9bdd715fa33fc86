import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';

export interface RedisServer {
  readonly url: string;
  /** Ends it the hard way, as a power cut of the process would. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same files. */
  readonly restart: () => Promise<void>;
}

/** As durable as in production. */
const durable = { appendonly: 'yes', appendfsync: 'always', save: '', 'maxmemory-policy': 'noeviction' };

/** A `redis-server` from PATH; resolves when it answers at the URL. `under` is a program that runs another one in its own place. */
export async function startServer(
  url: string,
  folder: string,
  settings: Readonly<Record<string, string>>,
  before: readonly string[] = [],
  under: readonly string[] = [],
): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const named = before.length > 0 ? settings : { ...durable, dir: folder, ...settings };
  const args = [...before, ...Object.entries(named).flatMap(([name, value]) => [`--${name}`, value])];
  let child: ChildProcess | null = null;
  const start = async () => {
    const [program = '', ...rest] = [...under, 'redis-server', ...args];
    const started = spawn(program, rest, { stdio: 'ignore' });
    child = started;
    const failed = new Promise<never>((_, reject) => {
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${args.join(' ')}`)));
    });
    failed.catch(() => {});
    const probe = openRedis({ url }, 'commands', () => {});
    await Promise.race([whenReady(probe, 20_000), failed]).finally(() => probe.disconnect());
  };
  await start();
  return {
    url,
    restart: start,
    kill: () =>
      new Promise<void>((resolve) => {
        if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

/** A port that is free now, below those that the system hands out by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** What one server answers to one command, over a connection of its own. */
export async function askServer(url: string, ...command: readonly [string, ...(string | number)[]]): Promise<string> {
  const [name, ...args] = command;
  return withClient(url, async (client) => String(await client.call(name, ...args)));
}

/** Ends the connection in any case. */
export async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = openRedis({ url }, 'commands', () => {});
  try {
    await whenReady(client, 20_000);
    return await use(client);
  } finally {
    client.disconnect();
  }
}
