import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const good = world.git.read('sluice.yaml') ?? '';
  const passable = good
    .replace('count: 2, within: 4h }', 'count: 2, within: 4h, override: [operator] }')
    .replace('of: [mia] }', 'of: [mia, bo] }')
    .replace('people:\n', 'people:\n  bo: { slack: UBO }\n');
  const window = 'from: "00:00", to: "24:00", timezone: UTC, because: stock take';
  world.git.commit(
    {
      'sluice.yaml': `${passable}  - { kind: freeze-window, environments: [dev], ${window}, override: [operator] }
  - { kind: reference, environments: [dev], services: [mail], pattern: "^CHG" }
`,
    },
    { message: 'Let operators pass\n', author: 'Mia Mork <mia@acme.test>' },
  );
});
afterAll(() => world?.close());

const broadcast = (channel: string, pattern: RegExp) =>
  world.wait(`a line in #${channel} like ${pattern}`, () =>
    world.messagesOf(channel, pattern).find(({ thread_ts, ts }) => thread_ts !== undefined && thread_ts !== ts),
  );

test('only the role that the policy names passes it, with a reason; the channel and the commit say so', async () => {
  await world.say('ana', 'general', '/release web dev 1.4.2 override freeze-window because the shop is down');
  const refused = await world.whispered('ana', 'general', /Not released/);
  expect(refused).toContain('@Ana Andersen may not override freeze-window for web in dev');
  expect(refused).toContain('Next: ask mia or bo');

  await world.say('mia', 'general', '/release web dev 1.4.2 override freeze-window');
  expect(await world.whispered('mia', 'general', /An override needs a reason/)).toContain('because TEXT');

  await world.say('mia', 'general', '/release web dev 1.4.2 override freeze-window because the shop is down');
  const running = await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
  expect(running).toContain(`Override by ${world.mentionOf('mia')} of freeze-window (dev is frozen until`);
  expect(running).toContain('because: the shop is down');
  await broadcast('releases-dev', /overrides policies with web 1\.4\.1 → 1\.4\.2 in dev.*the shop is down/);
  expect(await world.headMessage()).toContain('\nSluice-Override: freeze-window\n');
});

test('an emergency is one command; what no role may pass is refused with who can change that', async () => {
  await world.say('mia', 'general', '/release mail dev override all because mail is down');
  const refused = await world.whispered('mia', 'general', /Not released/);
  expect(refused).toContain('nobody may override reference here');
  expect(refused).toContain('whoever may change sluice.yaml');

  await world.say('mia', 'general', '/release web production from staging override all because the shop is down');
  await world.message('releases', /asks web .*1\.4\.1.* in production/);
});

test('whoever passes approvals waits for the click of a second operator', async () => {
  const asking = /asks web .*1\.4\.1.* in production/;
  await world.message('releases', /0 of 1 confirmed the override/);
  await world.click('mia', 'releases', asking, 'release.approve');
  expect(await world.whispered('mia', 'releases', /you asked for it yourself/)).toBeTruthy();
  await world.click('bo', 'releases', asking, 'release.approve');
  const running = await world.message('releases', /web 1\.4\.1 is running in production/);
  expect(running).toContain(`Confirmed by ${world.mentionOf('bo')}`);
  expect(running).not.toContain('approved by');
  expect(await world.headMessage()).toMatch(/Sluice-Override: approvals\nSluice-Override-Confirmed-By: Bo Berg/);
});

test('an override wants a second look by somebody else, who says so on the message or by command', async () => {
  expect(await world.message('releases', /web 1\.4\.1 is running in production/)).toMatch(
    /Wants a second look by somebody else until \w+ \d{4}-\d\d-\d\d 17:00 UTC/,
  );
  await world.click('mia', 'releases', /web 1\.4\.1 is running/, 'release.review');
  await world.whispered('mia', 'releases', /you asked for it yourself; somebody else takes the second look/);
  await world.click('cy', 'releases', /web 1\.4\.1 is running/, 'release.review');
  expect(await world.message('releases', /web 1\.4\.1 is running[\s\S]*Reviewed by/)).toContain(world.mentionOf('cy'));
  expect(world.buttonsOf('releases', /web 1\.4\.1 is running/)).not.toContain('release.review');

  await world.say('bo', 'general', '/release reviews');
  const list = await world.whispered('bo', 'general', /wants a second look/);
  expect(list).toMatch(/overrode freeze-window, because the shop is down/);
  const id = /\(([0-9A-Z]{8})\)/.exec(list)?.[1];
  await world.say('bo', 'general', `/release review ${id} because the shop was down`);
  expect(await world.message('releases-dev', /web 1\.4\.2 is running[\s\S]*Reviewed by/)).toContain(
    'the shop was down',
  );
  await world.say('bo', 'general', '/release reviews');
  await world.whispered('bo', 'general', /Nothing wants a review/);
});

test('a rollback to what was healthy is reviewed afterwards', async () => {
  await world.say('ana', 'general', '/rollback web dev 1.4.1 because of a doubt');
  expect(await world.message('releases-dev', /web 1\.4\.1 is running in dev/)).toContain('Wants a second look');
  await world.say('mia', 'general', '/release reviews');
  expect(await world.whispered('mia', 'general', /wants a second look/)).toContain('rolled back, because');
  await world.click('mia', 'releases-dev', /web 1\.4\.1 is running in dev/, 'release.review');
  await world.message('releases-dev', /web 1\.4\.1 is running in dev[\s\S]*Reviewed by/);
});
