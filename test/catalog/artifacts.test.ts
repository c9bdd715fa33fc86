import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createArtifacts } from '../../src/catalog/artifacts.ts';
import { openRedis, type Redis, whenReady } from '../../src/redis.ts';
import { anArtifact, at, digest, sha } from '../support/builders.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = openRedis({ url: server.url }, 'commands', () => {});
  await whenReady(redis, 10_000);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

describe('the store of artifacts', () => {
  test('keeps a version for good', async () => {
    const artifacts = createArtifacts(redis);
    const artifact = anArtifact();
    expect(await artifacts.add(artifact)).toEqual({ kind: 'added' });
    expect(await artifacts.add({ ...artifact, author: 'Somebody else' })).toEqual({ kind: 'same' });
    for (const other of [{ digest: digest('ee') }, { image: 'evil.test/web' }, { commit: sha('ee') }])
      expect(await artifacts.add({ ...artifact, ...other })).toEqual({ kind: 'differs', existing: artifact });
    expect(await artifacts.get('web', '1.4.2')).toEqual(artifact);
  });

  test('of two contents posted at the same moment one alone is taken', async () => {
    const artifacts = createArtifacts(redis);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        artifacts.add(anArtifact({ digest: digest(index % 2 === 0 ? 'aa' : 'bb') })),
      ),
    );
    const kinds = answers.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'added')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'same')).toHaveLength(9);
    expect(kinds.filter((kind) => kind === 'differs')).toHaveLength(10);
  });

  test('lists newest first by the time of the build, not of the post', async () => {
    const artifacts = createArtifacts(redis);
    for (const [version, hoursAgo] of [
      ['1.4.1', 3],
      ['1.4.3', 1],
      ['1.4.2', 2],
    ] as const)
      await artifacts.add(anArtifact({ version, builtAt: at(-hoursAgo * 3_600_000) }));
    expect((await artifacts.rows('web')).map(({ version }) => version)).toEqual(['1.4.3', '1.4.2', '1.4.1']);
    expect(await artifacts.rows('api')).toEqual([]);
  });

  test('forgets the oldest, so that nothing grows without end', async () => {
    const artifacts = createArtifacts(redis, 3);
    for (let index = 0; index < 5; index += 1)
      await artifacts.add(anArtifact({ version: `1.0.${index}`, builtAt: at(index * 1000) }));
    expect((await artifacts.rows('web')).map(({ version }) => version)).toEqual(['1.0.4', '1.0.3', '1.0.2']);
    expect(await artifacts.get('web', '1.0.0')).toBeNull();
  });
});
