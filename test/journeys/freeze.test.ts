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

test('a release that a window holds is asked about when the window is over, and goes with Go', async () => {
  // It ends at the next full minute, so that the end is seen and not only believed.
  withPolicies(
    `kind: freeze-window, environments: [dev], from: "${clock(-3_600_000)}", to: "${clock(60_000)}", timezone: UTC, because: stock take`,
  );
  await world.say('ana', 'general', '/release web dev 1.4.2');
  const waits = await world.message('releases-dev', /web .*1\.4\.2.* waits/);
  expect(waits).toMatch(/dev is frozen until .* UTC \(stock take\)/);
  await world.message('releases-dev', /web .*1\.4\.2.* waits[\s\S]*the freeze is over/, 90_000);
  await world.wait('a mention of the requester', () =>
    world
      .messagesOf('releases-dev', /the freeze is over/)
      .some(({ text, thread_ts }) => thread_ts !== undefined && text.includes(world.mentionOf('ana'))),
  );
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
