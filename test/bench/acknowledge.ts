import { Agent, request } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { createSlackApp } from '../../src/chat/slack/slack-app.ts';
import { serveHttp } from '../../src/http.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { systemClock } from '../../src/time.ts';
import { aRequest } from '../support/builders.ts';
import { startRedisWithClient } from '../support/redis.ts';
import { signedRequest, signingSecret, slashBody } from '../support/signed.ts';

// G5: a signed command of Slack's until its 200, by which time a release is written down on disk (appendonly yes,
// appendfsync always); against one SET on the same Redis, and against Bolt's own receiver that writes nothing, in the same
// run, in turns.
const rounds = 7;
const each = 200;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const token = 'xoxb-bench';
const user = { user_id: 'UANA', team_id: 'TACME' } as const;

const { server, redis } = await startRedisWithClient();
const ledger = createLedger({ redis, clock: systemClock });

/** Slack, as far as it is asked who the bot is. */
const slackApi = await serveHttp({
  host: '127.0.0.1',
  port: 0,
  log: quiet,
  routes: [
    {
      method: 'POST',
      path: '/api/auth.test',
      handle: () => ({ status: 200, body: { ok: true, user_id: 'U1', bot_id: 'B1', team_id: user.team_id } }),
    },
  ],
});

/** The way in as the service has it, and one durable write as a command for a release makes it. */
async function startOurs() {
  const slack = createSlackApp(
    {
      botToken: token,
      apiUrl: `http://127.0.0.1:${slackApi.port}/api/`,
      connection: { mode: 'http', signingSecret },
      team: user.team_id,
    },
    { clock: systemClock, log: quiet, firstSeen: ledger.firstSeen },
  );
  slack.app.command('/release', async ({ body, ack }) => {
    await ledger.accept(aRequest(), `slash:${body.trigger_id}`);
    await ack();
  });
  await slack.app.init();
  await slack.app.start();
  return serveHttp({ host: '127.0.0.1', port: 0, log: quiet, routes: slack.routes });
}

/** Bolt alone, as its documentation has it. */
async function startBolt() {
  const receiver = new HTTPReceiver({ signingSecret, port: 0 });
  const authorize = async () => ({ botToken: token, botId: 'B1', botUserId: 'U1' });
  const app = new App({ receiver, authorize });
  app.command('/release', async ({ ack }) => ack());
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
const [ours, bolt] = [await startOurs(), await startBolt()];
const ways = {
  'accepted and acknowledged': () => command(ours.port),
  'one SET on the same Redis': () => redis.set('{sluice}:bench', '1'),
  'Bolt alone, nothing written': () => command(bolt.port),
};

for (const clients of [1, 50]) {
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
  console.log(
    `G5 acknowledgement after a durable write, ${clients} ${clients === 1 ? 'client' : 'clients'}, medians of ${rounds} rounds of ${each}:`,
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
await ours.close();
await bolt.close();
await slackApi.close();
agent.destroy();
redis.disconnect();
await server.close();
process.exit(0);
