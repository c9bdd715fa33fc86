import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Served, serve } from '../support/serve.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let stuck: Served;
beforeAll(async () => {
  world = await startWorld({ idle: true });
  const main = resolve(import.meta.dirname, '../support/stuck-main.ts');
  stuck = await serve(['serve', '--config', world.configuration['SLUICE_CONFIG'] ?? ''], world.configuration, main);
});
afterAll(async () => {
  await stuck?.end('SIGKILL');
  await world?.close();
});

test('a replica that is asked to end does so although its work never ends, and another one does that work', async () => {
  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.wait('work that stands still', () => stuck.lines().includes('stuck'));
  expect(await stuck.end('SIGTERM')).toBe('exit 0');
  await world.startApp();
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
});
