import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World, wordsOf } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const inThread = (channel: string, pattern: RegExp) =>
  world
    .messagesOf(channel, pattern)
    .find((message) => message.thread_ts !== undefined && message.thread_ts !== message.ts);

test('the last lines of a crashing container come into the thread where the environment wants them, once', async () => {
  const before = world.git.read('sluice.yaml') ?? '';
  world.git.commit(
    { 'sluice.yaml': before.replace('channel: "#releases-dev"', 'logs: thread, channel: "#releases-dev"') },
    { message: 'Show logs of dev\n', author: 'Mia Mork <mia@acme.test>' },
  );
  world.cluster('dev').crashNext('web');
  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.message('releases-dev', /web 1\.4\.2 failed on dev/);
  const log = await world.wait('the log in the thread', () =>
    inThread('releases-dev', /the last lines of web in pod web-/),
  );
  expect(wordsOf(log)).toContain("TypeError: Cannot read properties of undefined (reading 'address')");
  expect(world.messagesOf('releases-dev', /the last lines of/)).toHaveLength(1);
});
