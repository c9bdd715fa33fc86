import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('a version that was never healthy in staging is refused with every reason and the next command', async () => {
  const before = await world.head();
  await world.say('ana', 'general', '/release web production 1.4.2');
  const refusal = await world.whispered('ana', 'general', /Not released/);
  expect(refusal).toContain('web 1.4.2 was never healthy in staging');
  expect(refusal).toContain('/release web staging 1.4.2');
  expect(await world.head()).toBe(before);
  expect(world.messagesOf('releases', /1\.4\.2/)).toEqual([]);
});

test('after staging, production takes two votes; the requester and strangers are refused privately', async () => {
  await world.release('ana', 'web', 'dev', '1.4.2');
  await world.release('ana', 'web', 'staging', '1.4.2');

  await world.say('ana', 'general', '/release web production');
  await world.message('releases', /asks web .*1\.4\.2/);

  await world.click('ana', 'releases', /1\.4\.2/, 'release.approve');
  expect(await world.whispered('ana', 'releases', /you asked for it yourself/)).toBeTruthy();
  await world.click('olu', 'releases', /1\.4\.2/, 'release.approve');
  expect(await world.whispered('olu', 'releases', /only @platform/)).toBeTruthy();

  await world.click('bo', 'releases', /1\.4\.2/, 'release.approve');
  await world.message('releases', /1 of 2 approved/);
  await world.click('bo', 'releases', /1\.4\.2/, 'release.approve');
  expect(await world.whispered('bo', 'releases', /already/)).toBeTruthy();
  await world.click('cy', 'releases', /1\.4\.2/, 'release.approve');

  const done = await world.message('releases', /web 1\.4\.2 is running in production/);
  expect(done).toContain('prod-eu');
  expect(done).toContain('prod-us');
  for (const approver of ['bo', 'cy']) expect(done).toContain(world.mentionOf(approver));
  expect(await world.headMessage()).toMatch(/Sluice-Approved-By: Bo[\s\S]*Sluice-Approved-By: Cy/);
  expect(world.buttonsOf('releases', /1\.4\.2 is running/)).toEqual([]);
});
