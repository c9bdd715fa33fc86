import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  // An edit before the first look at a cluster may be corrected by then.
  for (let answer = ''; !/dev watched/.test(answer); ) {
    await world.say('ana', 'general', '/release clusters');
    answer = await world.whispered('ana', 'general', /dev/);
  }
});
afterAll(() => world?.close());

const roots = (channel: string, pattern: RegExp) =>
  world.messagesOf(channel, pattern).filter((message) => message.thread_ts === undefined);

test('a live edit opens a drift message that names field, values and client, and closes when Flux has corrected it', async () => {
  world.cluster('dev').liveEdit('default', 'mail', 'registry.acme.test/mail:9.9.9', 'kubectl-edit');
  const open = await world.message('releases-dev', /Deployment\/default\/mail/);
  expect(open).toContain('9.9.9');
  expect(open).toContain('by kubectl edit');
  expect(open).toMatch(/image/);
  await world.message('releases-dev', /corrected by Flux/i);
  expect(roots('releases-dev', /Deployment\/default\/mail/)).toHaveLength(1);
});

test('a pause that somebody forgets is told, and so is who mutes it; resumed, it is over', async () => {
  world.cluster('dev').suspend('payments', true);
  const open = await world.message('releases-dev', /Kustomization\/flux-system\/payments .*is suspended/);
  expect(open).toContain('flux resume kustomization payments -n flux-system');
  expect(open).toContain('flux');
  await world.click('ana', 'releases-dev', /payments .*is suspended/, 'drift.mute');
  await world.whispered('ana', 'releases-dev', /until it ends/);
  await world.say('ana', 'general', '/release status payments');
  await world.whispered('ana', 'general', /dev 5\.2\.1: healthy 3\/3 .*suspended: Kustomization payments/);
  await world.say('ana', 'general', '/release drift dev');
  await world.whispered('ana', 'general', /1 drift in dev.*payments.*suspended/s);
  world.cluster('dev').suspend('payments', false);
  await world.message('releases-dev', /payments .*is resumed after/);
});

test('an edit that Flux may not correct waits for Show diff, Mute and Reconcile', async () => {
  world.cluster('dev').suspend('checkout', true);
  await world.message('releases-dev', /checkout .*is suspended/);
  world.cluster('dev').scale('default', 'checkout', 7, 'kubectl');
  await world.message('releases-dev', /Deployment\/default\/checkout .*spec\.replicas is 7, Git says 3/);
  await world.click('bo', 'releases-dev', /Deployment\/default\/checkout/, 'drift.diff');
  const diff = await world.whispered('bo', 'releases-dev', /Live: 7/);
  expect(diff).toMatch(/Git: 3/);
  await world.click('bo', 'releases-dev', /Deployment\/default\/checkout/, 'drift.reconcile');
  await world.whispered('bo', 'releases-dev', /Asked Flux for a run/);
  await world.message('releases-dev', /Deployment\/default\/checkout .*asked Flux for a run/s);
  world.cluster('dev').suspend('checkout', false);
  await world.message('releases-dev', /Deployment\/default\/checkout .*corrected by Flux/);
});
