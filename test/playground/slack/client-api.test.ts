import { describe, expect, test } from 'vitest';
import type { SlackWorkspace } from '../../../src/playground/slack/workspace.ts';
import { answerOf, aWorkspace, call } from './office.ts';

const get = async ({ url }: SlackWorkspace, path: string) => answerOf(await fetch(`${url}/client/${path}`));
const post = async ({ url }: SlackWorkspace, path: string, body: object, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/client/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...(await answerOf(response)) };
};

/** Server-sent events for one person, collected until the test ends. */
async function aPage({ url }: SlackWorkspace, as: string) {
  const response = await fetch(`${url}/client/events?as=${as}`);
  const events: Readonly<Record<string, unknown>>[] = [];
  const read = async () => {
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const parts = (rest + Buffer.from(chunk).toString()).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts)
        if (part.startsWith('data: ') && !part.includes('"type":"views"'))
          events.push(JSON.parse(part.slice('data: '.length)));
    }
  };
  read().catch(() => {});
  await expect.poll(() => events.length).toBe(1);
  return events;
}

test('a page learns who and what there is for its person', async () => {
  const workspace = await aWorkspace();
  const boot = await get(workspace, 'boot?as=UBO');
  expect(boot).toMatchObject({
    team: { id: 'TACME', name: 'Acme' },
    me: 'UBO',
    users: [{ id: 'UANA', color: '#2b6cb0' }, { id: 'UBO' }, { id: 'USLUICE', bot: true }],
    channels: [
      { id: 'CGENERAL', name: 'general', unread: 0 },
      { id: 'GBOARD', name: 'board', private: true },
      { id: 'DBO', im: true },
    ],
    commands: [
      { command: '/release', usage_hint: expect.stringMatching(/SERVICE/) },
      { command: '/rollback' },
      { command: '/invite' },
    ],
    groups: [{ id: 'SPLATFORM', handle: 'platform' }, { id: 'SDEVELOPERS' }],
  });
  expect(await get(workspace, 'boot')).toMatchObject({ me: 'UANA' });
  expect(await get(workspace, 'boot?as=bo')).toMatchObject({ me: 'UBO' });
});

test('people talk, see each other live, and count what they have not read', async () => {
  const workspace = await aWorkspace();
  const events = await aPage(workspace, 'UBO');
  expect(events[0]).toEqual({ type: 'app_state', connected: false });
  expect(await post(workspace, 'say', { as: 'UANA', channel: 'CGENERAL', text: 'hi @bo' })).toMatchObject({
    status: 200,
    ok: true,
  });
  await expect.poll(() => events.length).toBe(3);
  expect(events.slice(1)).toMatchObject([
    {
      type: 'message',
      channel: 'CGENERAL',
      message: { user: 'UANA', text: 'hi <@UBO>', time: expect.stringMatching(/Z$/) },
    },
    { type: 'unread', channel: 'CGENERAL', unread: 1 },
  ]);
  expect(await get(workspace, 'boot?as=UBO')).toMatchObject({ channels: [{ unread: 1 }, {}, {}] });
  await post(workspace, 'read', { as: 'UBO', channel: 'CGENERAL' });
  expect(await get(workspace, 'boot?as=UBO')).toMatchObject({ channels: [{ unread: 0 }, {}, {}] });
  const { ts } = Object(events[1]?.['message']);
  await post(workspace, 'say', { as: 'UBO', channel: 'CGENERAL', thread_ts: ts, text: 'hi' });
  expect(await get(workspace, `thread?as=UANA&channel=CGENERAL&ts=${ts}`)).toMatchObject({
    messages: [
      { ts, reply_count: 1 },
      { text: 'hi', thread_ts: ts },
    ],
  });
  expect(await get(workspace, 'history?as=UANA&channel=CGENERAL')).toMatchObject({
    messages: [{ text: 'Lunch?' }, { ts, reply_count: 1 }],
  });
});

test('what is private stays with its reader', async () => {
  const workspace = await aWorkspace();
  const [ana, bo] = [await aPage(workspace, 'UANA'), await aPage(workspace, 'UBO')];
  await call(workspace, 'chat.postEphemeral', { channel: 'CGENERAL', user: 'UANA', text: 'for you' });
  await call(workspace, 'chat.postMessage', { channel: 'CGENERAL', text: 'for all' });
  await expect.poll(() => bo.filter(({ type }) => type === 'message').length).toBe(1);
  await expect.poll(() => ana.filter(({ type }) => type === 'message').length).toBe(2);
  expect(JSON.stringify([bo, await get(workspace, 'history?as=UBO&channel=CGENERAL')])).not.toContain('for you');
  expect(await get(workspace, 'history?as=UANA&channel=CGENERAL')).toMatchObject({
    messages: [{}, { text: 'for you', ephemeral: true }, {}],
  });
  expect(await get(workspace, 'history?as=UANA&channel=GBOARD')).toMatchObject({ ok: false });
});

describe('only its own page drives people', () => {
  test.each<[string, Record<string, string>, number]>([
    ['the page itself', {}, 200],
    ['a foreign page', { origin: 'https://evil.test' }, 403],
    ['a page on another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page that hides where it is from', { origin: 'null' }, 403],
    ['a browser that says it is a foreign page', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 415],
  ])('%s', async (_, headers, status) => {
    const workspace = await aWorkspace();
    expect(await post(workspace, 'say', { as: 'UANA', channel: 'CGENERAL', text: 'x' }, headers)).toMatchObject({
      status,
    });
    expect(workspace.control.messages('general')).toHaveLength(status === 200 ? 2 : 1);
  });

  test('a foreign name that was pointed at this machine is refused', async () => {
    const workspace = await aWorkspace();
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      request(`${workspace.url}/client/boot`, { headers: { host: 'evil.test' } }, ({ statusCode }) =>
        resolve(statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test.each([
    ['nobody', { as: 'UNOBODY', channel: 'CGENERAL', text: 'x' }],
    ['somebody who left', { as: 'UMIA', channel: 'CGENERAL', text: 'x' }],
    ['the app itself', { as: 'USLUICE', channel: 'CGENERAL', text: 'x' }],
    ['somebody from outside', { as: 'UBO', channel: 'CQUIET', text: 'x' }],
    ['nothing', { as: 'UANA', channel: 'CGENERAL', text: ' ' }],
  ])('%s says nothing', async (_, body) => {
    expect(await post(await aWorkspace(), 'say', body)).toMatchObject({ ok: false, notice: expect.any(String) });
  });

  test('a body that is no such thing is refused with the fields', async () => {
    expect(await post(await aWorkspace(), 'act', { as: 'UANA' })).toMatchObject({
      status: 400,
      ok: false,
      error: expect.stringMatching(/action_id/),
    });
  });
});
