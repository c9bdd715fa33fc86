import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serveHttp } from '../../src/doors/http.ts';

let server: Awaited<ReturnType<typeof serveHttp>>;
const errors: string[] = [];
const bodies: number[] = [];

beforeEach(async () => {
  errors.length = 0;
  bodies.length = 0;
  const route = {
    method: 'POST',
    path: '/taken',
    handle: ({ body }: { body: Buffer }) => {
      bodies.push(body.length);
      return { status: 200, body: { bytes: body.length } };
    },
  } as const;
  const note = (_: object, message: string) => void errors.push(message);
  const log = { debug: () => {}, info: () => {}, warn: note, error: note };
  server = await serveHttp({ host: '127.0.0.1', port: 0, log, routes: [route], requestMs: 200 });
});
afterEach(() => server.close());

/** What comes back on one connection until the server ends it; a part every 20 ms. */
function dribble(parts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    let next = 0;
    const timer = setInterval(() => {
      const part = parts[next] ?? '';
      if (next < parts.length) socket.write(part);
      next += 1;
    }, 20);
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}

describe('the HTTP server', () => {
  const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;

  test('takes a body of a megabyte and no more', async () => {
    const fits = await fetch(url('/taken'), { method: 'POST', body: 'x'.repeat(1_000_000) });
    expect(await fits.json()).toEqual({ bytes: 1_000_000 });
    const large = await fetch(url('/taken'), { method: 'POST', body: 'x'.repeat(1_000_001) }).catch(() => null);
    expect(large?.status ?? 413).toBe(413);
    expect(bodies).toEqual([1_000_000]);
  });

  test('says what it has and how to ask for it', async () => {
    expect((await fetch(url('/other'))).status).toBe(404);
    expect(await (await fetch(url('/taken'))).json()).toEqual({ error: 'use POST' });
  });

  test.each([
    [
      'headers',
      ['POST /taken HTTP/1.1\r\n', 'host: x\r\n', ...Array.from({ length: 500 }, (_, at) => `a${at}: b\r\n`)],
    ],
    [
      'a body',
      ['POST /taken HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n', ...Array.from({ length: 500 }, () => 'x')],
    ],
  ])('cuts off who sends %s byte by byte, and complains to nobody', async (_, parts) => {
    expect(await dribble(parts)).toMatch(/^HTTP\/1\.1 408 /);
    expect(bodies).toEqual([]);
    expect(errors).toEqual([]);
  });
});
