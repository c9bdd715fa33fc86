import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Redis } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { aRequest } from '../support/builders.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';
import { seeded } from '../support/seeded.ts';
import type { Click, Order } from './clicker.ts';

/** RACES=10000 for a long run. */
const races = Number(process.env['RACES'] ?? 300);
const atOnce = 100;

let server: TestRedis;
let redis: Redis;
let ledger: Ledger;
let folder: string;
let replicas: ChildProcess[];
beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
  ledger = createLedger({ redis, clock: systemClock });
  folder = mkdtempSync(join(tmpdir(), 'sluice-races-'));
  const args = [server.url, join(folder, 'remote')];
  replicas = [1, 2, 3].map(() => fork(join(import.meta.dirname, 'clicker.ts'), args, { execArgv: [] }));
  await Promise.all(replicas.map((replica) => heard(replica, 'ready')));
});
afterAll(async () => {
  for (const replica of replicas ?? []) replica.disconnect();
  redis?.disconnect();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function heard(replica: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a replica ended with ${code}`));
    replica.once('exit', ended);
    replica.once('message', (said) => {
      replica.off('exit', ended);
      if (said === word) resolve();
      else reject(new Error(`it said ${said}`));
    });
  });
}

const look = (releases: readonly string[]): Order => ({ kind: 'look', releases });

/** One order for each replica, at the same time. */
async function all(orders: readonly Order[]): Promise<void> {
  await Promise.all(
    replicas.map((replica, index) => {
      const done = heard(replica, 'done');
      replica.send(orders[index] ?? look([]));
      return done;
    }),
  );
}

/** Who clicks what at the same moment, each on another replica; and how it may end. */
const kinds: readonly { clicks: readonly Omit<Click, 'release'>[]; ends: readonly Release['state']['kind'][] }[] = [
  {
    clicks: [
      { who: 'bo', vote: 'approve' },
      { who: 'cy', vote: 'approve' },
    ],
    ends: ['written'],
  },
  {
    clicks: [
      { who: 'bo', vote: 'approve' },
      { who: 'bo', vote: 'approve' },
      { who: 'bo', vote: 'approve' },
    ],
    ends: ['held'],
  },
  {
    clicks: [
      { who: 'bo', vote: 'approve' },
      { who: 'cy', vote: 'reject' },
    ],
    ends: ['rejected'],
  },
  {
    clicks: [
      { who: 'bo', vote: 'approve' },
      { who: 'cy', vote: 'approve' },
      { who: 'cy', vote: 'approve' },
    ],
    ends: ['written'],
  },
  {
    clicks: [
      { who: 'bo', vote: 'approve' },
      { who: 'cy', vote: 'approve' },
      { who: 'bo', vote: 'reject' },
    ],
    ends: ['rejected'],
  },
];

const landed = () => {
  const path = join(folder, 'remote');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((line) => line.split(' ')[1] ?? '');
};

test(`${races} races of clicks on three replicas: one decision each, and whatever lands lands once`, async () => {
  const random = seeded(Number(process.env['FAULT_SEED'] ?? 1));
  await ledger.confirm('test');
  for (let begun = 0; begun < races; begun += atOnce) {
    const some = await Promise.all(
      Array.from({ length: Math.min(atOnce, races - begun) }, async (_, number) => {
        const service = `s${begun + number}`;
        const { release } = await ledger.accept(aRequest({ service }), `for ${service}`);
        return { id: String(release.id), kind: kinds[Math.floor(random() * kinds.length)] ?? kinds[0] };
      }),
    );
    const ids = some.map(({ id }) => id);
    await all([look(ids), look([]), look([])]);
    const orders = replicas.map((_, replica): Order => {
      const clicks = some.flatMap(({ id, kind }): Click[] => {
        const own = kind?.clicks[replica];
        return own === undefined ? [] : [{ ...own, release: id }];
      });
      return { kind: 'click', atMs: Date.now() + 50, clicks };
    });
    await all(orders);
    // All three take them on at the same time.
    await all([look(ids), look(ids), look(ids)]);
    const commits = landed();
    const records = await ledger.history({ limit: some.length });
    for (const { id, kind } of some) {
      const record = records.find((release) => release.id === id);
      expect(kind?.ends, `${id}: ${JSON.stringify(kind?.clicks)}`).toContain(record?.state.kind);
      const times = commits.filter((each) => each === id).length;
      expect(times, `${id}: ${JSON.stringify(kind?.clicks)}`).toBe(record?.state.kind === 'written' ? 1 : 0);
      // Distinct people, each once for what was shown.
      const voters = (record?.votes ?? []).filter(({ vote }) => vote === 'approve').map(({ person }) => person.user);
      expect(new Set(voters).size).toBe(voters.length);
    }
    expect(new Set(commits).size).toBe(commits.length);
  }
  expect(landed().length).toBeGreaterThan(races / 5);
}, 3_600_000);
