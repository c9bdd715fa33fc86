import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let good: string;
beforeAll(async () => {
  world = await startWorld({ speed: 20 });
  good = world.git.read('sluice.yaml') ?? '';
});
afterEach(() => {
  world.workspace.control.setGroup('developers', ['ana', 'bo', 'cy']);
});
afterAll(() => world?.close());

const policies = (text: string) =>
  world.git.commit({ 'sluice.yaml': text }, { message: 'Change the policies\n', author: 'Mia Mork <mia@acme.test>' });

/** Asked for, allowed and queued; then something changes while the remote cannot be reached, and comes back. */
async function meanwhile(service: string, version: string, change: () => unknown) {
  const before = await world.history();
  world.git.stop();
  try {
    await world.say('ana', 'general', `/release ${service} dev ${version}`);
    await world.message('releases-dev', new RegExp(`${service} .*${version.replaceAll('.', '\\.')}.*: queued`));
    await change();
  } finally {
    world.git.start();
  }
  return async () =>
    (await world.messages())
      .slice(0, (await world.history()).length - before.length)
      .filter((message) => message.startsWith(`Release ${service}`));
}

describe('between the request and the push', () => {
  test('a person who left the group stops their own release', async () => {
    const landed = await meanwhile('web', '1.4.2', () => {
      world.workspace.control.setGroup('developers', ['bo', 'cy']);
    });
    const refused = await world.message('releases-dev', /Not released: web 1\.4\.2 → dev/);
    expect(refused).toContain('@Ana Andersen may not release web to dev');
    await world.whispered('ana', 'general', /Not released: web 1\.4\.2/);
    expect(await landed()).toEqual([]);
  });

  test('a lock that is set stops it until it ends and its requester says Go', async () => {
    const landed = await meanwhile('mail', '1.12.0', async () => {
      await world.say('mia', 'general', '/release lock dev because a demo');
      await world.whispered('mia', 'general', /Locked/);
    });
    await world.message('releases-dev', /mail .*1\.12\.0.* waits[\s\S]*dev is locked by .*\(a demo\)/);
    expect(await landed()).toEqual([]);
    await world.say('mia', 'general', '/release unlock dev');
    await world.click('ana', 'releases-dev', /mail .*1\.12\.0.* waits/, 'release.go');
    await world.message('releases-dev', /mail 1\.12\.0 is running in dev/);
  });

  test('a policy that is tightened stops it, and the line that does is named', async () => {
    const landed = await meanwhile('payments', '5.2.0', () =>
      policies(`${good}  - { kind: branch-restriction, environments: [dev], branches: "^release/" }\n`),
    );
    const refused = await world.message('releases-dev', /Not released: payments 5\.2\.0 → dev/);
    expect(refused).toMatch(/built from main; dev takes branches that match \^release\/.*sluice\.yaml:\d+@/);
    expect(await landed()).toEqual([]);
    policies(good);
  });
});
