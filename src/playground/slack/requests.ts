import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../../doors/time.ts';
import { readJson } from './arguments.ts';
import type { InstalledApp } from './manifest.ts';
import { type JsonObject, jsonObjectSchema } from './message.ts';
import type { Delivery, Envelope, Transport } from './transport.ts';

/** Tells the app at the addresses of its manifest, signed as https://docs.slack.dev/authentication/verifying-requests-from-slack says. */
export type Requests = ReturnType<typeof createRequests>;

export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function createRequests(options: {
  readonly installed: InstalledApp;
  readonly signingSecret: string;
  readonly verificationToken: string;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  readonly onState: () => void;
}) {
  const { installed } = options;
  let origin: string | null = null;
  let copies = 0;
  let last: SignedRequest | null = null;

  const sign = (path: string, type: string, body: string, headers: Readonly<Record<string, string>>): SignedRequest => {
    const timestamp = String(Math.floor(options.clock.now() / 1_000));
    const signature = createHmac('sha256', options.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    return {
      url: `${origin}${path}`,
      headers: {
        'content-type': type,
        accept: 'application/json,*/*',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
        ...headers,
      },
      body,
    };
  };

  const requestOf = ({ type, payload, retry }: Envelope): SignedRequest | null => {
    const { urls } = installed;
    if (type === 'events_api') {
      const again =
        retry === undefined || retry.retry_attempt === 0
          ? {}
          : { 'x-slack-retry-num': String(retry.retry_attempt), 'x-slack-retry-reason': retry.retry_reason };
      return urls.events === null ? null : sign(urls.events, 'application/json', JSON.stringify(payload), again);
    }
    const form = 'application/x-www-form-urlencoded';
    if (type === 'interactive') {
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const path = payload['type'] === 'block_suggestion' ? urls.options : urls.interactivity;
      return path === null ? null : sign(path, form, body, {});
    }
    const path = urls.commands.get(String(payload['command']));
    const fields = Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]);
    return path === undefined ? null : sign(path, form, new URLSearchParams(fields).toString(), {});
  };

  const send = async (request: SignedRequest): Promise<Delivery> => {
    last = request;
    try {
      const answer = await fetch(request.url, {
        method: 'POST',
        headers: request.headers,
        body: request.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(options.ackTimeoutMs),
      });
      const text = await answer.text();
      return answer.status === 200
        ? { kind: 'acked', payload: payloadOf(text, answer.headers.get('content-type') ?? '') }
        : { kind: 'refused', status: answer.status };
    } catch (error) {
      return { kind: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unconnected' };
    }
  };

  const transport: Transport = {
    deliver: async (envelope) => {
      const request = origin === null ? null : requestOf(envelope);
      if (request === null) return { kind: 'unconnected' };
      if (copies > 0) {
        copies -= 1;
        // Another delivery has another moment, and so another signature.
        const twin = requestOf({ ...envelope, retry: { retry_attempt: 1, retry_reason: 'http_timeout' } });
        if (twin !== null) void send({ ...twin, headers: { ...twin.headers, 'x-request-id': randomUUID() } });
      }
      return send(request);
    },
    deliverTwice: (times) => {
      copies = times;
    },
    connected: () => (origin === null ? 0 : 1),
  };
  return {
    ...transport,
    /** Writes the address into the app: rejects where nobody answers there to the challenge. */
    connectTo: async (address: string): Promise<void> => {
      origin = address;
      const challenge = randomUUID();
      const payload = { token: options.verificationToken, challenge, type: 'url_verification' };
      const answered = await send(sign(installed.urls.events ?? '/', 'application/json', JSON.stringify(payload), {}));
      if (answered.kind !== 'acked' || answered.payload['challenge'] !== challenge) {
        origin = null;
        throw new Error(
          `Your URL didn't respond with the value of the challenge parameter (${JSON.stringify(answered)}).`,
        );
      }
      options.onState();
    },
    /** The bytes that were sent last, for whoever listens on the wire. */
    last: () => last,
  };
}

/** What stands in an answer: JSON, or the words of a message. */
function payloadOf(text: string, type: string): JsonObject {
  if (text === '') return {};
  if (!type.startsWith('application/json')) return { text };
  return jsonObjectSchema.safeParse(readJson(text)).data ?? {};
}
