import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const policyText = () => world.git.read('sluice.yaml') ?? '';
/** Clicks the Commit button under the newest preview of a person. */
const commit = async (user: string) => {
  const preview = await world.wait('a preview with a Commit button', () =>
    world.workspace.control.ephemeral(user).findLast(({ blocks }) => JSON.stringify(blocks).includes('policy.commit')),
  );
  await world.workspace.control.click(user, 'general', preview.ts, 'policy.commit');
};

test('a policy that an operator adds in Slack is one line of Git, and denies by its first use', async () => {
  const before = policyText();
  await world.say('mia', 'general', '/release policy add approvals dev from @auditors');
  expect(await world.whispered('mia', 'general', /This would add/)).toContain('Nobody is in @auditors');
  await world.say('ana', 'general', '/release policy add reference dev pattern ^CHG[0-9]+$ example CHG123');
  expect(await world.whispered('ana', 'general', /Nothing was changed/)).toContain('may not change this policy');
  await world.say('mia', 'general', '/release policy add reference dev patern ^CHG[0-9]+$');
  expect(await world.whispered('mia', 'general', /neither an environment/)).toContain('did you mean "pattern"?');
  await world.say('mia', 'general', '/release policy add reference dev pattern ^CHG[0-9$');
  expect(await world.whispered('mia', 'general', /would not be valid/)).toContain(
    'pattern expected a regular expression',
  );

  await world.say('mia', 'general', '/release policy add reference dev pattern ^CHG[0-9]+$ example CHG123');
  const preview = await world.whispered('mia', 'general', /This would add/);
  const line = '- { kind: reference, environments: [dev], pattern: "^CHG[0-9]+$", example: CHG123 }';
  expect(preview).toContain(`+ ${line}`);
  expect(policyText()).toBe(before);
  await commit('mia');
  expect(await world.message('releases-dev', /adds a policy for dev: a ticket like .*Written as/)).toContain(
    world.mentionOf('mia'),
  );
  expect(policyText()).toBe(`${before}  ${line}\n`);
  expect(await world.headMessage()).toMatch(
    /^Add policy reference for dev\n[\s\S]*Sluice-Requested-By: Mia Mørk <mia@acme\.test> \(slack:UMIA\)/,
  );

  await world.say('ana', 'general', '/release web dev 1.4.2');
  expect(await world.whispered('ana', 'general', /Not released/)).toContain('takes releases with a ticket');

  await world.say('mia', 'general', '/release policies web dev');
  const id = /reference-[0-9a-f]{4}/.exec(await world.whispered('mia', 'general', /a ticket like/))?.[0] ?? '';
  await world.say('mia', 'general', `/release policy remove ${id} because the auditors are gone`);
  await world.whispered('mia', 'general', /This would remove/);
  await commit('mia');
  await world.message('releases-dev', /removes the policy reference-.*Written as/);
  expect(policyText()).toBe(before);
  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
});

test('whoever guards production guards its policies: the change waits for their votes', async () => {
  const before = policyText();
  await world.say('mia', 'general', '/release policy add branch-restriction web production branches ^main$');
  expect(await world.whispered('mia', 'general', /This would add/)).toContain('It will wait');
  await commit('mia');
  const asked = /adds a policy for production/;
  expect(await world.message('releases', asked)).toMatch(/needs 2 approvals from @platform or @storefront/);
  await world.click('mia', 'releases', asked, 'policy.approve');
  await world.whispered('mia', 'releases', /somebody else has to approve/);
  await world.click('olu', 'releases', asked, 'policy.approve');
  await world.whispered('olu', 'releases', /only @platform or @storefront may vote/);
  await world.click('bo', 'releases', asked, 'policy.approve');
  await world.message('releases', /adds a policy for production[\s\S]*Approved by/);
  expect(policyText()).toBe(before);
  const id = /\/release approve ([0-9A-Z]{8})/.exec(await world.message('releases', asked))?.[1];
  await world.say('ana', 'general', `/release approve ${id}`);
  await world.whispered('ana', 'general', /^Approved\. It is told in #releases/);
  await world.message('releases', /adds a policy for production[\s\S]*Written as .*, approved by/);
  expect(policyText()).toBe(
    `${before}  - { kind: branch-restriction, environments: [production], services: [web], branches: ^main$ }\n`,
  );
  expect((await world.headMessage()).match(/Sluice-Approved-By/g)).toHaveLength(2);
});

test('the form says what is wrong at its field, and shows the same preview', async () => {
  const { control } = world.workspace;
  const before = policyText();
  await world.say('mia', 'general', '/release policy add');
  await world.wait('the form', () => control.views('mia').length > 0);
  const filled = { kind: 'approvals', environments: 'staging', settings: 'from: ["@security"]\ncount: 1' };
  const errors = async (over: object) => (await control.submit('mia', { ...filled, ...over })).errors;
  expect((await errors({ settings: 'cuont: 1' }))?.['settings']).toContain('did you mean "count"?');
  expect((await errors({ environments: 'stagin' }))?.['environments']).toContain('did you mean "staging"?');
  expect(await control.submit('mia', filled)).toEqual({ ok: true });
  expect(await world.whispered('mia', 'general', /This would add/)).toContain(
    '+ - { kind: approvals, environments: [staging], from: ["@security"], count: 1 }',
  );
  await commit('mia');
  await world.message('releases-staging', /adds a policy for staging.*Written as/);
  expect(policyText()).toBe(
    `${before}  - { kind: approvals, environments: [staging], from: ["@security"], count: 1 }\n`,
  );
});
