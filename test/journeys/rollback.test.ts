import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 20 });
  // No mention there reaches ana.
  world.workspace.control.setMembers('releases-dev', ['bo', 'cy', 'mia', 'olu', 'sluice']);
});
afterAll(() => world?.close());

/** What ana was told privately, as far as the first colon. */
const direct = () => world.workspace.control.messages('DANA').map(({ text }) => text.split(':')[0]?.trim() ?? '');
const isToldDirectly = (pattern: RegExp) =>
  world.wait(`A direct message like ${pattern}`, () => direct().some((text) => pattern.test(text)));

test('a crashing rollout turns the message to failed, offers Roll back, and the click brings the last good version and a lock', async () => {
  world.cluster('dev').crashNext('web');
  await world.say('ana', 'general', '/release web dev 1.4.2');
  const failed = await world.message('releases-dev', /web 1\.4\.2 failed on dev/);
  expect(failed).toContain('CrashLoopBackOff');
  expect(failed).toContain('1.4.1');
  await world.wait('A mention of the requester in the thread', () =>
    world
      .messagesOf('releases-dev', /failed/)
      .some((message) => message.thread_ts !== undefined && message.text.includes(world.mentionOf('ana'))),
  );
  await isToldDirectly(/^web 1\.4\.2 failed on dev$/);

  await world.say('bo', 'general', '/release mute web dev for 2h');
  await world.whispered('bo', 'general', /Muted until/);
  await world.click('bo', 'releases-dev', /web 1\.4\.2 failed/, 'release.rollback');
  await world.message('releases-dev', /web 1\.4\.1 is running in dev/);
  expect(await world.headMessage()).toContain('Sluice-Intent: rollback');
  // Whoever has muted it is only named.
  await world.wait('The final word in the thread', () =>
    world
      .messagesOf('releases-dev', /^Bo Berg web 1\.4\.1 is running in dev/)
      .some(({ thread_ts: at }) => at !== undefined),
  );

  await world.say('ana', 'general', '/release locks');
  expect(await world.whispered('ana', 'general', /rollback|rolled back/i)).toContain('web');
  await world.say('ana', 'general', '/release web dev 1.4.2');
  expect(await world.message('releases-dev', /web .*1\.4\.2.* waits/)).toContain('locked');
});

test('a version that fails after it was healthy reaches whoever asked outside of the channel', async () => {
  await world.release('ana', 'api', 'dev', '2.8.0');
  await isToldDirectly(/^api 2\.8\.0 is running in dev$/);
  world.cluster('dev').crashNow('api', true);
  await isToldDirectly(/^api 2\.8\.0 failed on dev .* after it was healthy there$/);
  expect(direct()).toHaveLength(3);
});
