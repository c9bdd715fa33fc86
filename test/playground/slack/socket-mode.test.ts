import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { SlackWorkspace } from '../../../src/playground/slack/workspace.ts';
import { aWorkspace, call, manifestWith } from './office.ts';

type Frame = Readonly<Record<string, unknown>> & { readonly type?: unknown; readonly envelope_id?: unknown };

/** A client of no library: it collects frames, and acknowledges where `answer` says with what. */
async function aSocket(workspace: SlackWorkspace, answer: (frame: Frame) => object | null = () => null) {
  const { url } = await call(workspace, 'apps.connections.open', {}, workspace.appToken);
  const socket = new WebSocket(String(url));
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on('message', (data) => {
    const frame: Frame = JSON.parse(String(data));
    frames.push(frame);
    const payload = frame.envelope_id === undefined ? null : answer(frame);
    if (payload !== null) socket.send(JSON.stringify({ envelope_id: frame.envelope_id, payload }));
  });
  await once(socket, 'message');
  return { socket, frames, url: String(url) };
}

test('a ticket opens one socket once, and hello says how many there are', async () => {
  const workspace = await aWorkspace();
  const { frames, url } = await aSocket(workspace);
  expect(frames[0]).toMatchObject({
    type: 'hello',
    num_connections: 1,
    connection_info: { app_id: 'ASLUICE' },
    debug_info: { host: expect.any(String) },
  });
  const second = new WebSocket(url);
  const [, response] = await once(second, 'unexpected-response');
  expect(response.statusCode).toBe(401);
  expect((await aSocket(workspace)).frames[0]).toMatchObject({ num_connections: 2 });
});

test('the eleventh socket is turned away', async () => {
  const workspace = await aWorkspace();
  for (let count = 0; count < 10; count += 1) await aSocket(workspace);
  const { socket, frames } = await aSocket(workspace);
  if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
  expect(frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
  expect(workspace.control.connected()).toBe(10);
});

test('each envelope goes to exactly one socket, in turn', async () => {
  const workspace = await aWorkspace();
  const one = await aSocket(workspace, () => ({}));
  const two = await aSocket(workspace, () => ({}));
  for (let count = 0; count < 4; count += 1) await workspace.control.say('ana', 'general', '/release help');
  const sent = [one, two].map(({ frames }) => frames.filter(({ type }) => type === 'slash_commands').length);
  expect(sent).toEqual([2, 2]);
});

test('the text of an acknowledgement is shown to the one who typed, blocks to all where it says so', async () => {
  const workspace = await aWorkspace();
  const answers = [{ text: 'only you' }, { response_type: 'in_channel', text: 'all', blocks: [{ type: 'divider' }] }];
  await aSocket(workspace, () => answers.shift() ?? {});
  const { ephemeral } = await workspace.control.say('ana', 'general', '/release help');
  expect(ephemeral).toMatchObject([{ text: 'only you', ephemeral: true, bot: true }]);
  await workspace.control.say('ana', 'general', '/release <all>');
  expect(workspace.control.messages('general').slice(-2)).toMatchObject([
    { user: 'UANA', text: '/release &lt;all&gt;' },
    { text: 'all', bot: true, blocks: [{ type: 'divider' }] },
  ]);
  expect((await workspace.control.say('ana', 'general', '/release help')).ephemeral).toEqual([]);
});

test('without any socket a command fails at once, and a click is not answered', async () => {
  const workspace = await aWorkspace();
  const { ephemeral } = await workspace.control.say('ana', 'general', '/release web dev');
  expect(ephemeral).toMatchObject([{ user: 'USLACKBOT', text: '/release failed with the error "dispatch_failed"' }]);
  const elements = [{ type: 'button', text: { type: 'plain_text', text: 'Go' }, action_id: 'go' }];
  const { ts } = await call(workspace, 'chat.postMessage', {
    channel: 'CGENERAL',
    text: 'x',
    blocks: [{ type: 'actions', elements }],
  });
  expect(await workspace.control.click('ana', 'general', String(ts), 'go')).toMatchObject({
    ok: false,
    notice: 'Sluice is not responding.',
  });
  expect(await workspace.control.click('ana', 'general', String(ts), 'gone')).toMatchObject({
    ok: false,
    notice: 'This message has changed; look again.',
  });
});

test('commands do not run in threads, unknown ones do not run at all; both are told privately', async () => {
  const workspace = await aWorkspace();
  const { frames } = await aSocket(workspace, () => ({}));
  const [lunch] = workspace.control.messages('general');
  const inThread = await workspace.control.say('ana', 'general', '/release web dev', lunch?.ts);
  expect(inThread).toMatchObject({
    ok: false,
    notice: '/release is not supported in threads. Sorry!',
    ephemeral: [{ username: 'Slackbot', thread_ts: lunch?.ts }],
  });
  expect((await workspace.control.say('ana', 'general', '/relase web')).notice).toMatch(
    /`\/relase` is not a valid command/,
  );
  expect(frames).toHaveLength(1);
});

test('an event that dies with its socket is told again at once', async () => {
  const workspace = await aWorkspace();
  const first = await aSocket(workspace);
  await workspace.control.say('ana', 'general', '@sluice help');
  await expect.poll(() => first.frames.length).toBe(2);
  const second = await aSocket(workspace, () => ({}));
  first.socket.terminate();
  await expect.poll(() => second.frames.length).toBe(2);
  const [told, again] = [first.frames[1], second.frames[1]];
  expect(told).toMatchObject({
    type: 'events_api',
    retry_attempt: 0,
    accepts_response_payload: false,
    payload: {
      type: 'event_callback',
      team_id: 'TACME',
      event_id: expect.stringMatching(/^Ev/),
      authorizations: [{ user_id: 'USLUICE', is_bot: true }],
      event: { type: 'app_mention', user: 'UANA', channel: 'CGENERAL', text: '<@USLUICE> help' },
    },
  });
  expect(again).toEqual({ ...told, envelope_id: expect.any(String), retry_attempt: 1, retry_reason: 'timeout' });
});

test('an event that nobody acknowledges is told four times, with its number', async () => {
  const workspace = await aWorkspace({ speed: 2_000 });
  const { frames } = await aSocket(workspace);
  await workspace.control.say('ana', 'general', '@sluice help');
  await expect.poll(() => frames.length).toBe(5);
  expect(frames.slice(1).map((frame) => frame['retry_attempt'])).toEqual([0, 1, 2, 3]);
});

test('events come where the app subscribed and is a member', async () => {
  const workspace = await aWorkspace({ manifest: manifestWith({ events: ['message.channels', 'app_mention'] }) });
  const { frames } = await aSocket(workspace, () => ({}));
  await workspace.control.say('ana', 'quiet', '@sluice help');
  expect(workspace.control.ephemeral('ana', 'quiet')[0]?.text).toMatch(/not in this channel/);
  await workspace.control.say('ana', 'general', '@bo hello, not@sluice');
  await expect.poll(() => frames.length).toBe(2);
  expect(frames[1]).toMatchObject({
    payload: { event: { type: 'message', channel_type: 'channel', text: '<@UBO> hello, not@sluice' } },
  });
});

test('a changed user group is told to who subscribed', async () => {
  const workspace = await aWorkspace();
  const { frames } = await aSocket(workspace, () => ({}));
  workspace.control.setGroup('platform', ['ana']);
  await expect.poll(() => frames.length).toBe(3);
  expect(frames.slice(1).map((frame) => Object(frame['payload']).event)).toMatchObject([
    { type: 'subteam_updated', subteam: { handle: 'platform', users: ['UANA'] } },
    { type: 'subteam_members_changed', subteam_id: 'SPLATFORM', added_users: ['UANA'], removed_users: ['UBO'] },
  ]);
});

test('clicks on private messages say so, and menus send what was chosen', async () => {
  const workspace = await aWorkspace();
  const { frames } = await aSocket(workspace, () => ({}));
  const options = ['dev', 'staging'].map((value) => ({ text: { type: 'plain_text', text: value }, value }));
  const blocks = [
    {
      type: 'section',
      text: { type: 'mrkdwn', text: 'Where?' },
      accessory: { type: 'static_select', action_id: 'where', options },
    },
  ];
  await call(workspace, 'chat.postEphemeral', { channel: 'CGENERAL', user: 'UANA', text: 'Where?', blocks });
  const [{ ts } = { ts: '' }] = workspace.control.ephemeral('ana', 'general');
  expect(await workspace.control.click('bo', 'general', ts, 'where', 'dev')).toMatchObject({ ok: false });
  expect(await workspace.control.click('ana', 'general', ts, 'where', 'production')).toMatchObject({ ok: false });
  expect(await workspace.control.click('ana', 'general', ts, 'where', 'staging')).toMatchObject({ ok: true });
  const payload = Object(frames[1]?.['payload']);
  expect(payload).toMatchObject({
    container: { is_ephemeral: true, message_ts: ts },
    actions: [{ type: 'static_select', selected_option: options[1] }],
  });
  expect(payload).not.toHaveProperty('message');
  expect(Object.values(payload.state.values)).toMatchObject([{ where: { selected_option: options[1] } }]);
});
