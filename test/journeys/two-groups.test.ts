import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  // Here nothing but votes is waited for.
  const policies = (world.git.read('sluice.yaml') ?? '').replace(/\n.*soak: 1m.*/, '');
  world.git.commit({ 'sluice.yaml': policies }, { message: 'Do not soak\n', author: 'Mia Mork <mia@acme.test>' });
});
afterAll(() => world?.close());

const asks = /asks payments .*5\.2\.2/;

test('two groups vote; who is in both counts once, and a vote can be taken back', async () => {
  await world.release('ana', 'payments', 'dev', '5.2.2');
  await world.say('ana', 'general', '/release payments staging 5.2.2 because cards expire');
  await world.message('releases-staging', /payments 5\.2\.2 is running in staging/);
  await world.say('ana', 'general', '/release payments production because cards expire');
  const card = await world.message('releases', asks);
  expect(card).toContain('0 of 2 approved from @platform or @storefront');
  expect(card).toContain('0 of 1 approved from @security');
  expect(card).toContain('changes the schema: db/migrations/0031-refusals.sql');
  expect(card).toContain('skips 5.2.1');
  expect(card).toContain('Refuse expired cards at once (Ana Andersen)');
  expect(card).toMatch(/apps\/production\/payments\/kustomization\.yaml:\d+ newTag: 5\.2\.0 → newTag: 5\.2\.2/);

  await world.click('cy', 'releases', asks, 'release.approve');
  const first = await world.message('releases', /1 of 1 approved from @security/);
  expect(first).toContain('0 of 2 approved from @platform or @storefront');
  await world.click('bo', 'releases', asks, 'release.approve');
  await world.message('releases', /1 of 2 approved from @platform or @storefront/);

  const told = await world.whispered('bo', 'releases', /Approved: payments/);
  const id = /take-back (\w+)/.exec(told)?.[1];
  await world.say('bo', 'releases', `/release take-back ${id}`);
  await world.whispered('bo', 'releases', /Taken back/);
  await world.message('releases', /0 of 2 approved from @platform or @storefront/);
  await world.click('bo', 'releases', asks, 'release.approve');
  await world.message('releases', /1 of 2 approved from @platform or @storefront/);

  // Only now can the one who is in both count for the other group.
  await world.click('mia', 'releases', asks, 'release.approve');
  const done = await world.message('releases', /payments 5\.2\.2 is running in production/);
  for (const approver of ['bo', 'cy', 'mia']) expect(done).toContain(world.mentionOf(approver));
  expect((await world.headMessage()).match(/Sluice-Approved-By/g)).toHaveLength(3);
  await world.say('olu', 'releases', `/release describe ${id}`);
  const described = await world.whispered('olu', 'releases', /payments/);
  expect(described).toContain(`2 of 2 from @platform or @storefront`);
  expect(described).toContain('(@security)');
  expect(described).toContain('Approval taken back by');
});

test('a rejection asks why, and the reason is for everybody', async () => {
  await world.say('ana', 'general', '/release web production 1.4.1');
  await world.click('bo', 'releases', /asks web .*1\.4\.1/, 'release.reject');
  const { control } = world.workspace;
  await control.waitFor(() => control.views('bo').length === 1);
  expect(await control.submit('bo', { because: 'the migration is missing' })).toEqual({ ok: true });
  const ended = await world.message('releases', /web .*1\.4\.1.*: rejected by/);
  expect(ended).toContain('the migration is missing');
  expect(world.buttonsOf('releases', /web .*1\.4\.1.*: rejected by/)).toEqual([]);
});
