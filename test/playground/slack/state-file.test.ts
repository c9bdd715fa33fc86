import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/doors/time.ts';
import { createWorkspace } from '../../../src/playground/slack/workspace.ts';
import { aWorkspace, call, manifest, seed } from './office.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-slack-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a second start finds messages, tokens and what was read', async () => {
  const folder = aFolder();
  const file = join(folder, 'deep', 'slack.json');
  const first = await createWorkspace({ manifest, seed, clock: systemClock, file });
  const { ts } = await call(first, 'chat.postMessage', { channel: 'CGENERAL', text: 'kept' });
  await call(first, 'chat.postMessage', { channel: 'UANA', text: 'direct' });
  await first.control.say('ana', 'quiet', '/invite @bo');
  await first.close();

  const second = await aWorkspace({ file });
  expect(second.botToken).toBe(first.botToken);
  expect(second.control.messages('general').map(({ text }) => text)).toEqual(['Lunch?', 'kept']);
  expect(await call(second, 'chat.update', { channel: 'CGENERAL', ts, text: 'changed' })).toMatchObject({ ok: true });
  const boot = await (await fetch(`${second.url}/client/boot?as=UANA`)).json();
  expect(boot).toMatchObject({
    channels: [{ id: 'CGENERAL', unread: 1 }, { id: 'CQUIET' }, { id: 'DANA', unread: 1 }],
  });
  expect(await second.control.say('bo', 'quiet', 'I am here')).toMatchObject({ ok: true });
  expect(readdirSync(join(folder, 'deep'))).toEqual(['slack.json']);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('a file that is something else is not overwritten', async () => {
  const file = join(aFolder(), 'other.json');
  writeFileSync(file, '{"mine": true}');
  await expect(createWorkspace({ manifest, seed, clock: systemClock, file })).rejects.toThrow(/version/);
});
