import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveHttp } from '../src/doors/http.ts';
import { keepDoing } from '../src/doors/rounds.ts';
import { createPulse, type Pulse } from '../src/doors/telemetry.ts';
import { healthRoutes } from '../src/health-routes.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let nowMs = 0;
let pulse: Pulse;
let server: Awaited<ReturnType<typeof serveHttp>>;
let isReady = true;
beforeEach(async () => {
  pulse = createPulse({ now: () => nowMs });
  server = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    log: silent,
    routes: healthRoutes(pulse.late, () => isReady),
  });
});
afterEach(() => server.close());

const ask = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return `${answer.status} ${await answer.text()}`;
};

test('a round that hangs fails /healthz by its name, while HTTP answers; when it goes on, all is well', async () => {
  const hangs = Promise.withResolvers<void>();
  const ending = new AbortController();
  const round = { name: 'branches', everyMs: 1, run: () => hangs.promise };
  const running = keepDoing(round, { log: silent, pulse }, ending.signal);
  expect(await ask('/healthz')).toBe('200 ok');
  nowMs += 100_000;
  expect(await ask('/healthz')).toBe('503 {"late":["branches"]}');
  expect(pulse.ages()).toEqual([{ loop: 'branches', seconds: 100 }]);
  hangs.resolve();
  while ((await ask('/healthz')) !== '200 ok');
  ending.abort();
  await running;
});

test('a process that cannot take commands is not ready, and lives', async () => {
  isReady = false;
  expect(await ask('/readyz')).toMatch(/^503/);
  expect(await ask('/healthz')).toBe('200 ok');
});
