import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('where a line says so, a version whose pods crash is rolled back by itself, once, and leaves a lock', async () => {
  const before = world.git.read('sluice.yaml') ?? '';
  world.git.commit(
    { 'sluice.yaml': `${before}  - { kind: on-failure, do: rollback, environments: [dev] }\n` },
    { message: 'Roll back what fails in dev\n', author: 'Mia Mork <mia@acme.test>' },
  );
  world.cluster('dev').crashNext('web');
  await world.say('ana', 'general', '/release web dev 1.4.2');
  const back = await world.message('releases-dev', /web 1\.4\.1 is running in dev/);
  expect(back).toContain('Rolled back by Sluice itself (on-failure)');
  expect(await world.headMessage()).toContain('Sluice-Intent: rollback');
  expect(world.messagesOf('releases-dev', /rolled back by itself/)).toHaveLength(1);
  await world.say('ana', 'general', '/release locks');
  expect(await world.whispered('ana', 'general', /1\.4\.2 failed: CrashLoopBackOff/)).toContain('web');
});
