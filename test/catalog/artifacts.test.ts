import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createArtifacts } from '../../src/catalog/artifacts.ts';
import { createBells } from '../../src/doors/bell.ts';
import { openRedis, type Redis } from '../../src/doors/redis.ts';
import { createMarks } from '../../src/ledger/marks.ts';
import { aClock, anArtifact, at, digest, noonMs, sha } from '../support/builders.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

test('while Redis is away, what is looked up says so in words for people, and may be tried again', async () => {
  const gone = openRedis({ url: 'unix:///nowhere/redis.sock' }, 'commands', () => {});
  const { get, rows } = createArtifacts(gone);
  const { rings } = createBells(gone);
  for (const look of [() => get('web', '1.4.2'), () => rows('web'), () => rings('groups')])
    await expect(look()).rejects.toMatchObject({ name: 'Retryable', message: 'Redis cannot be reached' });
  gone.disconnect();
});

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

  test('is due to be looked at from the moment that it is kept, and not when it is posted again', async () => {
    const artifacts = createArtifacts(redis);
    const marks = createMarks({ redis, clock: aClock() });
    await Promise.all([1, 2, 3].map(() => artifacts.add(anArtifact())));
    const [due, ...others] = await marks.due(noonMs);
    expect(due?.work).toBe('artifact/web/1.4.2');
    expect(others).toEqual([]);
    await marks.settle(due?.work ?? '', due?.mark ?? '');
    await artifacts.add(anArtifact());
    await artifacts.add(anArtifact({ checks: [{ name: 'ci', state: 'passed', at: at() }] }));
    expect(await marks.due(noonMs)).toEqual([]);
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

  test('renews the checks of the same artifact, each by its time, and nothing else', async () => {
    const artifacts = createArtifacts(redis);
    const ci = { name: 'ci', state: 'passed', at: at() } as const;
    const scan = { name: 'scan', state: 'pending', at: at() } as const;
    const vulnerabilities = { critical: 1, high: 0, medium: 0, low: 0, at: at() };
    await artifacts.add(anArtifact({ checks: [ci, scan] }));
    const passed = { ...scan, state: 'passed', at: at(1_000), url: 'https://ci.test/1' } as const;
    expect(await artifacts.add(anArtifact({ author: 'Eve', checks: [passed], vulnerabilities }))).toEqual({
      kind: 'renewed',
    });
    const kept = anArtifact({ checks: [ci, passed], vulnerabilities });
    expect(await artifacts.get('web', '1.4.2')).toEqual(kept);
    const late = { ...passed, state: 'failed', at: at(500) } as const;
    const lateScan = { ...vulnerabilities, critical: 0, at: at(-1) };
    expect(await artifacts.add(anArtifact({ checks: [late], vulnerabilities: lateScan }))).toEqual({ kind: 'same' });
    expect(await artifacts.add(anArtifact({ digest: digest('ee'), checks: [passed] }))).toMatchObject({
      kind: 'differs',
    });
    expect(await artifacts.get('web', '1.4.2')).toEqual(kept);
    expect(await artifacts.rows('web')).toHaveLength(1);
  });

  test('keeps every check that is posted at the same moment', async () => {
    const artifacts = createArtifacts(redis);
    const names = Array.from({ length: 20 }, (_, index) => `check-${index}`);
    await Promise.all(
      names.map((name) => artifacts.add(anArtifact({ checks: [{ name, state: 'passed', at: at() }] }))),
    );
    const kept = await artifacts.get('web', '1.4.2');
    expect(kept?.checks?.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  test('keeps what was posted last where there are more checks than it takes', async () => {
    const artifacts = createArtifacts(redis);
    const checks = (from: number) =>
      Array.from({ length: 50 }, (_, index) => ({ name: `${from + index}`, state: 'passed', at: at() }) as const);
    await artifacts.add(anArtifact({ checks: checks(0) }));
    await artifacts.add(anArtifact({ checks: [{ name: '0', state: 'failed', at: at(1) }, ...checks(60).slice(0, 1)] }));
    const kept = (await artifacts.get('web', '1.4.2'))?.checks ?? [];
    expect(kept).toHaveLength(50);
    expect(kept.slice(-2).map(({ name, state }) => `${name} ${state}`)).toEqual(['0 failed', '60 passed']);
  });

  test('what is forgotten may come again, and no other content under its version', async () => {
    const artifacts = createArtifacts(redis, 1, 3);
    const old = (number: number) => anArtifact({ version: `1.4.${number}`, builtAt: at(number * 1_000) });
    for (const number of [1, 2, 3]) expect((await artifacts.add(old(number))).kind).toBe('added');
    expect(await artifacts.get('web', '1.4.2')).toBeNull();
    for (const other of [{ digest: digest('ee') }, { commit: sha('ee') }, { image: 'registry.acme.test/other' }])
      expect(await artifacts.add({ ...old(2), ...other })).toEqual({ kind: 'differs' });
    expect(await artifacts.add(old(2))).toEqual({ kind: 'added' });
    // Nothing is known for ever: the oldest gives way.
    await artifacts.add(old(4));
    expect(await artifacts.add({ ...old(1), digest: digest('ee') })).toEqual({ kind: 'added' });
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
