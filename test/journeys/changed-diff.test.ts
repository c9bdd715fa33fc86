import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
/** The seeded policies; and others in which web and mail have demands of their own, and that of mail gives up soon. */
let good: string;
let hasty: string;
beforeAll(async () => {
  world = await startWorld();
  good = world.git.read('sluice.yaml') ?? '';
  hasty = `${good.replace('count: 2, within: 4h', 'count: 2, within: 4h, services: [web]')}  - { kind: approvals, services: [mail], environments: [production], from: ["@platform"], count: 2, within: 45s }\n`;
});
afterAll(() => world?.close());

const asks = /asks web .*1\.4\.1/;
const by = { message: 'Change the policies\n', author: 'Mia Mork <mia@acme.test>' };
const vote = (who: string) => world.click(who, 'releases', asks, 'release.approve');

const asksMail = /asks mail .*1\.12\.1/;

test('a vote is given for what gives up in a minute', async () => {
  world.git.commit({ 'sluice.yaml': hasty }, by);
  await world.say('ana', 'general', '/release mail production 1.12.1');
  await world.click('bo', 'releases', asksMail, 'release.approve');
  await world.message('releases', /asks mail .*1\.12\.1[\s\S]*1 of 2 approved/);
});

test('a neighbour’s line voids no vote; the own line and the policies are shown old and new, and asked again', async () => {
  await world.say('ana', 'general', '/release web production 1.4.1');
  await world.message('releases', asks);
  await vote('bo');
  await world.message('releases', /1 of 2 approved/);
  await world.commitFromOutside('neighbour', 'production');

  const count = (number: number) => hasty.replace('count: 2, within: 4h', `count: ${number}, within: 4h`);
  world.git.commit({ 'sluice.yaml': count(3) }, by);
  // Only the policy is another now: the neighbour's commit lies before it.
  const stricter = await world.message('releases', /asks web .*1\.4\.1[\s\S]*Asked again/);
  expect(stricter).toContain('policy approvals changed: count 3 (was 2)');
  expect(stricter).toContain(`${world.mentionOf('bo')} had approved what was shown before`);
  expect(stricter).toContain('0 of 3 approved');
  expect(stricter).not.toContain('the version that runs there');
  world.git.commit({ 'sluice.yaml': count(2) }, by);
  // It is again what bo has approved.
  await world.message('releases', /asks web .*1\.4\.1[\s\S]*1 of 2 approved[\s\S]*count 2 \(was 3\)/);

  await world.commitFromOutside('own line', 'production');
  await vote('cy');
  const changed = await world.message('releases', /the version that runs there: 1\.3\.9 .*\(was 1\.4\.0/);
  expect(changed).toContain('Asked again');
  await world.wait('the change in the thread', () =>
    world
      .messagesOf('releases', /Changed since it was shown, so votes are asked for again/)
      .some(({ thread_ts }) => thread_ts !== undefined),
  );
});

test('those who can still vote are reminded at half time, and it expires', async () => {
  const reminders = () => world.messagesOf('releases', /mail .* still waits for votes/);
  const [first] = await world.wait('a reminder', () => (reminders().length > 0 ? reminders() : null));
  expect(first?.text).toContain(world.mentionOf('cy'));
  for (const other of ['bo', 'ana']) expect(first?.text).not.toContain(world.mentionOf(other));
  await world.message('releases', /mail .*1\.12\.1.*: expired/, 80_000);
  expect(reminders()).toHaveLength(1);
});

test('the vote of somebody who has left the group since counts no longer, and the message says so', async () => {
  world.git.commit({ 'sluice.yaml': good }, by);
  await world.say('ana', 'general', '/release mail production 1.12.1');
  // A vote before these policies are read would be void with those before them.
  await world.message('releases', /asks mail .*1\.12\.1[\s\S]*0 of 2 approved from @platform or @storefront/);
  await world.click('bo', 'releases', asksMail, 'release.approve');
  await world.message('releases', /asks mail .*1\.12\.1[\s\S]*1 of 2 approved/);
  world.workspace.control.setGroup('platform', ['cy']);
  await world.click('cy', 'releases', asksMail, 'release.approve');
  const now = await world.message('releases', /asks mail .*1\.12\.1[\s\S]*does not count/);
  expect(now).toContain(`1 of 2 approved from @platform or @storefront: ${world.mentionOf('cy')}`);
  expect(now).toContain(`The approval of ${world.mentionOf('bo')} does not count`);
});
