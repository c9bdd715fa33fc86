import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('a release waits until its version was healthy for long enough; a drift begins that anew, and time lets it go', async () => {
  const good = world.git.read('sluice.yaml') ?? '';
  const line = '  - { kind: promotion-order, environments: [staging], services: [api], soak: 8s }\n';
  world.git.commit({ 'sluice.yaml': good + line }, { message: 'Soak in dev\n', author: 'Mia Mork <mia@acme.test>' });
  await world.release('ana', 'api', 'dev', '2.8.0');
  world.cluster('dev').liveEdit('default', 'api', 'registry.acme.test/api:0.0.0-edited', 'kubectl-edit');
  await world.message('releases-dev', /Deployment\/default\/api/);
  await world.say('ana', 'general', '/release api staging 2.8.0');
  const waits = await world.message('releases-staging', /api .*2\.8\.0.* waits/);
  expect(waits).toMatch(
    /api 2\.8\.0 needs 8 s of health in dev; its time begins anew when Deployment\/default\/api on dev no longer/,
  );
  await world.message('releases-staging', /enough at \w+ [\d-]+ \d\d:\d\d UTC|api 2\.8\.0 is running in staging/);
  await world.message('releases-staging', /api 2\.8\.0 is running in staging/);
});
