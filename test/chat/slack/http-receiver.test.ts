import { describe, expect, test, vi } from 'vitest';
import { createHttpReceiver } from '../../../src/chat/slack/http-receiver.ts';
import type { HttpRequest } from '../../../src/doors/http.ts';
import { aClock, noonMs } from '../../support/builders.ts';
import { signedRequest, signingSecret, slashBody } from '../../support/signed.ts';

type Event = Parameters<Parameters<ReturnType<typeof createHttpReceiver>['receiver']['init']>[0]['processEvent']>[0];

/** What a listener does with a command: it claims it, then it acknowledges. */
async function claimed({ customProperties: { claim }, ack }: Event): Promise<void> {
  if (await claim.take()) await ack();
}

/** A receiver with an app behind it that acknowledges as it is told. */
async function aReceiver(
  over: { readonly act?: (event: Event) => Promise<void>; readonly firstSeen?: () => Promise<boolean> } = {},
) {
  const events: Event[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  const clock = aClock();
  const { receiver, route, isOpen } = createHttpReceiver({
    signingSecret,
    clock,
    log: {
      debug: () => {},
      info: () => {},
      warn: (fields, _) => void warnings.push(JSON.stringify(fields)),
      error: () => {},
    },
    firstSeen:
      over.firstSeen ??
      (async (signature) => {
        const isNew = !seen.has(signature);
        seen.add(signature);
        return isNew;
      }),
  });
  receiver.init({
    processEvent: async (event) => {
      events.push(event);
      await (over.act ?? claimed)(event);
    },
  });
  await receiver.start();
  return { handle: route.handle, receiver, events, warnings, clock, isOpen };
}

const slash = slashBody();
const without = (request: HttpRequest, header: string): HttpRequest => ({
  ...request,
  headers: { ...request.headers, [header]: undefined },
});

describe('a request that Slack signed', () => {
  const click = JSON.stringify({ type: 'block_actions', team: { id: 'TACME' } });
  test.each<[string, HttpRequest, object]>([
    ['is a command with its fields', signedRequest(slash, noonMs), { command: '/release', text: 'help' }],
    [
      'is an interaction with its payload',
      signedRequest(new URLSearchParams({ payload: click }).toString(), noonMs),
      { type: 'block_actions', team: { id: 'TACME' } },
    ],
    [
      'is an event of JSON',
      signedRequest('{"type":"event_callback","__proto__":{"x":1}}', noonMs, {
        type: 'application/json; charset=utf-8',
      }),
      { type: 'event_callback' },
    ],
    ['may be five minutes old', signedRequest(slash, noonMs, { apart: -300 }), { command: '/release' }],
    ['may come from a clock that is ahead', signedRequest(slash, noonMs, { apart: 300 }), { command: '/release' }],
  ])('%s', async (_, request, body) => {
    const { handle, events } = await aReceiver();
    expect(await handle(request)).toEqual({ status: 200 });
    expect(events).toHaveLength(1);
    expect(events[0]?.body).toMatchObject(body);
  });

  test('brings along that it is told again, and why', async () => {
    const { handle, events } = await aReceiver();
    const headers = { 'x-slack-retry-num': '2', 'x-slack-retry-reason': 'http_timeout' };
    await handle(signedRequest('{"type":"event_callback"}', noonMs, { type: 'application/json', headers }));
    expect(events).toEqual([expect.objectContaining({ retryNum: 2, retryReason: 'http_timeout' })]);
  });

  test.each<[string, (event: Event) => Promise<void>, object]>([
    ['with words', ({ ack }) => ack('hey'), { status: 200, body: 'hey' }],
    [
      'with an object',
      ({ ack }) => ack({ response_action: 'clear' }),
      { status: 200, body: { response_action: 'clear' } },
    ],
    ['that nobody acknowledges', async () => {}, { status: 404, body: { error: 'nobody listens to this' } }],
    ['that fails', () => Promise.reject(new Error('x')), { status: 500, body: { error: 'internal error' } }],
  ])('is answered %s', async (_, act, answer) => {
    const { handle } = await aReceiver({ act });
    expect(await handle(signedRequest(slash, noonMs))).toEqual(answer);
  });

  test.each([
    ['a command with a sentence', slash, { status: 200, body: { text: expect.stringContaining('slow just now') } }],
    ['an interaction so that it fails', new URLSearchParams({ payload: click }).toString(), { status: 503 }],
  ])('is answered before the three seconds end that Slack waits: %s', async (_, body, answer) => {
    vi.useFakeTimers();
    try {
      // As while Redis keeps a connection and says nothing.
      const never = () => new Promise<never>(() => {});
      const { handle } = await aReceiver({ firstSeen: never });
      const answered = handle(signedRequest(body, noonMs));
      await vi.advanceTimersByTimeAsync(2_900);
      expect(await answered).toMatchObject(answer);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a request that is not Slack’s, or not of now, is refused before it is read', () => {
  const good = signedRequest(slash, noonMs);
  test.each<[string, HttpRequest]>([
    ['without a signature', without(good, 'x-slack-signature')],
    ['without a timestamp', without(good, 'x-slack-request-timestamp')],
    ['with another body', { ...good, body: Buffer.from(`${slash}&text=web+production`) }],
    ['of another secret', signedRequest(slash, noonMs, { secret: 'guessed' })],
    ['of 301 seconds ago', signedRequest(slash, noonMs, { apart: -301 })],
    ['of 301 seconds from now', signedRequest(slash, noonMs, { apart: 301 })],
    [
      'with a signature of another version',
      signedRequest(slash, noonMs, { headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } }),
    ],
    ['with a signature that is cut short', signedRequest(slash, noonMs, { headers: { 'x-slack-signature': 'v0=ab' } })],
    [
      'with two signatures',
      signedRequest(slash, noonMs, {
        headers: { 'x-slack-signature': `${good.headers['x-slack-signature']}, v0=${'0'.repeat(64)}` },
      }),
    ],
    ['with a list for a signature', signedRequest(slash, noonMs, { headers: { 'x-slack-signature': ['v0=', 'v0='] } })],
    [
      'with a timestamp that is no number',
      signedRequest(slash, noonMs, { headers: { 'x-slack-request-timestamp': 'now' } }),
    ],
    [
      'that hides a command behind ssl_check',
      { ...without(good, 'x-slack-signature'), body: Buffer.from(`ssl_check=1&${slash}`) },
    ],
  ])('%s', async (_, request) => {
    const { handle, events, warnings } = await aReceiver();
    expect(await handle(request)).toMatchObject({ status: 401 });
    expect(events).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  test('a second time, however often and whenever it comes', async () => {
    const { handle, events, clock } = await aReceiver();
    const all = await Promise.all(Array.from({ length: 100 }, () => handle(good)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    clock.move(290_000);
    expect(await handle(good)).toMatchObject({ status: 401 });
    expect(events.filter(({ customProperties: { claim } }) => claim.state() === 'taken')).toHaveLength(1);
  });

  test('an event a second time, before anybody hears of it', async () => {
    const { handle, events } = await aReceiver();
    const event = signedRequest('{"type":"event_callback","event":{},"command":"/release"}', noonMs, {
      type: 'application/json',
    });
    const all = await Promise.all([handle(event), handle(event)]);
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    expect(events).toHaveLength(1);
  });

  test('and a thousand of them are a line in the log', async () => {
    const { handle, warnings, clock } = await aReceiver();
    for (let count = 0; count < 1_000; count += 1) await handle(signedRequest(slash, noonMs, { secret: 'guessed' }));
    clock.move(60_000);
    await handle(signedRequest(slash, noonMs, { secret: 'guessed' }));
    expect(warnings).toEqual([expect.stringContaining('"times":1}'), expect.stringContaining('"times":1000}')]);
  });
});

describe('what is signed and yet no payload', () => {
  test.each([
    ['JSON that ends too early', '{"type":', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['two payloads', 'payload=%7B%7D&payload=%7B%7D', undefined],
    ['a payload beside a command', `payload=%7B%7D&${slash}`, undefined],
    ['a form without a command', 'a=b', undefined],
    ['another kind of body', '<xml/>', 'text/xml'],
  ])('%s', async (_, body, type) => {
    const { handle, events } = await aReceiver();
    expect(await handle(signedRequest(body, noonMs, type === undefined ? {} : { type }))).toMatchObject({
      status: 400,
    });
    expect(events).toEqual([]);
  });
});

test('the challenge is answered, also before anything else is', async () => {
  const { handle, receiver, events, isOpen } = await aReceiver();
  await receiver.stop();
  expect(isOpen()).toBe(false);
  const body = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 't' });
  expect(await handle(signedRequest(body, noonMs, { type: 'application/json' }))).toEqual({
    status: 200,
    body: { challenge: 'abc' },
  });
  expect(await handle(signedRequest(slash, noonMs))).toMatchObject({ status: 503 });
  expect(events).toEqual([]);
});

test('a check of the certificate gets an empty answer', async () => {
  const { handle, events } = await aReceiver();
  const request = without(signedRequest('', noonMs), 'x-slack-signature');
  expect(await handle({ ...request, body: Buffer.from('ssl_check=1&token=abc') })).toEqual({ status: 200 });
  expect(events).toEqual([]);
});

test('while nobody can tell replays, a command is answered with a sentence and an event is asked for again', async () => {
  const acted: Event[] = [];
  const act = async (event: Event) => {
    if (await event.customProperties.claim.take()) acted.push(event);
  };
  const { handle } = await aReceiver({ act, firstSeen: () => Promise.reject(new Error('Redis cannot be reached')) });
  expect(await handle(signedRequest(slash, noonMs))).toMatchObject({
    status: 200,
    body: { text: expect.stringContaining('Nothing was changed') },
  });
  const event = signedRequest('{"type":"event_callback"}', noonMs, { type: 'application/json' });
  expect(await handle(event)).toMatchObject({ status: 503 });
  expect(acted).toEqual([]);
});
