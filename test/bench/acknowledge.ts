import { Agent, request } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { createChat } from '../../src/chat/chat.ts';
import { createBells } from '../../src/doors/bell.ts';
import { type Route, serveHttp } from '../../src/doors/http.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { somePorts } from '../chat/chat-office.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { aRelease, aRequest } from '../support/builders.ts';
import { startRedisWithClient } from '../support/redis.ts';
import { signedRequest, signingSecret, slashBody } from '../support/signed.ts';

// G5: a signed command of Slack's until its 200, through the whole of chat, by which time the release is written down on disk
// (appendonly yes, appendfsync always); against one SET on the same Redis, and against Bolt's own receiver with such a SET and
// without, in the same run, in turns; first with an empty record, then with 10,000 releases that wait in it.
const rounds = 7;
const each = 200;
const backlog = 10_000;
const token = 'xoxb-bench';
const user = { user_id: 'UANA', team_id: 'TACME' } as const;

const { server, redis } = await startRedisWithClient();
const ledger = createLedger({ redis, clock: systemClock });

const slackAnswers = {
  'auth.test': { ok: true, user_id: 'U1', bot_id: 'B1', team_id: user.team_id },
  'users.info': { ok: true, user: { id: user.user_id, team_id: user.team_id, name: 'ana', real_name: 'Ana Lima' } },
};
/** Slack, as far as it is asked who the bot and the person are. */
const slackApi = await serveHttp({
  host: '127.0.0.1',
  port: 0,
  log: silent,
  routes: Object.entries(slackAnswers).map(([method, body]): Route => {
    return { method: 'POST', path: `/api/${method}`, handle: () => ({ status: 200, body }) };
  }),
});

/** The way in as the service has it. What is said after the acknowledgement is left out: each release counts as refused at once. */
async function startOurs() {
  const { accept, acceptSigned, firstSeen } = ledger;
  const bells = createBells(redis);
  const { ports } = somePorts({
    accept,
    acceptSigned,
    firstSeen,
    release: async () => aRelease({ state: { kind: 'denied' } }),
  });
  const chat = createChat({
    ...ports,
    log: silent,
    directoryBell: { ring: () => bells.ring('groups'), rings: () => bells.rings('groups') },
    slack: {
      botToken: token,
      apiUrl: `http://127.0.0.1:${slackApi.port}/api/`,
      connection: { mode: 'http', signingSecret },
      team: user.team_id,
    },
  });
  await chat.start();
  const http = await serveHttp({ host: '127.0.0.1', port: 0, log: silent, routes: chat.routes });
  return {
    port: http.port,
    close: async () => {
      await chat.stop();
      await http.close();
    },
  };
}

/** Bolt alone, as its documentation has it; `before` is done before the acknowledgement. */
async function startBolt(before: () => Promise<unknown>) {
  const receiver = new HTTPReceiver({ signingSecret, port: 0 });
  const authorize = async () => ({ botToken: token, botId: 'B1', botUserId: 'U1' });
  const app = new App({ receiver, authorize });
  app.command('/release', async ({ ack }) => {
    await before();
    await ack();
  });
  const started = (await app.start(0)) as { address(): { port: number } };
  return { port: started.address().port, close: () => app.stop() };
}

const agent = new Agent({ keepAlive: true, maxSockets: 50 });
let sent = 0;

async function command(port: number): Promise<void> {
  sent += 1;
  const { headers, body, url } = signedRequest(slashBody('web dev 1.4.2', `${sent}.bench`), Date.now());
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: 'POST',
        path: url.pathname,
        headers: { ...headers, 'content-length': body.length },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
  if (status !== 200) throw new Error(`answered ${status}`);
}

/** How long each of so many takes, when so many clients send one after another. */
async function measure(act: () => Promise<unknown>, clients: number): Promise<number[]> {
  const took: number[] = [];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let number = 0; number < each / clients; number += 1) {
        const begun = performance.now();
        await act();
        took.push(performance.now() - begun);
      }
    }),
  );
  return took;
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
const set = () => redis.set('{sluice}:bench', '1');
const [ours, bolt, durable] = [await startOurs(), await startBolt(async () => {}), await startBolt(set)];
const ways = {
  'accepted and acknowledged': () => command(ours.port),
  'one SET on the same Redis': set,
  'Bolt with one SET before its ack': () => command(durable.port),
  'Bolt alone, nothing written': () => command(bolt.port),
};

async function compare(clients: number, waiting: string): Promise<void> {
  const found = new Map<string, { p50: number; p99: number }[]>(Object.keys(ways).map((name) => [name, []]));
  for (const act of Object.values(ways)) await measure(act, clients);
  for (let round = 0; round < rounds; round += 1)
    for (const [name, act] of Object.entries(ways)) {
      const took = await measure(act, clients);
      found.get(name)?.push({ p50: quantile(took, 0.5), p99: quantile(took, 0.99) });
    }
  const median = (name: string, which: 'p50' | 'p99') =>
    quantile(
      (found.get(name) ?? []).map((round) => round[which]),
      0.5,
    );
  const who = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
  console.log(
    `G5 acknowledgement after a durable write, ${who}, ${waiting} waiting, medians of ${rounds} rounds of ${each}:`,
  );
  for (const name of Object.keys(ways)) {
    const [p50, p99] = [median(name, 'p50'), median(name, 'p99')];
    const [first] = Object.keys(ways);
    const ratio =
      name === first
        ? ''
        : `; ratio ${(median(first ?? '', 'p50') / p50).toFixed(1)}x, p99 ${(median(first ?? '', 'p99') / p99).toFixed(1)}x`;
    console.log(`   ${name}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms${ratio}`);
  }
}

for (const clients of [1, 50]) await compare(clients, 'none');
for (let at = 0; at < backlog; at += 500)
  await Promise.all(Array.from({ length: 500 }, (_, next) => ledger.accept(aRequest(), `waiting ${at + next}`)));
for (const clients of [1, 50]) await compare(clients, `${backlog}`);
await ours.close();
await bolt.close();
await durable.close();
await slackApi.close();
agent.destroy();
redis.disconnect();
await server.close();
process.exit(0);
