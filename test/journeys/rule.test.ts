import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('a rule of the company refuses with its own words, and lets go what keeps it', async () => {
  await world.say('cy', 'general', '/release payments staging 5.2.1');
  const refusal = await world.whispered('cy', 'general', /Not released/);
  expect(refusal).toMatch(
    /payments goes on with a reason or a ticket; .*because TEXT.* \(sluice\.yaml:\d+@[0-9a-f]{7}\)/,
  );
  expect(refusal).toContain('Next: ask mia');
  await world.say('cy', 'general', '/release payments staging 5.2.1 because one retry after a timeout');
  await world.message('releases-staging', /payments 5\.2\.1 is running in staging/);
});
