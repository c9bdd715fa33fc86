import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createQueue } from '../../src/dispatch/queue.ts';
import { evictionPolicies, openRedis, whenReady } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { type PlaygroundRedis, startPlaygroundRedis } from '../../src/playground/redis.ts';
import { aPlan, aRequest } from '../support/builders.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-playground-redis-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(): Promise<PlaygroundRedis> {
  const redis = await startPlaygroundRedis(folder);
  onTestFinished(redis.close);
  return redis;
}

async function connect(redis: PlaygroundRedis) {
  const client = openRedis({ url: redis.url }, 'commands', () => {});
  onTestFinished(() => client.disconnect());
  await whenReady(client, 5_000);
  return client;
}

/** As on a machine where nobody has installed a Redis. */
async function startWithoutServer(): Promise<PlaygroundRedis> {
  vi.stubEnv('PATH', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return start();
}

describe("the playground's Redis", () => {
  it('keeps every write and evicts nothing', async () => {
    const redis = await start();
    const client = await connect(redis);
    expect(redis.keeps).toBe(true);
    expect(await evictionPolicies(client)).toEqual(['noeviction']);
    expect(await client.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    await client.set('said', 'yesterday');
    await redis.close();
    expect(await (await connect(await start())).get('said')).toBe('yesterday');
  });

  it('leaves nothing behind but its data', async () => {
    const redis = await start();
    const beside = dirname(redis.url.slice('unix://'.length));
    await redis.close();
    expect(existsSync(beside)).toBe(false);
  });

  it('ends one that outlived a killed playground before it opens the same files', async () => {
    const orphan = await start();
    const client = await connect(orphan);
    await client.set('said', 'before the kill');
    const again = await start();
    await vi.waitFor(() => expect(client.status).not.toBe('ready'));
    expect(await (await connect(again)).get('said')).toBe('before the kill');
  });

  it('says where to look when the server does not start', async () => {
    const spoiled = await start();
    await (await connect(spoiled)).set('a', 'b');
    await spoiled.close();
    writeFileSync(join(folder, 'appendonlydir', 'appendonly.aof.manifest'), 'not a manifest\n');
    await expect(startPlaygroundRedis(folder)).rejects.toThrow(/did not start; see .*redis\.log/);
  });
});

describe('the Redis in memory', () => {
  it('runs the scripts of the ledger and the queue', async () => {
    const redis = await startWithoutServer();
    expect(redis.keeps).toBe(false);
    const client = await connect(redis);
    expect(await client.eval('return redis.call("INCRBY", KEYS[1], ARGV[1])', 1, 'count', '3')).toBe(3);
    const ledger = createLedger({ redis: client, clock: systemClock });
    const { release } = await ledger.accept(aRequest(), 'payload');
    expect((await ledger.accept(aRequest(), 'payload')).kind).toBe('seen');
    const moved = await ledger.transition(
      release,
      { plan: aPlan(), state: { kind: 'queued' } },
      { event: 'release.queued' },
    );
    expect(moved.kind).toBe('done');
    expect((await ledger.transition(release, { state: { kind: 'denied' } }, { event: 'x' })).kind).toBe('moved');

    const ran: string[] = [];
    const run = async (work: string) => void ran.push(work);
    const queue = createQueue({ redisUrl: redis.url, log: quiet, run });
    queue.start();
    await queue.add('lane/gitops/main');
    await vi.waitFor(() => expect(ran).toEqual(['lane/gitops/main']), 5_000);
    await queue.stop();
  });

  it('forgets everything at its end', async () => {
    const redis = await startWithoutServer();
    await (await connect(redis)).set('said', 'yesterday');
    await redis.close();
    expect(await (await connect(await start())).get('said')).toBeNull();
  });
});
