import { messageOf } from '../../doors/errors.ts';
import type { HttpAnswer, HttpRequest, Route } from '../../doors/http.ts';
import type { Log } from '../../doors/telemetry.ts';
import { type Clock, within } from '../../doors/time.ts';
import { createRefusalLog } from '../refusal-log.ts';
import { type Claim, type ClaimPorts, createClaim } from './claim.ts';
import { verifySignature } from './signature.ts';

/** What Bolt's App does with a payload. */
interface Processor {
  readonly processEvent: (event: {
    readonly body: Record<string, unknown>;
    readonly ack: (response?: unknown) => Promise<void>;
    readonly retryNum?: number;
    readonly retryReason?: string;
    readonly customProperties: { readonly claim: Claim };
  }) => Promise<void>;
}

export interface HttpReceiverPorts extends ClaimPorts {
  readonly signingSecret: string;
  readonly clock: Clock;
}

/** Slack waits for three seconds, shows an error then to whoever typed a command, and tells an event again. */
const ackWithinMs = 2_500;

/**
 * A Bolt receiver behind our own HTTP server: each request is proven to be Slack's and of now before it is read, and
 * claimed before anything comes of it.
 */
export function createHttpReceiver(ports: HttpReceiverPorts) {
  const { clock, log } = ports;
  let app: Processor | null = null;
  let isOpen = false;
  const complain = createRefusalLog(ports, 'requests that are not of Slack were refused');

  const handle = async (request: HttpRequest): Promise<HttpAnswer> => {
    const signed = verifySignature(request, ports.signingSecret, clock.now());
    if (signed.kind === 'forged') {
      if (isSslCheck(request)) return { status: 200 };
      complain(signed.because);
      return { status: 401, body: { error: 'not signed by Slack' } };
    }
    const payload = readPayload(request);
    if (payload === null) return { status: 400, body: { error: 'not a payload of Slack' } };
    // Slack asks this once, when somebody writes the address into the app.
    if (payload['type'] === 'url_verification')
      return { status: 200, body: { challenge: String(payload['challenge']) } };
    if (app === null || !isOpen) return { status: 503, body: { error: 'not ready yet' } };
    const claim = createClaim(signed.signature, ports);
    const answer = await within(ackWithinMs, deliver(app, payload, request, claim, log));
    if (answer === 'late') return isCommand(payload) ? slow : { status: 503, body: { error: 'too late' } };
    if (answer !== null) return answer;
    if (claim.state() === 'replay') {
      complain('it was sent before');
      return { status: 401, body: { error: 'a replay' } };
    }
    if (claim.state() !== 'unknown') return { status: 404, body: { error: 'nobody listens to this' } };
    return isCommand(payload) ? notNow : { status: 503, body: { error: 'not now' } };
  };

  return {
    receiver: {
      init: (bolt: Processor): void => {
        app = bolt;
      },
      start: async (): Promise<void> => {
        isOpen = true;
      },
      stop: async (): Promise<void> => {
        isOpen = false;
      },
    },
    isOpen: () => isOpen,
    route: { method: 'POST', path: '/slack/events', handle } satisfies Route,
  };
}

/** Whoever typed a command waits for a sentence, not for an error of Slack's. */
const said = (text: string): HttpAnswer => ({ status: 200, body: { response_type: 'ephemeral', text } });
const notNow = said('Sluice cannot reach its Redis just now. Nothing was changed; try again in a minute.');
const slow = said(
  'Sluice is slow just now. If its answer does not follow here within a minute, type the command again.',
);

/** What Bolt takes for a command: an event comes first there. */
function isCommand(payload: Record<string, unknown>): boolean {
  return typeof payload['command'] === 'string' && payload['event'] === undefined;
}

/** What a listener answers; null where none has acknowledged it. The listener of commands claims by itself, with what it writes. */
async function deliver(
  app: Processor,
  body: Record<string, unknown>,
  { headers }: HttpRequest,
  claim: Claim,
  log: Log,
): Promise<HttpAnswer | null> {
  if (!isCommand(body) && !(await claim.take())) return null;
  const acked = Promise.withResolvers<HttpAnswer>();
  const retryNum = Number(headers['x-slack-retry-num']);
  const reason = headers['x-slack-retry-reason'];
  const processed = app
    .processEvent({
      body,
      customProperties: { claim },
      ack: async (response) => acked.resolve(ackAnswer(response)),
      ...(Number.isInteger(retryNum) ? { retryNum } : {}),
      ...(typeof reason === 'string' ? { retryReason: reason } : {}),
    })
    .then(
      () => null,
      (error: unknown): HttpAnswer => {
        log.error({ err: messageOf(error) }, 'a payload of Slack failed');
        return { status: 500, body: { error: 'internal error' } };
      },
    );
  return Promise.race([acked.promise, processed]);
}

function ackAnswer(response: unknown): HttpAnswer {
  if (typeof response === 'string') return { status: 200, body: response };
  return typeof response === 'object' && response !== null ? { status: 200, body: response } : { status: 200 };
}

/** The JSON of an event, the fields of a command, or the JSON in the one field of an interaction; null for all else. */
function readPayload({ headers, body }: HttpRequest): Record<string, unknown> | null {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const text = body.toString('utf8');
  if (type === 'application/json') return readObject(text);
  if (type !== 'application/x-www-form-urlencoded') return null;
  const fields = [...new URLSearchParams(text)];
  const names = new Set(fields.map(([name]) => name));
  // Of two fields of a name nobody knows which one another reader would take.
  if (names.size !== fields.length) return null;
  const payload = fields.find(([name]) => name === 'payload')?.[1];
  if (payload === undefined) return names.has('command') ? Object.fromEntries(fields) : null;
  return names.size === 1 ? readObject(payload) : null;
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Slack tries the certificate now and then without a signature; only a request that holds nothing else is one. */
function isSslCheck({ body }: HttpRequest): boolean {
  return body.length < 200 && /^(token=[\w-]*&)?ssl_check=1(&token=[\w-]*)?$/.test(body.toString('latin1'));
}
