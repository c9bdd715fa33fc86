import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
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
      tags: {},
      traces: { url: `${url}/otlp` },
      github: { api: `${url}/api/v3`, token: secret, repository: 'acme/{service}' },
    },
  });
});
afterAll(async () => {
  await world?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const traceSchema = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              startTimeUnixNano: z.string().regex(/^[0-9]{19}$/),
              endTimeUnixNano: z.string().regex(/^[0-9]{19}$/),
            }),
          ),
        }),
      ),
    }),
  ),
});
const spansIn = (body: unknown) =>
  traceSchema.parse(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

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

test('what is healthy is tagged in the GitOps repository', async () => {
  await world.wait('the tag', () => world.taggedAt('dev/web') === 'Release web 1.4.2 to dev');
});

test('its trace shows the way from the request to ready pods, step by step', async () => {
  await world.wait('the trace', () => to('/otlp/v1/traces').length > 0);
  expect(to('/otlp/v1/traces')).toHaveLength(1);
  const spans = spansIn(to('/otlp/v1/traces')[0]?.body);
  expect(spans.map(({ name }) => name)).toEqual([
    'release web → dev',
    'asked → queued',
    'queued → written',
    'dev',
    'written → fetched',
    'fetched → applied',
    'applied → healthy',
  ]);
  const [root, asked, , cluster, fetched] = spans;
  expect([asked?.parentSpanId, cluster?.parentSpanId]).toEqual([root?.spanId, root?.spanId]);
  expect(fetched?.parentSpanId).toBe(cluster?.spanId);
  for (const span of spans) expect(span.endTimeUnixNano >= span.startTimeUnixNano).toBe(true);
  expect(spans.at(-1)?.endTimeUnixNano).toBe(root?.endTimeUnixNano);
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
