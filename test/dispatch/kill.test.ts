import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Redis, whenReady } from '../../src/doors/redis.ts';
import { instantOf, pause, systemClock } from '../../src/doors/time.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { aRequest } from '../support/builders.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';
import type { Orders } from './process.ts';

let server: TestRedis;
let redis: Redis;
let ledger: Ledger;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
  ledger = createLedger({ redis, clock: systemClock });
});
beforeEach(async () => {
  await redis.flushall();
  folder = mkdtempSync(join(tmpdir(), 'sluice-remote-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(ended));
  rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** What a killed worker has left is taken on sooner than in production, which shows in one test alone. */
const soon = { lockDurationMs: 600, stalledIntervalMs: 200 };

/** A process that does the work of dispatch until it is ended. */
function worker(orders: Partial<Orders> = {}) {
  const whole: Orders = { url: server.url, remote: join(folder, 'remote'), queue: soon, ...orders };
  const child = fork(join(import.meta.dirname, 'process.ts'), [JSON.stringify(whole)], { execArgv: [] });
  children.push(child);
  const heard: string[] = [];
  child.on('message', (step) => heard.push(String(step)));
  return {
    child,
    hears: (step: string) => until(() => heard.includes(step), `the worker comes to ${step}`),
    dies: () => until(() => child.signalCode !== null, 'the worker ends itself'),
  };
}

async function until(isSo: () => boolean | Promise<boolean>, what: string, withinMs = 15_000): Promise<number> {
  const beganMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - beganMs > withinMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await pause(20);
  }
  return performance.now() - beganMs;
}

const landed = () => {
  const path = join(folder, 'remote');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((line) => line.split(' ')[1]);
};
const written = async () => (await ledger.history({ limit: 100 })).filter(({ state }) => state.kind === 'written');
const ask = async (services: readonly string[]) =>
  Promise.all(
    services.map(async (service) => (await ledger.accept(aRequest({ service }), `for ${service}`)).release.id),
  );

test.each([
  'consider.before',
  'consider.after',
  'settle.before',
  'settle.after',
  'writing.before',
  'writing.after',
  'commit.before',
  'commit.after',
  'push.before',
  'push.after',
  'written.before',
  'written.after',
])('kill -9 at %s and a new worker: everything lands once', async (step) => {
  const ids = await ask(['web', 'api']);
  const dying = worker({ kill: step });
  await dying.dies();
  worker();
  await until(async () => (await written()).length === ids.length, 'both are written');
  expect(landed().toSorted()).toEqual(ids.toSorted());
  const lines = await ledger.log(null, 1_000);
  for (const id of ids) {
    const revisions = lines.filter(({ subject }) => subject === `release/${id}`).map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.map((_, index) => index + 1));
  }
});

test('a chain survives kills at each of its steps: every release lands once, after the one before was healthy', async () => {
  const way = ['dev', 'staging', 'production'];
  const accepted = await ledger.acceptChain(aRequest({ environment: 'dev' }), way, 'one');
  const ids = accepted.map(({ release }) => release.id);
  for (const step of ['chain.before', 'chain.after', 'settle.after']) await worker({ kill: step }).dies();
  worker();
  const arrived = new Set<string>();
  await until(async () => {
    for (const release of await written())
      if (!arrived.has(release.id) && (await becomesHealthy(release))) arrived.add(release.id);
    return arrived.size === ids.length;
  }, 'all steps are written');
  expect(landed()).toEqual(ids);
}, 60_000);

/** What the clusters would show of a written release. */
async function becomesHealthy(release: Release): Promise<boolean> {
  const { service, environment } = release.request;
  const { version = '', digest } = release.plan?.artifact ?? {};
  const since = instantOf(systemClock.now());
  const seen = { service, environment, cluster: environment, version, at: since };
  await ledger.recordHealthy({ ...seen, ...(digest === undefined ? {} : { digest }) });
  const arrival = { clusters: { [environment]: { kind: 'healthy', since } } } as const;
  return (await ledger.transition(release, { arrival }, { event: 'release.arrival' })).kind === 'done';
}

test('a release survives ten kills in a row', async () => {
  const [id] = await ask(['web']);
  const early = ['consider.before', 'consider.after', 'writing.before', 'writing.after'];
  const late = ['commit.before', 'commit.after', 'push.before', 'commit.after', 'push.before', 'push.after'];
  for (const step of [...early, ...late]) await worker({ kill: step }).dies();
  worker();
  await until(async () => (await written()).length === 1, 'it is written');
  expect(landed()).toEqual([id]);
}, 60_000);

test('another worker goes on within 5 s after a kill in the middle of a push', async () => {
  const ids = await ask(['web', 'api']);
  const asInProduction = {};
  const slow = worker({ pushMs: 60_000, queue: asInProduction });
  await slow.hears('push.before');
  const other = worker({ queue: asInProduction });
  await other.hears('started');
  slow.child.kill('SIGKILL');
  expect(await until(async () => (await written()).length === 2, 'both are written')).toBeLessThan(5_000);
  expect(landed().toSorted()).toEqual(ids.toSorted());
});

test('a worker that was frozen past its lock does not land anything twice when it thaws', async () => {
  const ids = await ask(['web', 'api']);
  const frozen = worker({ pushMs: 300 });
  await frozen.hears('push.before');
  frozen.child.kill('SIGSTOP');
  worker();
  await until(async () => (await written()).length === 2, 'the other one has written both');
  frozen.child.kill('SIGCONT');
  const more = await ask(['search']);
  await until(async () => (await written()).length === 3, 'the next one is written too');
  await frozen.hears('push.after');
  expect(landed().toSorted()).toEqual([...ids, ...more].toSorted());
});

test('Redis killed and restarted in the middle: nothing is lost, nothing lands twice', async () => {
  const ids = await ask(['web', 'api']);
  const slow = worker({ pushMs: 1_500 });
  await slow.hears('push.before');
  await server.kill();
  await pause(1_000);
  await server.restart();
  await whenReady(redis, 10_000);
  const more = await ask(['search']);
  await until(async () => (await written()).length === 3, 'all three are written', 25_000);
  expect(landed().toSorted()).toEqual([...ids, ...more].toSorted());
}, 60_000);

test('twenty releases and two workers, one of them killed again and again: each lands once', async () => {
  const ids = await ask(Array.from({ length: 20 }, (_, number) => `s${number}`));
  worker({ pushMs: 50 });
  for (const step of ['consider.after', 'writing.after', 'push.after'])
    await Promise.race([worker({ kill: step }).dies(), pause(1_500)]);
  await until(async () => (await written()).length === 20, 'all are written', 25_000);
  expect(landed().toSorted()).toEqual(ids.toSorted());
}, 60_000);
