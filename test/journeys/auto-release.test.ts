import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 20 });
  const good = world.git.read('sluice.yaml') ?? '';
  world.git.commit(
    { 'sluice.yaml': `${good}  - { kind: auto-release, services: [web], branch: main, environment: dev }\n` },
    { message: 'Let web go to dev by itself\n', author: 'Mia Mork <mia@acme.test>' },
  );
});
afterAll(() => world?.close());

const commits = async (version: string) =>
  (await world.messages()).filter((message) => message.startsWith(`Release web ${version} to dev`)).length;

test('what CI builds from main runs in dev without a word from anybody, once, and the author is named', async () => {
  for (let time = 0; time < 3; time += 1) await world.build('web', '1.5.0', { author: 'Ana Andersen <ana@acme.test>' });
  const running = await world.message('releases-dev', /web 1\.5\.0 is running in dev/);
  expect(running).toContain('Asked by auto-release (built by Ana Andersen)');
  const commit = await world.headMessage();
  expect(commit).toContain('Sluice-Intent: auto-release');
  expect(commit).toContain('Sluice-Requested-By: Ana Andersen <ana@acme.test> (auto-release)');
  await world.build('web', '1.5.0', { author: 'Ana Andersen <ana@acme.test>' });
  await world.build('web', '1.5.0-next', { branch: 'next' });
  await world.build('api', '9.9.9');
  await world.build('web', '1.5.1', { author: 'Nobody <nobody@elsewhere.test>' });
  await world.message('releases-dev', /web 1\.5\.1 is running in dev/);
  expect(await commits('1.5.0')).toBe(1);
  expect(await commits('1.5.0-next')).toBe(0);
  expect((await world.messages())[0]).toContain('(auto-release)');
});

test('a lock stops it, only the newest waits, and whoever may release lets it go', async () => {
  await world.say('mia', 'general', '/release lock web dev because a demo');
  await world.whispered('mia', 'general', /Locked/);
  await world.build('web', '1.5.2');
  await world.message('releases-dev', /web .*1\.5\.2.* waits[\s\S]*locked by .*a demo/);
  await world.build('web', '1.5.3', { author: 'Ana Andersen <ana@acme.test>' });
  await world.message('releases-dev', /web .*1\.5\.3.* waits[\s\S]*locked by/);
  await world.message('releases-dev', /web .*1\.5\.2.*superseded/);
  await world.say('mia', 'general', '/release unlock web dev');
  await world.message('releases-dev', /web .*1\.5\.3.* waits[\s\S]*the lock has ended/);
  await world.click('olu', 'releases-dev', /web .*1\.5\.3/, 'release.go');
  await world.whispered('olu', 'releases-dev', /Only a releaser or an operator may let/);
  await world.click('bo', 'releases-dev', /web .*1\.5\.3/, 'release.go');
  await world.message('releases-dev', /web 1\.5\.3 is running in dev/);
  expect(await commits('1.5.2')).toBe(0);
});

test('after a rollback nothing goes by itself until a person releases; then it does again', async () => {
  await world.say('ana', 'general', '/rollback web dev because slow');
  await world.message('releases-dev', /web 1\.5\.1 is running in dev[\s\S]*Rolled back by/);
  await world.say('ana', 'general', '/release unlock web dev');
  await world.whispered('ana', 'general', /Unlocked/);
  await world.build('web', '1.5.4');
  await world.message('releases-dev', /web .*1\.5\.4.* waits[\s\S]*dev runs web 1\.5\.1 since a rollback/);
  await world.release('ana', 'web', 'dev', '1.4.2');
  await world.message('releases-dev', /web .*1\.5\.4.*superseded/);
  await world.build('web', '1.5.5');
  await world.message('releases-dev', /web 1\.5\.5 is running in dev/);
  expect(await commits('1.5.4')).toBe(0);
});

test('what is refused is told in the channel quietly, and to its author', async () => {
  const good = world.git.read('sluice.yaml') ?? '';
  world.git.commit(
    { 'sluice.yaml': `${good}  - { kind: reference, environments: [dev], pattern: "^CHG[0-9]+$" }\n` },
    { message: 'Ask for tickets\n', author: 'Mia Mork <mia@acme.test>' },
  );
  await world.build('web', '1.5.6', { author: 'Ana Andersen <ana@acme.test>' });
  const refused = await world.message('releases-dev', /Not released: web 1\.5\.6 → dev/);
  expect(refused).not.toContain('<@');
  await world.whispered('ana', 'releases-dev', /Not released: web 1\.5\.6 → dev[\s\S]*ticket/);
});
