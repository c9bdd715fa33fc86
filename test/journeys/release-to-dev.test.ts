import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('a developer releases web to dev and sees one message become healthy in place', async () => {
  await world.say('ana', 'general', '/release web dev 1.4.2 because checkout fix');
  expect(await world.whispered('ana', 'general', /web 1\.4\.2 → dev/)).toContain('#releases-dev');

  const healthy = await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
  expect(healthy).toContain('Ana');
  const all = world.messagesOf('releases-dev', /web .*1\.4\.2/).filter((message) => message.thread_ts === undefined);
  expect(all).toHaveLength(1);
  expect(await world.headMessage()).toMatch(
    /^Release web 1\.4\.2 to dev\n[\s\S]*because: checkout fix[\s\S]*Sluice-Release: [0-9A-Z]{26}/,
  );
  expect(await world.headDiff()).toEqual(['-    newTag: 1.4.1', '+    newTag: 1.4.2']);
  expect(world.running('dev', 'web')).toMatch(/:1\.4\.2/);
});

test('asked again, it says that it runs already and writes nothing', async () => {
  const before = await world.head();
  await world.say('ana', 'general', '/release web dev 1.4.2');
  expect(await world.whispered('ana', 'general', /already/)).toContain('1.4.2');
  expect(await world.head()).toBe(before);
});
