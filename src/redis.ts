import { Redis } from 'ioredis';
import { messageOf, Refusal } from './errors.ts';
import type { Log } from './telemetry.ts';

export type { Redis } from 'ioredis';

/** Every key of Sluice lies under one hash tag, so that one script may touch them all on a Redis Cluster. */
export const keyPrefix = '{sluice}';

/** `key('release', id)` → `{sluice}:release:<id>`. */
export function key(...parts: readonly string[]): string {
  return [keyPrefix, ...parts].join(':');
}

export interface RedisConnection {
  /** `redis://`, `rediss://`, or `unix:///path/to/socket`. */
  readonly url: string;
  readonly password?: string;
}

/**
 * Opens a client that fails fast while Redis is away (commands reject instead of piling up in memory) and
 * reconnects by itself within a second of its return. `blocking` is what BullMQ needs for its workers.
 */
export function openRedis(
  connection: RedisConnection,
  purpose: 'commands' | 'blocking',
  onError: (message: string) => void,
): Redis {
  const options = {
    ...(connection.password === undefined ? {} : { password: connection.password }),
    connectionName: `sluice-${purpose}`,
    maxRetriesPerRequest: purpose === 'blocking' ? null : 1,
    enableOfflineQueue: purpose === 'blocking',
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
  };
  const client = connection.url.startsWith('unix://')
    ? new Redis(connection.url.slice('unix://'.length), options)
    : new Redis(connection.url, options);
  client.on('error', (error) => onError(messageOf(error)));
  return client;
}

/** Resolves when the client can take commands; rejects with the last error after `timeoutMs`. */
export async function whenReady(client: Redis, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    let last = 'no answer';
    const onError = (error: Error) => {
      last = error.message;
    };
    const settle = (act: () => void) => {
      clearTimeout(timer);
      client.off('ready', onReady);
      client.off('error', onError);
      act();
    };
    const onReady = () => settle(resolve);
    const timer = setTimeout(
      () => settle(() => reject(new Error(`Redis is not ready after ${timeoutMs} ms: ${last}`))),
      timeoutMs,
    );
    client.on('ready', onReady);
    client.on('error', onError);
  });
}

/** What Redis does when its memory is full; null where it does not tell (some managed ones forbid CONFIG). */
export async function evictionPolicy(client: Redis): Promise<string | null> {
  try {
    const answer = await client.config('GET', 'maxmemory-policy');
    const policy = Array.isArray(answer) ? answer[1] : null;
    return typeof policy === 'string' ? policy : null;
  } catch {
    return null;
  }
}

/** What the clock of the server shows. */
export async function serverTimeMs(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

/** Rejects (Refusal) where Redis evicts keys, as that would lose locks and releases without a word. */
export async function refuseEviction(redis: Redis, log: Log): Promise<void> {
  const policy = await evictionPolicy(redis);
  if (policy === null) log.warn({}, 'Redis does not tell its maxmemory-policy; make sure that it is noeviction');
  else if (policy !== 'noeviction')
    throw new Refusal(
      `Redis evicts keys (maxmemory-policy ${policy}), which would lose releases and locks. Set it to noeviction.`,
    );
}
