import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { instantOf, systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { personSchema } from '../../src/vocabulary/person.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const inThread = (channel: string, pattern: RegExp) =>
  world.wait(`a line in a thread of #${channel} like ${pattern}`, () =>
    world.messagesOf(channel, pattern).find(({ thread_ts, ts }) => thread_ts !== undefined && thread_ts !== ts),
  );

test('a lock of somebody else is taken over with a confirmed click, and its former owner is told', async () => {
  await world.say('bo', 'general', '/release lock web dev because load test');
  await world.message('releases-dev', /web in dev is locked by .*: load test/);
  await world.say('ana', 'general', '/release lock web dev for 2h because checkout fix');
  expect(await world.whispered('ana', 'general', /locked by .*load test/)).toContain('You may take it over');
  await world.clickWhispered('ana', 'general', /You may take it over/, 'hold.take');
  expect(await world.whispered('ana', 'general', /Taken over/)).toContain(world.mentionOf('bo'));
  expect(await world.message('releases-dev', /taken over from/)).toMatch(
    new RegExp(`locked by ${world.mentionOf('ana')}, taken over from ${world.mentionOf('bo')} until .*: checkout fix`),
  );
  const told = await inThread('releases-dev', /has taken over your lock of web in dev: checkout fix/);
  expect(told.text).toContain(world.mentionOf('bo'));
  await world.say('bo', 'general', '/release unlock web dev');
  expect(await world.whispered('bo', 'general', /Only .* or an operator may unlock/)).toContain(world.mentionOf('ana'));
  await world.say('ana', 'general', '/release unlock web dev');
  await world.whispered('ana', 'general', /Unlocked: web in dev/);
});

test('a freeze of an environment, then of everything, holds releases; at its end their requester is asked', async () => {
  await world.say('ana', 'general', '/release freeze dev because audit');
  expect(await world.whispered('ana', 'general', /You may not freeze dev/)).toContain('an operator');
  await world.say('mia', 'general', '/release freeze dev for 1h because audit');
  await world.message('releases-dev', /dev is frozen by .* until .*: audit/);
  await world.say('ana', 'general', '/release web dev 1.4.2');
  expect(await world.message('releases-dev', /web .*1\.4\.2.* waits/)).toMatch(
    /dev is frozen until .* by @Mia Mørk \(audit\)/,
  );

  await world.say('mia', 'general', '/release freeze because the bank is closed');
  for (const channel of ['releases-dev', 'releases-staging', 'releases'])
    await world.message(channel, /Everything is frozen by .*: the bank is closed/);
  await world.say('mia', 'general', '/release locks');
  const listed = await world.whispered('mia', 'general', /Locks and freezes/);
  expect(listed).toMatch(/dev is frozen by[\s\S]*everything is frozen by/);

  await world.say('mia', 'general', '/release unfreeze dev');
  await world.whispered('mia', 'general', /Unfrozen: dev/);
  await world.say('mia', 'general', '/release unfreeze');
  await world.message('releases-dev', /web .*1\.4\.2.* waits[\s\S]*the freeze is over/);
  await world.click('ana', 'releases-dev', /the freeze is over/, 'release.go');
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
});

test('a lock that has been open for a day is asked about in its thread, and kept with a click', async () => {
  // As it would stand in the record if it had been set two days ago.
  const redis = openRedis({ url: world.redis.url }, 'commands', () => {});
  await whenReady(redis, 10_000);
  const ledger = createLedger({ redis, clock: systemClock });
  const by = personSchema.parse({ user: 'UBO', name: 'Bo Berg' });
  const since = instantOf(Date.now() - 2 * 86_400_000);
  await ledger.hold(
    { kind: 'hold', id: 'old-lock', service: 'mail', environment: 'dev', because: 'migration', by, since },
    { event: 'hold.set', by },
  );
  redis.disconnect();
  const question = await inThread('releases-dev', /mail in dev has been locked for 2 d without an end: migration/);
  expect(question.text).toContain(world.mentionOf('bo'));
  await world.clickIn('bo', 'releases-dev', question.ts, 'hold.keep');
  await inThread('releases-dev', /mail in dev has been locked .*Still needed, says/);
});
