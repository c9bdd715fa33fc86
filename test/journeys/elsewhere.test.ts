import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly event?: string; readonly service?: string };
}

const calls: Call[] = [];
/** How often the webhook is away before it answers. */
let away = 2;
let server: Server;
let world: World;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      if (path === '/hook' && away > 0) {
        away -= 1;
        response.writeHead(503).end();
        return;
      }
      calls.push({ path, headers: request.headers, text, body: JSON.parse(text) });
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"id": 7}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = { env: 'SECRET' };
  world = await startWorld({
    speed: 20,
    announce: {
      webhooks: [
        { url: `${url}/hook`, secret },
        { url: `${url}/failures`, secret, events: ['release.failed'], environments: ['staging'] },
      ],
      grafana: { url: `${url}/grafana`, token: secret },
      github: { api: `${url}/api/v3`, token: secret, repository: 'acme/{service}' },
    },
  });
});
afterAll(async () => {
  await world?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const to = (path: string) => calls.filter((call) => call.path === path);
const events = (path: string) => to(path).map(({ body }) => body.event);

test('a release is told to webhooks, Grafana and GitHub, signed, once each, although the webhook was away first', async () => {
  await world.release('ana', 'web', 'dev', '1.4.2');
  await world.wait('the webhook', () => events('/hook').includes('release.healthy'));
  expect(events('/hook')).toEqual(['release.written', 'release.healthy']);
  const [written] = to('/hook');
  expect(written?.body).toMatchObject({
    service: 'web',
    environment: 'dev',
    release: { version: '1.4.2', from: '1.4.1', intent: 'release', requestedBy: 'Ana Andersen' },
  });
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = written?.headers ?? {};
  const mac = createHmac('sha256', 'a secret').update(`${id}.${timestamp}.${written?.text}`).digest('base64');
  expect(signature).toBe(`v1,${mac}`);

  await world.wait('Grafana', () => to('/grafana/api/annotations').length === 2);
  expect(to('/grafana/api/annotations').at(-1)?.body).toMatchObject({
    tags: ['sluice', 'healthy', 'service:web', 'environment:dev', 'version:1.4.2'],
    text: 'web 1.4.1 → 1.4.2 in dev (release by Ana Andersen): healthy',
  });
  const deployments = '/api/v3/repos/acme/web/deployments';
  await world.wait('GitHub', () => to(`${deployments}/7/statuses`).length === 2);
  expect(to(deployments)).toHaveLength(1);
  expect(to(deployments)[0]?.body).toMatchObject({ environment: 'dev', auto_merge: false, required_contexts: [] });
  expect(to(`${deployments}/7/statuses`).map(({ body }) => body['state'])).toEqual(['in_progress', 'success']);
});

test('a receiver hears only of what it asked for', async () => {
  world.cluster('staging').crashNext('web');
  await world.say('ana', 'general', '/release web staging 1.4.2');
  await world.message('releases-staging', /web 1\.4\.2 failed/);
  await world.wait('the webhook for failures', () => events('/failures').length > 0);
  expect(events('/failures')).toEqual(['release.failed']);
  expect(to('/failures')[0]?.body).toMatchObject({ service: 'web', environment: 'staging' });
  expect(world.lines.join()).not.toContain('a secret');
});
