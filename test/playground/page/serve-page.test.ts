import { createServer, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { servePage } from '../../../src/playground/page/serve-page.ts';

const server = createServer((incoming, outgoing) => {
  if (servePage(incoming, outgoing)) return;
  outgoing.writeHead(418);
  outgoing.end('somebody else');
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => void server.close());

/** Asks with the path as it is spelled: fetch would tidy it up first. */
function ask(path: string, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

test.each([
  ['/', 'text/html; charset=utf-8'],
  ['/?as=UANA', 'text/html; charset=utf-8'],
  ['/page/app.js', 'text/javascript; charset=utf-8'],
  ['/page/style.css', 'text/css; charset=utf-8'],
  ['/page/sluice.svg', 'image/svg+xml'],
  ['/vendor/preact.js', 'text/javascript; charset=utf-8'],
  ['/vendor/preact-hooks.js', 'text/javascript; charset=utf-8'],
  ['/vendor/htm.js', 'text/javascript; charset=utf-8'],
  ['/vendor/htm-preact.js', 'text/javascript; charset=utf-8'],
])('%s is served as %s', async (path, type) => {
  const { status, headers } = await ask(path);
  expect([status, headers['content-type']]).toEqual([200, type]);
});

test.each([
  '/page/../serve-page.ts',
  '/page/serve-page.ts',
  '/page/%2e%2e/serve-page.ts',
  '/page/..%2fserve-page.ts',
  '/page/',
  '/vendor/../../package.json',
  '/vendor/constructor',
  '/page//etc/passwd',
])('%s is not found', async (path) => expect((await ask(path)).status).toBe(404));

test('a path of another part is left to it', async () => expect((await ask('/client/boot')).status).toBe(418));

test('only reading is allowed', async () => expect((await ask('/page/app.js', 'POST')).status).toBe(405));

test('the page allows scripts from here only', async () => {
  const { headers } = await ask('/');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[^']+'; /);
  expect(headers['content-security-policy']).not.toContain('unsafe');
});
