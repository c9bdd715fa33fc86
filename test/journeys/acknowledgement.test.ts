import { request } from 'node:http';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { pause, systemClock } from '../../src/doors/time.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { aRequest } from '../support/builders.ts';
import { startReplica } from '../support/replica.ts';
import type { Served } from '../support/serve.ts';
import { signedRequest } from '../support/signed.ts';
import { startWorld, type World } from '../support/world.ts';

/** How many commands come in each trouble, and how many releases wait: ASKED=1000 BACKLOG=10000 takes minutes. */
const asked = Number(process.env['ASKED'] ?? 20);
const backlog = Number(process.env['BACKLOG'] ?? 50);
const atOnce = 10;
const longestMs = 180_000 + 100 * (asked + backlog);

let world: World;
let app: Served;
let redis: Redis;
let ledger: Ledger;
beforeAll(async () => {
  world = await startWorld({ idle: true, slackMode: 'http' });
  app = await startReplica('a', world.configuration);
  redis = openRedis({ url: world.redis.url }, 'commands', () => {});
  await whenReady(redis, 10_000);
  ledger = createLedger({ redis, clock: systemClock });
});
afterAll(async () => {
  redis?.disconnect();
  await app?.end('SIGKILL');
  await world?.close();
});

interface Answer {
  readonly payload: string;
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

const services = ['web', 'api', 'mail', 'search'];
let commands = 0;

/** A command as Slack sends it, and the answer that Slack gets. */
function ask(): Promise<Answer> {
  commands += 1;
  const trigger = `${commands}.acknowledged`;
  const fields = {
    ...{ command: '/release', text: `${services[commands % services.length]} dev`, trigger_id: trigger },
    ...{ user_id: 'UANA', team_id: 'T0ACME', channel_id: 'CGENERAL' },
  };
  const secret = world.configuration['SLACK_SIGNING_SECRET'] ?? '';
  const { headers, body } = signedRequest(new URLSearchParams(fields).toString(), systemClock.now(), { secret });
  const where = { host: '127.0.0.1', port: app.port, path: '/slack/events', method: 'POST' };
  const begunMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, headers: { ...headers, 'content-length': body.length } }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      const ms = performance.now() - begunMs;
      resolve({ payload: `slash:${trigger}`, status: answer.statusCode ?? 0, text, ms });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** What an answer says of a release: it stands; it may come, and nothing is promised; there is none. */
type Said = 'accepted' | 'open' | 'refused';
function saidBy({ text }: Answer): Said {
  if (text === '') return 'accepted';
  if (/Not accepted|Nothing was changed/.test(text)) return 'refused';
  if (text.includes('is slow just now')) return 'open';
  throw new Error(`Slack was told ${text}`);
}
/** Payloads so far. */
const payloads: Readonly<Record<Said, string[]>> = { accepted: [], open: [], refused: [] };

/** Asks again and again: every command is answered. Resolves with all that was said. */
async function askAll({ annotate }: TestContext, count = asked): Promise<ReadonlySet<Said>> {
  const answers: Answer[] = [];
  const person = async () => {
    for (let turn = 0; turn < count / atOnce; turn += 1) answers.push(await ask());
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, person));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  for (const each of answers) payloads[saidBy(each)].push(each.payload);
  const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  const open = answers.filter((each) => saidBy(each) === 'open').length;
  await annotate(
    `${times.length} answers, ${open} that promise nothing: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms`,
  );
  return new Set(answers.map(saidBy));
}

test('a command is answered at once by a process that has just begun', async (context) => {
  expect(await askAll(context, 1)).not.toContain('refused');
});

test('while many releases wait', { timeout: longestMs }, async (context) => {
  const service = (number: number) => services[number % services.length] ?? '';
  for (let at = 0; at < backlog; at += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, backlog - at) }, (_, next) =>
        ledger.accept(aRequest({ service: service(next), environment: 'dev' }), `waiting ${at + next}`),
      ),
    );
  expect(await askAll(context)).not.toContain('refused');
});

test('while Git cannot be reached', { timeout: longestMs }, async (context) => {
  world.git.stop();
  expect(await askAll(context)).not.toContain('refused');
  world.git.start();
});

test('while the process stands still for 200 ms, again and again', { timeout: longestMs }, async (context) => {
  let isOver = false;
  const stalls = async () => {
    while (!isOver) {
      process.kill(app.pid, 'SIGSTOP');
      await pause(200);
      process.kill(app.pid, 'SIGCONT');
      await pause(800);
    }
  };
  const stalling = stalls();
  const said = await askAll(context).finally(() => {
    isOver = true;
  });
  expect(said).not.toContain('refused');
  await stalling;
});

test('while Redis is away, it says that nothing was accepted', { timeout: longestMs }, async (context) => {
  await world.redis.kill();
  expect([...(await askAll(context))]).toEqual(['refused']);
  await world.redis.restart();
  await whenReady(redis, 20_000);
});

test('what was accepted stands, whatever was killed since, and nothing else does', { timeout: longestMs }, async () => {
  await app.end('SIGKILL');
  const askAgain = (list: readonly string[]) => Promise.all(list.map((payload) => ledger.accept(aRequest(), payload)));
  const accepted = await askAgain(payloads.accepted);
  expect(accepted.filter(({ kind }) => kind !== 'seen')).toEqual([]);
  expect(new Set(accepted.map(({ release }) => release.id)).size).toBe(accepted.length);
  expect((await askAgain(payloads.refused)).filter(({ kind }) => kind !== 'accepted')).toEqual([]);
});
