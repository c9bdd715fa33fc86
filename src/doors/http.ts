import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from './errors.ts';
import type { Log } from './telemetry.ts';

export interface HttpRequest {
  readonly headers: IncomingMessage['headers'];
  readonly url: URL;
  /** The raw bytes, for signatures. */
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  /** An object is sent as JSON. */
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (request: HttpRequest) => Promise<HttpAnswer> | HttpAnswer;
}

const bodyLimitBytes = 1_000_000;
const connectionsLimit = 1_000;
const closeMs = 2_000;

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly log: Log;
  /** How long a request may take to come in whole; its headers half of it. */
  readonly requestMs?: number;
}

/** The one HTTP server of the service: bodies up to 1 MB, and what dribbles in is cut off after 10 s. */
export async function serveHttp(options: HttpOptions) {
  const { requestMs = 10_000 } = options;
  const limits = {
    requestTimeout: requestMs,
    headersTimeout: requestMs / 2,
    // Node looks for slow ones every 30 s by default.
    connectionsCheckingInterval: Math.min(1_000, requestMs / 2),
    keepAliveTimeout: 5_000,
  };
  const server = createServer(limits, (incoming, outgoing) => {
    answerTo(incoming, options).then(
      (answer) => send(outgoing, answer),
      (error) => {
        // Whoever hung up, or was cut off for being slow, waits for no answer.
        if (incoming.destroyed && !incoming.complete) return;
        options.log.error({ err: messageOf(error), path: incoming.url?.slice(0, 200) }, 'an HTTP request failed');
        send(outgoing, { status: 500, body: { error: 'internal error' } });
      },
    );
  });
  server.maxConnections = connectionsLimit;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    /** What is being answered is finished, for two seconds at most. */
    close: () =>
      new Promise<void>((resolve) => {
        const hard = setTimeout(() => server.closeAllConnections(), closeMs);
        server.close(() => {
          clearTimeout(hard);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function answerTo(
  incoming: IncomingMessage,
  options: { readonly routes: readonly Route[] },
): Promise<HttpAnswer> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const here = options.routes.filter((route) => route.path === url.pathname);
  if (here.length === 0) return { status: 404, body: { error: 'not found' } };
  const route = here.find(({ method }) => method === incoming.method);
  if (route === undefined)
    return { status: 405, body: { error: `use ${here.map(({ method }) => method).join(' or ')}` } };
  const body = await readBody(incoming);
  if (body === null)
    return {
      status: 413,
      body: { error: `a body may have ${bodyLimitBytes} bytes` },
      headers: { connection: 'close' },
    };
  return route.handle({ headers: incoming.headers, url, body });
}

/** The whole body, or null where it is larger than the limit. */
export async function readBody(incoming: IncomingMessage, limitBytes = bodyLimitBytes): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > limitBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, answer: HttpAnswer): void {
  const text =
    answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const type = typeof answer.body === 'object' ? 'application/json' : 'text/plain; charset=utf-8';
  outgoing.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...answer.headers,
  });
  outgoing.end(text);
}
