import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { key, openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let redis: Redis;
beforeAll(async () => {
  world = await startWorld();
  redis = openRedis({ url: world.redis.url }, 'commands', () => {});
  await whenReady(redis, 40_000);
});
afterAll(async () => {
  redis?.disconnect();
  await world?.close();
});

describe('what is asked is answered privately, with the next command', () => {
  test.each([
    ['/release help', /\/rollback/],
    ['/release where web', /production {2}1\.4\.0[\s\S]*prod-us/],
    ['/release diff web production', /web 1\.4\.0 → 1\.4\.1 in production[\s\S]*It would wait[\s\S]*2 approvals/],
    ['/release describe web 1.4.1', /web 1\.4\.1 from main[\s\S]*staging: stands there now, first healthy/],
    ['/release describe 9.9.9', /None of the last releases, and no artifact/],
    ['/release status web', /dev 1\.4\.1: (healthy 3\/3|not looked at)/],
    ['/release status web dev', /Kustomization shop: applied main@\w{7}[\s\S]*Deployment web: 1\.4\.1, 3\/3 updated/],
    ['/release queue', /nothing|waits/i],
    ['/release history web', /web/],
    ['/release artifacts web', /1\.4\.2/],
    ['/release locks', /no locks|locked/i],
    ['/release wbe dev', /web/],
    ['/release web prodution', /production/],
    ['/release web dev 1.4.99', /1\.4\.2/],
    ['/release web dev feature/nothing', /no version, branch or commit/],
    ['/release ../etc dev', /There is no service/],
    ['/release production web', /\/release web production/],
    ['/release web dev staging', /"staging" is an environment[\s\S]*\/release web staging from dev/],
    ['/rollback web', /environment|rollback/i],
  ])('%s', async (text, expected) => {
    await world.say('ana', 'general', text);
    expect(await world.whispered('ana', 'general', expected)).toBeTruthy();
  });
});

test('a lock stops a release; when it is unlocked its requester is asked, and lets it go', async () => {
  await world.say('mia', 'general', '/release lock web dev for 2h because audit');
  await world.message('releases-dev', /locked.*web|web.*locked/i);
  await world.say('ana', 'general', '/release web dev 1.4.2');
  expect(await world.message('releases-dev', /web .*1\.4\.2.* waits/)).toContain('audit');
  const before = await world.head();
  await world.say('mia', 'general', '/release unlock web dev');
  expect(await world.message('releases-dev', /web .*1\.4\.2.* waits[\s\S]*the lock has ended/)).not.toContain('audit');
  expect(await world.head()).toBe(before);
  await world.click('olu', 'releases-dev', /web .*1\.4\.2.* waits/, 'release.go');
  await world.whispered('olu', 'releases-dev', /Only .* may let/);
  await world.click('ana', 'releases-dev', /web .*1\.4\.2.* waits/, 'release.go');
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
  expect(await world.history()).toContain(before);
});

test('in the thread of a release it is looked at, voted on and cancelled in words', async () => {
  await world.say('ana', 'general', '/release mail production from staging');
  await world.message('releases', /asks mail/);
  const root = world.messagesOf('releases', /asks mail/).find(({ thread_ts }) => thread_ts === undefined)?.ts;
  const inThread = (pattern: RegExp) =>
    world.wait(`an answer like ${pattern} in the thread`, () =>
      world.messagesOf('releases', pattern).find(({ thread_ts, ts }) => thread_ts === root && ts !== root),
    );
  // A reply may be faster than the noting of what was posted: then the message itself says what it shows.
  const noted = () => redis.keys(key('posted', '*', root ?? ''));
  await expect.poll(noted, { timeout: 40_000 }).toHaveLength(1);
  await redis.del(await noted());
  await world.say('olu', 'releases', '@sluice status', root);
  await inThread(/mail 1\.12\.0 → 1\.12\.1 in production[\s\S]*waits: needs 2 approvals/);
  await world.say('cy', 'releases', '@sluice approve', root);
  await world.message('releases', /1 of 2 approved/);
  await world.say('cy', 'releases', '@sluice take back', root);
  await world.message('releases', /0 of 2 approved/);
  await world.say('ana', 'releases', '@sluice cancel', root);
  await world.message('releases', /cancelled by/i);
});

test('a mention in a channel is answered in its thread', async () => {
  const asked = await world.say('ana', 'general', '@sluice where web');
  const thread = asked || world.messagesOf('general', /where web/).at(-1)?.ts;
  await world.wait('the answer in the thread', () =>
    world.messagesOf('general', /web: .* in production/).find(({ thread_ts }) => thread_ts === thread),
  );
});
