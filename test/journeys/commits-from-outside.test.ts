import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('commits to other files and to a neighbour in the same file stay, and the release lands on top of them', async () => {
  await world.release('ana', 'web', 'dev', '1.4.2');
  await world.release('ana', 'web', 'staging', '1.4.2');
  await world.say('ana', 'general', '/release web production 1.4.2');
  await world.message('releases', /asks web .*1\.4\.2/);
  const foreign = [
    await world.commitFromOutside('another file'),
    await world.commitFromOutside('neighbour', 'production'),
  ];
  await world.click('bo', 'releases', /1\.4\.2/, 'release.approve');
  await world.click('cy', 'releases', /1\.4\.2/, 'release.approve');
  await world.message('releases', /web 1\.4\.2 is running in production/);
  const history = await world.history();
  for (const commit of foreign) expect(history).toContain(commit);
});

test("a commit to the service's own line after the votes asks again and says what changed", async () => {
  await world.release('ana', 'web', 'dev', '1.4.0');
  await world.release('ana', 'web', 'staging', '1.4.0');
  await world.say('ana', 'general', '/release web production 1.4.0');
  await world.message('releases', /asks web .*1\.4\.0/);
  await world.click('bo', 'releases', /asks web .*1\.4\.0/, 'release.approve');
  await world.message('releases', /1 of 2 approved/);
  const foreign = await world.commitFromOutside('own line', 'production');
  await world.click('cy', 'releases', /asks web .*1\.4\.0/, 'release.approve');
  await world.message('releases', /changed|asked again/i);
  expect(await world.head()).toBe(foreign);
});

test('a version that somebody else writes is told once, with its commit, and over when it is put back', async () => {
  await world.commitFromOutside('own line', 'dev');
  const told = await world.message('releases-dev', /web in dev was changed in Git by somebody else than Sluice/);
  expect(told).toContain('1.4.0');
  expect(told).toMatch(/by Olu Okafor .*Change web in dev by hand/);
  await world.release('ana', 'web', 'dev', '1.4.1');
  await world.message('releases-dev', /Git holds again of web in dev what Sluice wrote last/);
});
