import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpReceiver } from '../../src/chat/slack/http-receiver.ts';
import { type HttpRequest, serveHttp } from '../../src/doors/http.ts';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { aRequest } from '../support/builders.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { seeded } from '../support/seeded.ts';
import { signedRequest, signingSecret, slashBody } from '../support/signed.ts';

/** `npm run fuzz` sends many more. */
const forgeries = Number(process.env['FORGERIES'] ?? 2_000);
const atOnce = 20;

let redis: TestRedis;
let clients: Redis[];
let replicas: Awaited<ReturnType<typeof replica>>[];

/** One process of several: its own door, the same record; every command asks for a release. */
async function replica(client: Redis) {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const ledger = createLedger({ redis: client, clock: systemClock });
  const processed: string[] = [];
  const { receiver, route } = createHttpReceiver({
    signingSecret,
    clock: systemClock,
    log,
    firstSeen: ledger.firstSeen,
  });
  receiver.init({
    processEvent: async ({ body, ack, customProperties: { claim } }) => {
      const trigger = String(body['trigger_id'] ?? body['event_id']);
      // As chat has it: a command is claimed by the write that accepts it, an event was claimed before.
      const accepted = await (body['command'] === undefined
        ? ledger.accept(aRequest(), trigger)
        : claim.takeBy((signature) => ledger.acceptSigned(aRequest(), trigger, signature)));
      if (accepted.kind === 'replayed') return;
      processed.push(trigger);
      await ack({ release: accepted.release.id });
    },
  });
  await receiver.start();
  const server = await serveHttp({ host: '127.0.0.1', port: 0, log, routes: [route] });
  return { processed, ledger, close: server.close, url: `http://127.0.0.1:${server.port}/slack/events` };
}

beforeAll(async () => {
  redis = await startRedis();
  clients = [0, 1, 2].map(() => openRedis({ url: redis.url }, 'commands', () => {}));
  await Promise.all(clients.map((client) => whenReady(client, 5_000)));
  replicas = await Promise.all(clients.map(replica));
});
afterAll(async () => {
  await Promise.all(replicas.map(({ close }) => close()));
  for (const client of clients) client.disconnect();
  await redis.close();
});

async function send({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>, index = 0) {
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const url = replicas[index % replicas.length]?.url ?? '';
  const answer = await fetch(url, { method: 'POST', headers: given, body: new Uint8Array(body) });
  return { status: answer.status, text: await answer.text() };
}

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** One way to spoil a request that Slack signed; each leaves something that Slack did not sign now. */
const forgeriesOf: readonly ((request: HttpRequest, random: () => number) => Pick<HttpRequest, 'headers' | 'body'>)[] =
  [
    ({ headers, body }, random) => {
      const copy = Buffer.from(body);
      const at = Math.floor(random() * copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return { headers, body: copy };
    },
    ({ headers, body }, random) => ({ headers, body: body.subarray(0, Math.floor(random() * body.length)) }),
    ({ headers, body }) => ({ headers, body: Buffer.concat([body, Buffer.from('&text=web+production')]) }),
    ({ headers, body }, random) => {
      const signature = String(headers['x-slack-signature']);
      const at = 3 + Math.floor(random() * 64);
      const digit = pick(
        random,
        [...'0123456789abcdef'].filter((each) => each !== signature[at]),
      );
      const other = `${signature.slice(0, at)}${digit}${signature.slice(at + 1)}`;
      return { headers: { ...headers, 'x-slack-signature': other }, body };
    },
    ({ headers, body }, random) => {
      const signature = String(headers['x-slack-signature']);
      const other = pick(random, [
        '',
        'v0=',
        signature.slice(0, -1),
        `${signature}0`,
        signature.toUpperCase(),
        signature.replace('v0', 'v1'),
        signature.slice(3),
        `${signature},${signature}`,
        `v0=${'0'.repeat(64)}`,
      ]);
      return { headers: { ...headers, 'x-slack-signature': other }, body };
    },
    ({ headers, body }, random) => {
      const timestamp = Number(headers['x-slack-request-timestamp']);
      const other = pick(random, [
        timestamp + 1,
        timestamp - 1,
        `${timestamp}.0`,
        `0${timestamp}`,
        '',
        'now',
        `+${timestamp}`,
        -1,
      ]);
      return { headers: { ...headers, 'x-slack-request-timestamp': String(other) }, body };
    },
    ({ body }, random) =>
      signedRequest(body.toString(), systemClock.now(), {
        apart: (pick(random, [-1, 1]) * (302 + random() * 1e6)) | 0,
      }),
    ({ body }) => signedRequest(body.toString(), systemClock.now(), { secret: 'guessed' }),
    ({ headers, body }, random) => {
      const rest = Object.entries(headers).filter(
        ([name]) => name !== pick(random, ['x-slack-signature', 'x-slack-request-timestamp']),
      );
      const bare = Object.fromEntries(rest.filter(([name]) => name !== 'x-slack-signature'));
      return { headers: bare, body: Buffer.concat([Buffer.from('ssl_check=1&'), body]) };
    },
  ];

describe('of requests that Slack did not send', () => {
  test('none is accepted, and all that it did send are', async () => {
    const random = seeded(Number(process.env['FAULT_SEED'] ?? 1));
    let accepted = 0;
    let genuine = 0;
    for (let from = 0; from < forgeries; from += atOnce) {
      const statuses = await Promise.all(
        Array.from({ length: atOnce }, (_, at) => {
          const request = signedRequest(slashBody('web dev', `forged.${from + at}`), systemClock.now());
          return send(pick(random, forgeriesOf)(request, random), at).then(({ status }) => status);
        }),
      );
      accepted += statuses.filter((status) => status !== 401).length;
      genuine +=
        (await send(signedRequest(slashBody('web dev', `genuine.${from}`), systemClock.now()))).status === 200 ? 1 : 0;
    }
    expect(accepted).toBe(0);
    const processed = replicas.flatMap((each) => each.processed);
    expect(processed.filter((trigger) => !trigger.startsWith('genuine.'))).toEqual([]);
    expect(genuine).toBe(Math.ceil(forgeries / atOnce));
  }, 600_000);

  test('one that is sent a hundred times at once to three replicas is taken once', async () => {
    const request = signedRequest(slashBody('web dev', 'once'), systemClock.now());
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => send(request, at)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(99);
    expect(replicas.flatMap((each) => each.processed).filter((trigger) => trigger === 'once')).toHaveLength(1);
  });
});

test('what Slack tells ten times, by whichever replica, is one release', async () => {
  const requests = Math.max(20, Math.floor(forgeries / 100));
  const released = new Map<string, Set<string>>();
  for (let number = 0; number < requests; number += 1) {
    const body = JSON.stringify({ type: 'event_callback', event_id: `Ev${number}` });
    const nowMs = systemClock.now();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, retry) =>
        send(
          // Each delivery is signed at another moment, as Slack's are.
          signedRequest(body, nowMs, {
            type: 'application/json',
            apart: -retry,
            headers: { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' },
          }),
          retry,
        ),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    released.set(body, new Set(answers.map(({ text }) => text)));
  }
  expect([...released.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  expect(new Set([...released.values()].flatMap((ids) => [...ids])).size).toBe(requests);
});
