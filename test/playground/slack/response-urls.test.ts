import { expect, test } from 'vitest';
import { aClock } from '../../support/builders.ts';
import { aBoltApp, aWorkspace } from './office.ts';

/** The response_url of one command of Ana's. */
async function aCommand(clock = aClock()) {
  const workspace = await aWorkspace({ clock });
  const urls: string[] = [];
  await aBoltApp(workspace, (app) => {
    app.command('/release', async ({ ack, command }) => {
      urls.push(command.response_url);
      await ack();
    });
  });
  await workspace.control.say('ana', 'general', '/release help');
  const post = async (body: object) => {
    const response = await fetch(urls[0] ?? '', { method: 'POST', body: JSON.stringify(body) });
    return `${response.status} ${await response.text()}`;
  };
  return { clock, workspace, post, url: urls[0] ?? '' };
}

test('it takes five answers', async () => {
  const { post, workspace } = await aCommand();
  for (let count = 0; count < 5; count += 1) expect(await post({ text: `${count}` })).toBe('200 ok');
  expect(await post({ text: 'six' })).toBe('404 {"ok":false,"error":"used_url"}');
  expect(workspace.control.ephemeral('ana', 'general')).toHaveLength(5);
});

test('it lives for thirty minutes', async () => {
  const { clock, post } = await aCommand();
  clock.move(30 * 60_000);
  expect(await post({ text: 'in time' })).toBe('200 ok');
  clock.move(1);
  expect(await post({ text: 'late' })).toBe('404 {"ok":false,"error":"expired_url"}');
});

test('it replaces and deletes what it said, and refuses what Slack refuses', async () => {
  const { post, workspace, url } = await aCommand();
  await post({ text: 'one' });
  await post({ text: 'two', replace_original: true });
  expect(workspace.control.ephemeral('ana', 'general').map(({ text }) => text)).toEqual(['two']);
  expect(await post({ blocks: [{ type: 'section' }] })).toMatch(/^400 .*invalid_blocks/);
  expect(await post({})).toMatch(/^400 .*no_text/);
  await post({ delete_original: true });
  expect(workspace.control.ephemeral('ana', 'general')).toEqual([]);
  expect((await fetch(`${url}x`, { method: 'POST', body: '{}' })).status).toBe(404);
});
