import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { pause } from '../../src/doors/time.ts';
import { askServer, startServer } from '../support/redis-server.ts';
import { startReplica } from '../support/replica.ts';
import { samplesOf } from '../support/scrape.ts';
import type { Served } from '../support/serve.ts';
import { type SmallDisk, startSmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { startWorld, type World } from '../support/world.ts';

/** How often each trouble comes: TIMES=100 takes long. */
const times = Number(process.env['TIMES'] ?? 1);
const whyNot = whyNoSmallDisk();

let folder: string;
let world: World;
let app: Served;
let disks: { readonly redis: SmallDisk; readonly clones: SmallDisk };
beforeAll(async () => {
  if (whyNot !== null) return;
  folder = mkdtempSync(join(tmpdir(), 'sluice-no-room-'));
  const data = join(folder, 'redis');
  const redisDisk = await startSmallDisk(data, 16);
  const socket = join(folder, 'redis.sock');
  const settings = { port: '0', unixsocket: socket, dir: data, appendfsync: 'everysec' };
  const redis = await startServer(`unix://${socket}`, data, settings, [], redisDisk.under);
  world = await startWorld({ idle: true, redis: { ...redis, close: redis.kill } });
  const clones = join(dirname(world.configuration['SLUICE_CONFIG'] ?? ''), 'clones-small');
  disks = { redis: redisDisk, clones: await startSmallDisk(clones, 4) };
  app = await startReplica('small', world.configuration, 0, { under: disks.clones.under });
});
afterAll(async () => {
  await app?.end('SIGKILL');
  await world?.close();
  disks?.clones.close();
  disks?.redis.close();
  if (whyNot === null) rmSync(folder, { recursive: true, force: true });
});

/** A call to Slack that failed meanwhile is tried again later and later, and a release that waits for it is looked at each 15 s. */
const patienceMs = 80_000;

let turn = 0;
/** Another version of web each time, in turn. */
const nextVersion = () => {
  turn += 1;
  return turn % 2 === 1 ? '1.4.2' : '1.4.1';
};

async function metric(name: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${app.port}/metrics`)).text();
  return samplesOf(text).find((sample) => sample.name === name)?.value;
}

const told = (words: RegExp) => world.messagesOf('releases-dev', words).filter(({ text }) => !text.startsWith('Over'));

/** What was asked for while something was out of room waits, is noticed, and goes by itself when there is room again. */
async function waitsAndGoes(begin: () => void, end: () => void, isNoticed: () => boolean): Promise<void> {
  const before = await world.history();
  const version = nextVersion();
  begin();
  try {
    await world.say('ana', 'general', `/release web dev ${version}`);
    await world.wait('a word of the trouble', isNoticed);
  } finally {
    end();
  }
  const running = new RegExp(`web ${version.replaceAll('.', '\\.')} is running in dev`);
  await world.message('releases-dev', running, patienceMs).catch((error: unknown) => {
    throw new Error(`Sluice has logged:\n${app.lines().slice(-30).join('\n')}`, { cause: error });
  });
  const after = await world.history();
  expect(after.filter((commit) => !before.includes(commit))).toHaveLength(1);
  await world.wait('the end of the trouble', () => told(/cannot be reached/).length === 0);
}

describe.skipIf(whyNot !== null)(
  `out of room, ${times} times${whyNot === null ? '' : ` (${whyNot})`}`,
  { timeout: 150_000 },
  () => {
    const rounds = Array.from({ length: times }, (_, round) => round + 1);

    test.each(rounds)('the disk of the clones is full (%d)', async () => {
      await waitsAndGoes(disks.clones.fill, disks.clones.free, () => told(/No space left on device/).length > 0);
    });

    test.each(rounds)('the disk of the clones is read-only (%d)', async () => {
      await waitsAndGoes(disks.clones.readOnly, disks.clones.writable, () => told(/Read-only file system/).length > 0);
    });

    test.each(rounds)('the process may open no more files (%d)', async () => {
      const limit = (handles: number) => {
        const { status, stderr } = spawnSync('prlimit', ['--pid', String(app.pid), `--nofile=${handles}:`]);
        if (status !== 0) throw new Error(`prlimit failed: ${stderr}`);
      };
      const since = app.lines().length;
      // Nor can it call Slack: who looks after it sees that nothing answers at its port, and the log.
      await waitsAndGoes(
        () => limit(20),
        () => limit(1_024),
        () =>
          app
            .lines()
            .slice(since)
            .some((line) => /too many open files|EMFILE|fetch failed/.test(line)),
      );
    });

    test.each(rounds)('the disk of Redis is full: nothing is accepted, and the metrics show it (%d)', async () => {
      const version = nextVersion();
      disks.redis.fill();
      const redis = openRedis({ url: world.redis.url }, 'commands', () => {});
      await whenReady(redis, 10_000);
      const writes = () =>
        redis.set('room', 'x'.repeat(100)).then(
          () => true,
          () => false,
        );
      while (await writes()) await pause(50);
      expect(await metric('sluice_redis_up')).toBe(0);
      await world.say('ana', 'general', `/release web dev ${version}`);
      expect(await world.whispered('ana', 'general', /Not accepted/)).toContain(`/release web dev ${version}`);
      disks.redis.free();
      while (!(await writes())) await pause(50);
      redis.disconnect();
      expect(await metric('sluice_redis_up')).toBe(1);
      await world.release('ana', 'web', 'dev', version);
    });

    test.each(rounds)(
      'the disk of Redis is full and each write is flushed: Redis ends, and has what it had taken (%d)',
      async () => {
        const version = nextVersion();
        const redis = openRedis({ url: world.redis.url }, 'commands', () => {});
        await whenReady(redis, 10_000);
        await redis.config('SET', 'appendfsync', 'always');
        disks.redis.fill();
        let taken = 0;
        const takes = (value: number) =>
          redis.set('taken', value).then(
            () => true,
            () => false,
          );
        while (await takes(taken + 1)) taken += 1;
        redis.disconnect();
        await world.say('ana', 'general', `/release web dev ${version}`);
        await world.whispered('ana', 'general', /Not accepted/);
        disks.redis.free();
        await world.redis.restart();
        expect(Number(await askServer(world.redis.url, 'GET', 'taken'))).toBeGreaterThanOrEqual(taken);
        while ((await metric('sluice_redis_up')) !== 1) await pause(50);
        await world.release('ana', 'web', 'dev', version);
      },
    );
  },
);
