import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('a live edit opens a drift message that names field, values and client, and closes when Flux has corrected it', async () => {
  world.cluster('dev').liveEdit('default', 'mail', 'registry.acme.test/mail:9.9.9', 'kubectl-edit');
  const open = await world.message('releases-dev', /Deployment\/default\/mail/);
  expect(open).toContain('9.9.9');
  expect(open).toContain('kubectl-edit');
  expect(open).toMatch(/image/);
  await world.message('releases-dev', /corrected/i);
  expect(
    world.messagesOf('releases-dev', /Deployment\/default\/mail/).filter((message) => message.thread_ts === undefined),
  ).toHaveLength(1);
});
