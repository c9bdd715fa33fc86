import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('without a version the first environment takes the newest of main, and says so', async () => {
  await world.say('ana', 'general', '/release web dev');
  expect(await world.message('releases-dev', /web 1\.4\.2 is running in dev/)).toMatch(/chosen: .*main/);
});

test('a branch takes its newest version', async () => {
  await world.say('ana', 'general', '/release web dev hotfix/login');
  await world.message('releases-dev', /web 1\.4\.1-login\.1 is running in dev/);
});

test('a commit prefix takes the version that was built from it', async () => {
  await world.say('ana', 'general', '/release artifacts web');
  const listed = await world.whispered('ana', 'general', /1\.5\.0-dark\.3/);
  const commit = /1\.5\.0-dark\.3 feature\/dark-mode ([0-9a-f]{7})/.exec(listed)?.[1] ?? 'no commit was listed';
  await world.say('ana', 'general', `/release web dev ${commit}`);
  await world.message('releases-dev', /web 1\.5\.0-dark\.3 is running in dev/);
});

test('`from dev` takes what is healthy there', async () => {
  await world.release('ana', 'web', 'dev', '1.4.2');
  await world.say('ana', 'general', '/release web staging from dev');
  expect(await world.message('releases-staging', /web 1\.4\.2 is running in staging/)).toMatch(/healthy in dev/);
});

test('a rollback by hand goes to the last version that was healthy, or to the one that is named', async () => {
  await world.say('bo', 'general', '/rollback web production because slow pages');
  const first = await world.message('releases', /web \S+ is running in production/);
  expect(await world.headMessage()).toMatch(/Sluice-Intent: rollback/);
  expect(first).toContain('slow pages');
  await world.say('mia', 'general', '/rollback web production 1.3.9');
  await world.message('releases', /web 1\.3\.9 is running in production/);
  await world.say('ana', 'general', '/release locks');
  expect(await world.whispered('ana', 'general', /slow pages/)).toContain('web');
});

test('a HelmRelease that fails says why and what still runs', async () => {
  world.cluster('dev').crashNext('search');
  await world.say('ana', 'general', '/release search dev');
  const failed = await world.message('releases-dev', /search \S+ failed on dev/);
  expect(failed).toMatch(/still|runs|serves/);
});
