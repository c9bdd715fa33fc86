import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendCommand } from '../../src/commands/command-line.ts';
import { instantOf, pause } from '../../src/doors/time.ts';
import { aKey } from '../support/keys.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
let keys: Record<'mia' | 'bo' | 'eve', ReturnType<typeof aKey>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
  keys = { mia: aKey(folder, 'mia'), bo: aKey(folder, 'bo'), eve: aKey(folder, 'eve') };
  world = await startWorld({ speed: 20 });
  const { mia, bo } = keys;
  const policies = (world.git.read('sluice.yaml') ?? '')
    .replace(
      '  mia: { slack: UMIA, email: mia@acme.test }\n',
      `  mia: { slack: UMIA, email: mia@acme.test, keys: ["${mia.signer.publicKey}"] }\n  bo: { slack: UBO, keys: ["${bo.signer.publicKey}"] }\n`,
    )
    .replace('of: [mia] }', 'of: [mia, bo] }')
    .replace('count: 2, within: 4h }', 'count: 2, within: 4h, override: [operator] }');
  world.git.commit({ 'sluice.yaml': policies }, { message: 'Name keys\n', author: 'Mia Mork <mia@acme.test>' });
  let known = '';
  for (let tries = 0; known === '' && tries < 200; tries += 1) {
    known = await ask('mia', 'status').catch(() => '');
    if (known === '') await pause(100);
  }
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${world.appPort()}`;
const ask = (as: 'mia' | 'bo' | 'ana', text: string, key: keyof typeof keys = as === 'ana' ? 'eve' : as) =>
  sendCommand(text.split(' '), { url: url(), as, key: keys[key].path });

/** The same bytes as a terminal would send, made by hand. */
async function post(over: object, signature?: string) {
  const command = {
    text: 'status',
    as: 'mia',
    at: instantOf(Date.now()),
    to: 'localhost',
    nonce: 'a-nonce-of-a-test',
    ...over,
  };
  const body = JSON.stringify(command);
  const signed = signature ?? keys.mia.signer.sign(Buffer.from(body), 'sluice-command');
  const answer = await fetch(`${url()}/commands`, {
    method: 'POST',
    body,
    headers: { 'x-sluice-signature': Buffer.from(signed).toString('base64') },
  });
  return `${answer.status} ${await answer.text()}`;
}

test('with Slack away an operator releases past approvals, a second one confirms, and the channel is told when it is back', async () => {
  world.workspace.control.fail('*', { status: 500, times: 1_000_000 });
  world.workspace.control.disconnect('cut');
  const held = await ask('mia', 'release web production from staging override approvals because the shop is down');
  expect(held).toMatch(/waits:\n- .* overrides approvals, which a second operator has to confirm/);
  const id = /([0-9A-Z]{8}) waits/.exec(held)?.[1];
  await expect(ask('mia', `approve ${id}`)).resolves.toContain('you asked for it yourself');
  expect(await ask('bo', `approve ${id}`)).toContain('Approved');
  await world.wait('web 1.4.1 in production', () => world.running('prod-eu', 'web')?.endsWith(':1.4.1'));
  const commit = await world.headMessage();
  expect(commit).toContain('<mia@acme.test> (slack:UMIA)');
  expect(commit).toMatch(/Sluice-Override: approvals\nSluice-Override-Confirmed-By: /);

  world.workspace.control.clearFaults();
  const told = await world.message('releases', /web 1\.4\.1 is running in production/);
  expect(told).toContain('asked in a terminal, signed');
  expect(told).toContain('the shop is down');
});

test('whoever cannot prove who they are is refused, and so is a command that was sent before', async () => {
  await expect(ask('mia', 'status', 'eve')).rejects.toThrow('no key of mia in people: has signed this');
  await expect(ask('ana', 'status')).rejects.toThrow('no key of ana in people: has signed this');
  // A signature of a commit is none of a command.
  expect(await post({}, keys.mia.signer.sign(Buffer.from('x')))).toMatch(/^401 /);
  expect(await post({ at: instantOf(Date.now() - 400_000) })).toMatch(/^401 .*five minutes/);
  expect(await post({ at: instantOf(Date.now() + 400_000) })).toMatch(/^401 .*five minutes/);
  expect(await post({ to: 'sluice.elsewhere.test' })).toMatch(/^401 .*meant for sluice\.elsewhere\.test/);
  const once = { at: instantOf(Date.now()), nonce: 'sent-twice-by-a-test' };
  expect(await post(once)).toMatch(/^200 /);
  expect(await post(once)).toMatch(/^401 .*sent before/);
  expect(await post({ text: 7 })).toMatch(/^400 .*text/);
});

test('the same policies decide, and say why in the terminal', async () => {
  const refused = await ask('bo', 'release web production 1.4.2');
  expect(refused).toContain('Not released:\n- web 1.4.2 was never healthy in staging (sluice.yaml:');
  expect(refused).toContain('Next: /release web staging 1.4.2');
  expect(await ask('bo', 'relase web dev')).toContain('Next: /release web dev');
  expect(await ask('bo', 'lock web dev because a demo for 2h')).toMatch(/^Locked: web in dev until .* \(a demo\)/);
  expect(await ask('bo', 'locks')).toContain('a demo');
  expect(await ask('bo', 'unlock web dev')).toContain('Unlocked');
});
