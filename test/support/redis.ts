import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRedis, whenReady } from '../../src/redis.ts';

export interface TestRedis {
  readonly url: string;
  /** Ends the server the hard way, as a power cut of the process would. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same files. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A private redis-server on a unix socket, durable as in production (AOF always, noeviction); needs redis-server on PATH. */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'));
  const socket = join(folder, 'redis.sock');
  const url = `unix://${socket}`;
  let child: ChildProcess | null = null;
  const start = async () => {
    const settings = [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--dir',
      folder,
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
      '--save',
      '',
    ];
    child = spawn('redis-server', [...settings, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
    const failed = new Promise<never>((_, reject) => child?.once('error', reject));
    const probe = openRedis({ url }, 'commands', () => {});
    await Promise.race([whenReady(probe, 10_000), failed]).finally(() => probe.disconnect());
  };
  const kill = () =>
    new Promise<void>((resolve) => {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  await start();
  return {
    url,
    kill,
    restart: start,
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
