import { Cluster, Redis as OneRedis } from 'ioredis';
import { messageOf, Refusal, Retryable } from './errors.ts';
import { type RedisPlace, readRedisUrl } from './redis-url.ts';
import type { Log } from './telemetry.ts';
import { steadyClock } from './time.ts';

/** A client of one server, of whichever master its sentinels name, or of a cluster. */
export type Redis = OneRedis | Cluster;
export type RedisServer = OneRedis;

/** Every key of Sluice lies under one hash tag, so that one script may touch them all on a Redis Cluster. */
export const keyPrefix = '{sluice}';

/** `key('release', id)` → `{sluice}:release:<id>`. */
export function key(...parts: readonly string[]): string {
  return [keyPrefix, ...parts].join(':');
}

export interface RedisConnection {
  /** In one of the forms of `readRedisUrl`. */
  readonly url: string;
}

/** A server that holds the connection and answers nothing for so long is left; no command blocks for longer than 1 s. */
const silentMs = 10_000;
const retryStrategy = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000);

/**
 * Opens a client that fails fast while Redis is away (commands reject instead of piling up in memory) and
 * reconnects by itself within a second of its return, to whichever node is the master then. `blocking` is what BullMQ
 * needs for its workers. A Refusal where the URL cannot be read.
 */
export function openRedis(
  connection: RedisConnection,
  purpose: 'commands' | 'blocking',
  onError: (message: string) => void,
): Redis {
  const client = connect(readRedisUrl(connection.url), {
    connectionName: `sluice-${purpose}`,
    maxRetriesPerRequest: purpose === 'blocking' ? null : 1,
    enableOfflineQueue: purpose === 'blocking',
    socketTimeout: silentMs,
  });
  for (const event of errorEvents) client.on(event, (error: Error) => onError(messageOf(error)));
  return client;
}

/** A cluster tells of one node's trouble by an event of its own. */
const errorEvents = ['error', 'node error'] as const;

interface Purpose {
  readonly connectionName: string;
  readonly maxRetriesPerRequest: number | null;
  readonly enableOfflineQueue: boolean;
  readonly socketTimeout: number;
}

function connect(place: RedisPlace, purpose: Purpose): Redis {
  const options = { ...purpose, retryStrategy };
  if (place.kind === 'one')
    return place.url.startsWith('unix://')
      ? new OneRedis(place.url.slice('unix://'.length), options)
      : new OneRedis(place.url, options);
  if (place.kind === 'sentinel') {
    const { sentinels, name, db, login, sentinelLogin } = place;
    return new OneRedis({
      ...options,
      ...login,
      sentinels: [...sentinels],
      name,
      db,
      sentinelUsername: sentinelLogin.username,
      sentinelPassword: sentinelLogin.password,
      sentinelRetryStrategy: retryStrategy,
      sentinelCommandTimeout: 2_000,
      connectTimeout: 3_000,
      ...(place.tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    });
  }
  const { enableOfflineQueue, ...own } = purpose;
  const cluster = new Cluster([...place.nodes], {
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    // Until the others have agreed on who follows a master that is gone, they send everybody back to it.
    retryDelayOnMoved: 100,
    redisOptions: { ...own, ...place.login, ...(place.tls ? { tls: {} } : {}) },
    // Certificates are made out to names.
    ...(place.tls
      ? { dnsLookup: (host: string, found: (error: null, host: string) => void) => found(null, host) }
      : {}),
  });
  return unending(cluster);
}

/**
 * BullMQ closes the connection of a worker and opens it again where a cluster has lost its nodes. ioredis takes a close for
 * the last word until a connection stands: where the first node that it asks is away, it would never try again.
 */
function unending(cluster: Cluster): Cluster {
  const connectAgain = cluster.connect.bind(cluster);
  const duplicate = cluster.duplicate.bind(cluster);
  cluster.connect = () => {
    Reflect.set(cluster, 'manuallyClosing', false);
    return connectAgain();
  };
  cluster.duplicate = ((...args: Parameters<typeof duplicate>) =>
    unending(duplicate(...args) as Cluster)) as typeof cluster.duplicate;
  return cluster;
}

const lostConnection =
  /writeable|Connection is closed|ECONN|ETIMEDOUT|EPIPE|ENOENT|max retries|isn't ready|startup nodes|slots cache|Cluster redirections|sentinels are unreachable/i;

/** What Redis said, in words that may be shown to people. */
export function unavailable(error: unknown): Retryable {
  const said = messageOf(error);
  const words = lostConnection.test(said)
    ? 'Redis cannot be reached'
    : `Redis did not take a command: ${said}. It is tried again when Redis is back.`;
  return new Retryable(words, { cause: error });
}

/** Runs commands; whatever Redis or the connection throws becomes Retryable. */
export async function onRedis<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Retryable ? error : unavailable(error);
  }
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
      for (const event of errorEvents) client.off(event, onError);
      act();
    };
    const onReady = () => settle(resolve);
    const timer = setTimeout(
      () => settle(() => reject(new Error(`Redis is not ready after ${timeoutMs} ms: ${last}`))),
      timeoutMs,
    );
    client.on('ready', onReady);
    for (const event of errorEvents) client.on(event, onError);
  });
}

/** The servers that hold what Sluice writes, the master first; behind sentinels the master alone, under its name there. */
export async function holdersOf(client: Redis): Promise<{ readonly address: string; readonly server: RedisServer }[]> {
  if (!(client instanceof Cluster)) return [{ address: client.options.name ?? addressOf(client), server: client }];
  const slot = Number(await client.cluster('KEYSLOT', keyPrefix));
  const order = client.slots[slot] ?? [];
  return client
    .nodes('all')
    .map((server) => ({ address: addressOf(server), server }))
    .filter(({ address }) => order.includes(address))
    .sort((a, b) => order.indexOf(a.address) - order.indexOf(b.address));
}

function addressOf({ options }: RedisServer): string {
  return `${options.host}:${options.port}`;
}

/** Whether another server may follow the one that takes the writes now. */
export function hasReplicas(client: Redis): boolean {
  return client instanceof Cluster || client.options.sentinels !== null;
}

const replicaMs = 1_000;
/** Until when nobody is asked again whether a replica keeps up, by `steadyClock`. */
const unasked = new WeakMap<Redis, number>();

/**
 * Behind sentinels and in a cluster a replica may follow the master at any moment, and what it has not got is lost. Resolves
 * when one has everything that this client has written so far to the server that holds `place`; after a second without a
 * word it goes on all the same, and asks again after ten.
 */
export async function replicated(client: Redis, place: string): Promise<void> {
  if (!hasReplicas(client) || steadyClock.now() < (unasked.get(client) ?? 0)) return;
  // The first command leads the other to the same server.
  const answers = await client.pipeline().exists(place).wait(1, replicaMs).exec();
  if (answers?.[1]?.[1] === 0) unasked.set(client, steadyClock.now() + 10 * replicaMs);
}

/** What Redis does when its memory is full, on each server; null where it does not tell (some managed ones forbid CONFIG). */
export async function evictionPolicies(client: Redis): Promise<(string | null)[]> {
  return Promise.all(
    (await holdersOf(client)).map(async ({ server }) => {
      try {
        const answer = await server.config('GET', 'maxmemory-policy');
        const policy = Array.isArray(answer) ? answer[1] : null;
        return typeof policy === 'string' ? policy : null;
      } catch {
        return null;
      }
    }),
  );
}

/** What the clock of the server shows. */
export async function serverTimeMs(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

/** Rejects (Refusal) where Redis evicts keys, as that would lose locks and releases without a word. */
export async function refuseEviction(redis: Redis, log: Log): Promise<void> {
  const policies = await evictionPolicies(redis);
  const evicting = policies.find((policy) => policy !== null && policy !== 'noeviction');
  if (evicting !== undefined)
    throw new Refusal(
      `Redis evicts keys (maxmemory-policy ${evicting}), which would lose releases and locks. Set it to noeviction.`,
    );
  if (policies.includes(null))
    log.warn({}, 'Redis does not tell its maxmemory-policy; make sure that it is noeviction');
}
