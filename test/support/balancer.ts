import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

const lookEveryMs = 50;

export interface Balancer {
  readonly url: string;
  readonly add: (port: number) => void;
  readonly remove: (port: number) => void;
  /** Of the replicas that said at the last look that they are ready. */
  readonly ready: () => readonly number[];
  /** How many requests each one was given. */
  readonly given: ReadonlyMap<number, number>;
  /** Why it answered 503, in the order of time. */
  readonly failures: readonly string[];
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * What stands before replicas: it asks each for /readyz, gives every request to one that is ready, in turn, and tries
 * another only where nobody listens; 503 where none is ready.
 */
export async function startBalancer(): Promise<Balancer> {
  const ports = new Map<number, boolean>();
  const given = new Map<number, number>();
  const failures: string[] = [];
  let turn = 0;
  const look = setInterval(() => {
    for (const port of ports.keys())
      void ask(port, { method: 'GET', path: '/readyz', headers: {} }, Buffer.alloc(0))
        .then(({ status }) => status === 200)
        .catch(() => false)
        .then((isReady) => ports.has(port) && ports.set(port, isReady));
  }, lookEveryMs);
  const ready = () => [...ports].flatMap(([port, isReady]) => (isReady ? [port] : []));

  // A connection that is kept is never closed just as it is used again.
  const server = createServer({ keepAliveTimeout: 0 }, async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    let why = 'none is ready';
    for (const tries = ready(); tries.length > 0; ) {
      turn += 1;
      const [port = 0] = tries.splice(turn % tries.length, 1);
      try {
        const { url: path = '/', method = 'GET', headers } = incoming;
        const answer = await ask(port, { method, path, headers }, body);
        given.set(port, (given.get(port) ?? 0) + 1);
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
        return;
      } catch (error) {
        why = `${port}: ${error instanceof Error ? error.message : error}`;
        // It was heard by nobody; anything else may have been.
        if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') continue;
        break;
      }
    }
    failures.push(`${new Date().toISOString().slice(11, 19)} ${why}`);
    outgoing.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (port) => void ports.set(port, false),
    remove: (port) => void ports.delete(port),
    ready,
    given,
    failures,
    close: () => {
      clearInterval(look);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function ask(
  port: number,
  options: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders },
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // A connection of its own for each: none is closed by the other side just as it is used again.
    const asked = request({ host: '127.0.0.1', port, agent: false, ...options }, (answer) => {
      bodyOf(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: text }),
        reject,
      );
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
