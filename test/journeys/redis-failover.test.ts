import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../src/commands/doctor.ts';
import { keyPrefix } from '../../src/doors/redis.ts';
import { type ManyRedis, startRedisCluster, startRedisWithSentinel } from '../support/redis-nodes.ts';
import { withClient } from '../support/redis-server.ts';
import { startWorld, type World } from '../support/world.ts';

/** For nodes to agree on another master, and for a worker to take on again what it waits for, on a busy machine. */
const patienceMs = 150_000;

describe.each([
  ['a Redis Cluster of three masters', startRedisCluster],
  ['a Redis with a replica under a sentinel', startRedisWithSentinel],
] as const)('%s', (_, start) => {
  let redis: ManyRedis;
  let world: World;
  beforeAll(async () => {
    redis = await start();
    world = await startWorld({ redis });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  /** Whatever a server holds, by name. */
  const keysOn = (url: string) => withClient(url, (client) => client.keys('*'));

  test('a release goes its way, and all that is written lies in one slot', async () => {
    await world.release('ana', 'web', 'dev', '1.4.2');
    const keys = (await Promise.all(redis.servers().map(({ url }) => keysOn(url)))).flat();
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((name) => !name.startsWith(`${keyPrefix}:`))).toEqual([]);
  });

  test('the master ends: what was asked before goes on, and what is asked afterwards goes, once', async () => {
    const before = await world.history();
    await world.say('ana', 'general', '/release mail production from staging');
    await world.message('releases', /asks mail/);
    const old = await redis.master();
    await old.kill();
    for (let taken = false; !taken; ) {
      const said = world.workspace.control.ephemeral('ana').length;
      await world.say('ana', 'general', '/release search dev 3.0.4');
      taken = await world
        .wait(
          'an answer',
          () => {
            if (world.messagesOf('releases-dev', /search .*3\.0\.4/).length > 0) return { is: true };
            const answers = world.workspace.control.ephemeral('ana').slice(said);
            return answers.some(({ text }) => text.includes('Not accepted')) ? { is: false } : null;
          },
          patienceMs,
        )
        .then(({ is }) => is);
    }
    await world.message('releases-dev', /search 3\.0\.4 is running in dev/, patienceMs);
    const searched = world.git.head();
    await world.click('bo', 'releases', /asks mail/, 'release.approve');
    await world.message('releases', /mail[\s\S]*1 of 2 approved/);
    await world.click('cy', 'releases', /asks mail/, 'release.approve');
    await world.wait('its commit', () => world.git.head() !== searched);
    expect((await world.history()).length - before.length).toBe(2);
    for (const [channel, about] of [
      ['releases', /mail/],
      ['releases-dev', /search.*3\.0\.4/],
    ] as const)
      expect(world.messagesOf(channel, about).filter(({ ts, thread_ts }) => (thread_ts ?? ts) === ts)).toHaveLength(1);
  }, 400_000);

  test('doctor tells of the master that has nobody behind it any more', async () => {
    const findings = await examine(world.configuration['SLUICE_CONFIG'] ?? '', world.configuration);
    const told = findings.filter(({ about, level }) => about.startsWith('redis') && level !== 'ok');
    expect(told.map(({ seen }) => seen)).toEqual([
      'has no replica that could follow it',
      expect.stringMatching(/^min-replicas-to-write 0/),
    ]);
  });
});
