import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('what is written and on its way can be aborted: it goes back to the last good version and leaves a lock', async () => {
  world.cluster('dev').suspend('shop', true);
  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.message('releases-dev', /web 1\.4\.2 is written .* on its way to dev/);
  await world.click('ana', 'releases-dev', /web 1\.4\.2 is written/, 'release.rollback');
  await world.message('releases-dev', /web 1\.4\.1 is written/);
  world.cluster('dev').suspend('shop', false);
  expect(await world.message('releases-dev', /web 1\.4\.1 is running in dev/)).toContain('Rolled back by');
  await world.message('releases-dev', /web 1\.4\.2 was superseded by 1\.4\.1/);
  await world.say('ana', 'general', '/release locks');
  expect(await world.whispered('ana', 'general', /given up on its way/)).toContain('web');
});
