import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { type RedisServer, startServer } from './redis-server.ts';

export interface TestRedis extends RedisServer {
  readonly close: () => Promise<void>;
}

/** A private redis-server on a unix socket, durable as in production (AOF always, noeviction); needs redis-server on PATH. */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'));
  const socket = join(folder, 'redis.sock');
  const server = await startServer(`unix://${socket}`, folder, { port: '0', unixsocket: socket });
  return {
    ...server,
    close: async () => {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same with a client of it, for tests of what talks to Redis. */
export async function startRedisWithClient(): Promise<{ readonly server: TestRedis; readonly redis: Redis }> {
  const server = await startRedis();
  const redis = openRedis({ url: server.url }, 'commands', () => {});
  await whenReady(redis, 20_000);
  return { server, redis };
}
