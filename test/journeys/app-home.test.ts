import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const home = (who: string) => JSON.stringify(world.workspace.control.home(who)?.view ?? {}).replaceAll('\u200b', '');
const shows = (who: string, pattern: RegExp) =>
  world.wait(`a Home tab of ${who} like ${pattern}`, () => pattern.test(home(who)));

test('the Home tab shows what runs and what waits for its person, and follows what happens', async () => {
  const { control } = world.workspace;
  control.openHome('ana');
  await shows('ana', /Your services.*web/);
  expect(home('ana')).not.toContain('Locks');

  await world.say('mia', 'general', '/release lock web dev because audit');
  await shows('ana', /Locks \(1\).*audit/);

  await world.say('ana', 'general', '/release web dev 1.4.2');
  await shows('ana', /Your releases that wait.*web 1\.4\.1 → 1\.4\.2 in dev/);

  control.openHome('mia');
  await shows('mia', /audit/);
  await control.pressHome('mia', 'hold.unlock');
  await world.wait('the end of the lock in the Home tab', () => !home('ana').includes('Locks'));
});

test('what somebody has muted is in their Home tab, and is ended there', async () => {
  await world.say('ana', 'general', '/release mute web staging');
  await shows('ana', /Muted \(1\).*web in staging/);
  await world.workspace.control.pressHome('ana', 'mute.end');
  await world.wait('the end of the mute in the Home tab', () => !home('ana').includes('Muted'));
});

test('a Home tab says what its person may do, and offers the form to those who may release', async () => {
  const { control } = world.workspace;
  control.openHome('olu');
  await shows('olu', /release nothing yet.*Ask mia/);
  expect(home('olu')).not.toContain('release.form');
  await shows('ana', /You may release to dev, staging and production/);
  await control.pressHome('ana', 'release.form');
  await world.wait('the form', () => control.views('ana').length > 0);
  await control.closeWindow('ana');
});

test('what waits for votes is in the Home tab of those who can vote, and can be approved there', async () => {
  const { control } = world.workspace;
  control.openHome('bo');
  await shows('bo', /What runs|Your services/);
  await world.say('ana', 'general', '/release mail production');
  await shows('bo', /Waiting for your vote.*mail/);
  await control.pressHome('bo', 'release.approve');
  await world.message('releases', /1 of 2 approved/);
  await world.wait('the vote to leave the Home tab', () => !home('bo').includes('Waiting for your vote'));
});
