import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 24 });
});
afterAll(() => world?.close());

/** What is deployed to dev in a moment stays on its way while something is said of those that wait for it. */
async function whileDevWaits(kustomization: string, during: () => Promise<unknown>): Promise<void> {
  world.cluster('dev').suspend(kustomization, true);
  await during();
  world.cluster('dev').suspend(kustomization, false);
}

test('one command goes through three environments, each with its own policies, one after the other', async () => {
  await whileDevWaits('shop', async () => {
    await world.say('ana', 'general', '/release web dev,staging,production 1.4.2');
    await world.whispered('ana', 'general', /web 1\.4\.2 → dev → staging → production, each when/);
    await world.message('releases-staging', /web 1\.4\.2 → staging waits for dev \(step 2 of 3\)/);
    await world.message('releases', /web 1\.4\.2 → production waits for staging \(step 3 of 3\)/);
  });
  await world.message('releases-staging', /web 1\.4\.2 is running in staging/);
  const asked = await world.message('releases', /asks web 1\.4\.0 → 1\.4\.2 in production/);
  expect(asked).toMatch(/0 of 2 approved/);
  await world.click('bo', 'releases', /asks web/, 'release.approve');
  await world.say('cy', 'releases', '@sluice approve', threadOf('releases', /asks web/));
  await world.message('releases', /web 1\.4\.2 is running in production.*approved by/);
  const commits = (await world.messages()).slice(0, 3).map((message) => message.split('\n')[0]);
  expect(commits).toEqual(['production', 'staging', 'dev'].map((name) => `Release web 1.4.2 to ${name}`));
});

test('one cancel stops the rest', async () => {
  await whileDevWaits('mail', async () => {
    await world.say('bo', 'general', '/release mail dev,staging,production 1.12.2');
    await world.message('releases', /mail 1\.12\.2 → production waits for staging/);
    await world.click('bo', 'releases-staging', /mail 1\.12\.2 → staging waits for dev/, 'release.cancel');
    await world.message('releases-staging', /mail 1\.12\.2 in staging: cancelled by/);
    await world.message('releases', /mail 1\.12\.2 in production: cancelled by/);
  });
  await world.message('releases-dev', /mail 1\.12\.2 is running in dev/);
});

test('a step that fails ends the later ones, which say why and how to go on', async () => {
  world.cluster('dev').crashNext('checkout');
  await world.say('ana', 'general', '/release checkout dev,staging,production 0.9.4');
  await world.message('releases-dev', /checkout 0\.9\.4 failed on dev/);
  for (const channel of ['releases-staging', 'releases'])
    expect(await world.message(channel, /Not released: checkout 0\.9\.4/)).toMatch(
      /checkout 0\.9\.4 failed in dev: .*[\s\S]*Next: \/release checkout dev,staging,production 0\.9\.4/,
    );
  expect((await world.headMessage()).split('\n')[0]).toBe('Release checkout 0.9.4 to dev');
});

test('a chain of what cannot be released is refused once, and shown nowhere', async () => {
  await world.say('ana', 'general', '/release web dev,staging,production 9.9.9');
  await world.whispered('ana', 'general', /no version, branch or commit "9\.9\.9"/);
  expect(world.messagesOf('releases-staging', /9\.9\.9/)).toEqual([]);
});

function threadOf(channel: string, pattern: RegExp): string | undefined {
  return world.messagesOf(channel, pattern).find(({ thread_ts, ts }) => thread_ts === undefined || thread_ts === ts)
    ?.ts;
}
