import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let good: string;
beforeAll(async () => {
  world = await startWorld();
  good = world.git.read('sluice.yaml') ?? '';
});
afterAll(() => world?.close());

const by = { message: 'Change the policies\n', author: 'Mia Mork <mia@acme.test>' };
const withPolicies = (...lines: string[]) =>
  world.git.commit({ 'sluice.yaml': `${good}${lines.map((line) => `  - { ${line} }\n`).join('')}` }, by);
/** `HH:MM` in UTC, so many milliseconds from now. */
const clock = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);

test('what a window has held is asked about when it is over, or goes by itself, one at a time', async () => {
  // They end at a full minute soon, so that the end is seen and not only believed.
  const stockTake = `kind: freeze-window, environments: [dev], from: "${clock(-3_600_000)}", to: "${clock(75_000)}", timezone: UTC, because: stock take`;
  withPolicies(`${stockTake}, services: [web]`, `${stockTake}, services: [payments, mail], auto: true`);
  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.say('ana', 'general', '/release payments dev 5.2.0');
  await world.say('bo', 'general', '/release mail dev 1.12.0');
  const waits = await world.message('releases-dev', /web .*1\.4\.2.* waits/);
  expect(waits).toMatch(/dev is frozen until .* UTC \(stock take\)/);
  expect(await world.message('releases-dev', /mail .*1\.12\.0.* waits/)).toContain('one at a time');
  await world.message('releases-dev', /web .*1\.4\.2.* waits[\s\S]*the freeze is over/, 90_000);
  await world.wait('a mention of the requester', () =>
    world
      .messagesOf('releases-dev', /the freeze is over/)
      .some(({ text, thread_ts }) => thread_ts !== undefined && text.includes(world.mentionOf('ana'))),
  );
  await world.wait('the commit of mail', () =>
    world.git.log(5).some(({ title }) => title.includes('Release mail 1.12.0')),
  );
  expect(world.running('dev', 'payments')).toMatch(/:5\.2\.0$/);
  await world.message('releases-dev', /payments 5\.2\.0 is running in dev/);
  await world.message('releases-dev', /mail 1\.12\.0 is running in dev/);
  await world.click('ana', 'releases-dev', /the freeze is over/, 'release.go');
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
}, 150_000);

test('a ticket is asked for, shown and kept in the commit; a warning stops nothing', async () => {
  withPolicies(
    'kind: reference, environments: [dev], pattern: "^CHG[0-9]+$", example: CHG123',
    'kind: branch-restriction, environments: [dev], branches: "^release/", level: warn',
  );
  await world.say('ana', 'general', '/release api dev 2.7.0');
  expect(await world.whispered('ana', 'general', /Not released/)).toContain('/release api dev 2.7.0 ref CHG123');
  await world.say('ana', 'general', '/release api dev 2.7.0 ref CHG42');
  const running = await world.message('releases-dev', /api 2\.7\.0 is running in dev/);
  expect(running).toContain('CHG42');
  expect(running).toContain('Warning: api 2.7.0 was built from main');
  expect(await world.headMessage()).toContain('Sluice-Reference: CHG42');
});
