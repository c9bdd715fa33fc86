import { describe, expect, test } from 'vitest';
import { aClock } from '../../support/builders.ts';
import { answerOf, aWorkspace, call, manifestWith } from './office.ts';

const button = { type: 'button', text: { type: 'plain_text', text: 'Go' }, action_id: 'go' };

describe('any client, whatever its encoding', () => {
  test('a form with the token in it, blocks as JSON', async () => {
    const { apiUrl, botToken, control } = await aWorkspace();
    const blocks = JSON.stringify([{ type: 'actions', elements: [button] }]);
    const body = new URLSearchParams({ token: botToken, channel: 'general', text: '*hi* &lt;3', blocks });
    const answer = await answerOf(await fetch(`${apiUrl}chat.postMessage`, { method: 'POST', body }));
    expect(answer).toMatchObject({
      ok: true,
      channel: 'CGENERAL',
      message: { text: '*hi* &lt;3', bot_id: 'BSLUICE', user: 'USLUICE' },
    });
    expect(control.messages('general').at(-1)).toMatchObject({
      text: '*hi* &lt;3',
      bot: true,
      blocks: [{ elements: [button] }],
    });
  });

  test('a GET with everything in the query', async () => {
    const { apiUrl, botToken } = await aWorkspace();
    const response = await fetch(`${apiUrl}users.info?${new URLSearchParams({ token: botToken, user: 'UANA' })}`);
    expect(await answerOf(response)).toMatchObject({
      ok: true,
      user: { name: 'ana', profile: { email: 'ana@acme.test' } },
    });
  });

  test('multipart', async () => {
    const { apiUrl, botToken } = await aWorkspace();
    const body = new FormData();
    body.set('channel', 'CGENERAL');
    body.set('text', 'parts');
    const headers = { authorization: `Bearer ${botToken}` };
    expect(await answerOf(await fetch(`${apiUrl}chat.postMessage`, { method: 'POST', headers, body }))).toMatchObject({
      ok: true,
    });
  });

  test('JSON without a charset is taken with a warning, a token inside of it is not', async () => {
    const { apiUrl, botToken } = await aWorkspace();
    const send = (headers: Record<string, string>) =>
      fetch(`${apiUrl}auth.test`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ token: botToken }),
      });
    expect(await answerOf(await send({ authorization: `Bearer ${botToken}` }))).toMatchObject({
      ok: true,
      warning: 'missing_charset',
      user_id: 'USLUICE',
      team_id: 'TACME',
    });
    expect(await answerOf(await send({}))).toMatchObject({ ok: false, error: 'not_authed' });
  });

  test.each([
    ['application/json', '{', 'invalid_json'],
    ['application/json', '[]', 'json_not_object'],
    ['text/xml', '<a/>', 'invalid_post_type'],
    ['multipart/form-data', 'x', 'invalid_form_data'],
  ])('%s %s is %s', async (type, body, error) => {
    const { apiUrl } = await aWorkspace();
    const response = await fetch(`${apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(await answerOf(response)).toMatchObject({ ok: false, error });
  });
});

describe('tokens and scopes', () => {
  test.each([
    ['auth.test', 'xoxb-wrong', 'invalid_auth'],
    ['apps.connections.open', 'bot', 'not_allowed_token_type'],
    ['chat.postMessage', 'app', 'not_allowed_token_type'],
    ['chat.scream', 'bot', 'unknown_method'],
    ['team.info', 'bot', 'missing_scope'],
  ])('%s with the token %s is %s', async (method, token, error) => {
    const workspace = await aWorkspace();
    const tokens: Record<string, string> = { bot: workspace.botToken, app: workspace.appToken };
    expect(await call(workspace, method, {}, tokens[token] ?? token)).toMatchObject({ ok: false, error });
  });

  test('a missing scope is named, beside the ones there are', async () => {
    const workspace = await aWorkspace({ manifest: manifestWith({ scopes: ['chat:write', 'users:read'] }) });
    const refused = await call(workspace, 'usergroups.list');
    expect(refused).toMatchObject({
      error: 'missing_scope',
      needed: 'usergroups:read',
      provided: 'chat:write,users:read',
    });
    expect(refused.headers.get('x-oauth-scopes')).toBe('chat:write,users:read');
    expect(refused.headers.get('x-accepted-oauth-scopes')).toBe('usergroups:read');
    expect(await call(workspace, 'users.info', { user: 'UANA' })).not.toHaveProperty('user.profile.email');
  });

  test('a disabled app is nobody', async () => {
    const workspace = await aWorkspace();
    workspace.control.disable();
    expect(await call(workspace, 'auth.test')).toMatchObject({ error: 'account_inactive' });
    workspace.control.enable();
    expect(await call(workspace, 'auth.test')).toMatchObject({ ok: true });
  });
});

describe('posting', () => {
  test.each<[string, object, string]>([
    ['nowhere', { channel: 'CNOWHERE', text: 'x' }, 'channel_not_found'],
    ['to a private channel from outside', { channel: 'GBOARD', text: 'x' }, 'channel_not_found'],
    ['to somebody who left', { channel: 'UMIA', text: 'x' }, 'channel_not_found'],
    ['nothing', { channel: 'CGENERAL' }, 'no_text'],
    ['without a channel', { text: 'x' }, 'invalid_arguments'],
    ['to a thread that is not there', { channel: 'CGENERAL', text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
    [
      'too much in all blocks',
      {
        channel: 'CGENERAL',
        text: 'x',
        blocks: Array.from({ length: 5 }, () => ({
          type: 'section',
          text: { type: 'mrkdwn', text: 'x'.repeat(2900) },
        })),
      },
      'msg_blocks_too_long',
    ],
    ['metadata without a type', { channel: 'CGENERAL', text: 'x', metadata: { a: 1 } }, 'invalid_metadata_format'],
  ])('%s', async (_, args, error) => {
    expect(await call(await aWorkspace(), 'chat.postMessage', { ...args })).toMatchObject({ ok: false, error });
  });

  test('a public channel can be written to from outside by chat:write.public alone', async () => {
    const workspace = await aWorkspace();
    expect(await call(workspace, 'chat.postMessage', { channel: '#quiet', text: 'x' })).toMatchObject({ ok: true });
    const modest = await aWorkspace({ manifest: manifestWith({ scopes: ['chat:write'] }) });
    expect(await call(modest, 'chat.postMessage', { channel: '#quiet', text: 'x' })).toMatchObject({
      error: 'not_in_channel',
    });
  });

  test('a person gets a direct message, always in the same place', async () => {
    const workspace = await aWorkspace();
    const opened = await call(workspace, 'conversations.open', { users: 'UANA' });
    expect(await call(workspace, 'chat.postMessage', { channel: 'UANA', text: 'psst' })).toMatchObject({
      channel: Object(opened['channel']).id,
    });
  });

  test('40,000 characters are kept, more are cut with a warning', async () => {
    const workspace = await aWorkspace();
    const answer = await call(workspace, 'chat.postMessage', { channel: 'CGENERAL', text: 'x'.repeat(40_001) });
    expect(answer).toMatchObject({ ok: true, warning: 'message_truncated' });
    expect(workspace.control.messages('general').at(-1)?.text).toHaveLength(40_000);
  });

  test('an update keeps what it does not mention and is refused beyond 4,000 characters', async () => {
    const workspace = await aWorkspace();
    const blocks = [{ type: 'divider' }];
    const metadata = { event_type: 'release', event_payload: { id: 'R1' } };
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'CGENERAL', text: 'a', blocks, metadata });
    expect(await call(workspace, 'chat.update', { channel: 'CGENERAL', ts, text: 'b' })).toMatchObject({
      ok: true,
      text: 'b',
      message: { blocks: [{ type: 'divider' }], metadata },
    });
    expect(await call(workspace, 'chat.update', { channel: 'CGENERAL', ts, text: 'x'.repeat(4_001) })).toMatchObject({
      error: 'msg_too_long',
    });
    const [lunch] = workspace.control.messages('general');
    expect(await call(workspace, 'chat.update', { channel: 'CGENERAL', ts: lunch?.ts, text: 'x' })).toMatchObject({
      error: 'cant_update_message',
    });
    expect(await call(workspace, 'chat.update', { channel: 'CGENERAL', ts: '1.000001', text: 'x' })).toMatchObject({
      error: 'message_not_found',
    });
    expect(await call(workspace, 'chat.delete', { channel: 'CGENERAL', ts })).toMatchObject({ ok: true });
    expect(workspace.control.messages('general')).toHaveLength(1);
  });

  test('an ephemeral message reaches its reader alone, and only in a channel of theirs', async () => {
    const workspace = await aWorkspace();
    expect(
      await call(workspace, 'chat.postEphemeral', { channel: 'CGENERAL', user: 'UANA', text: 'you' }),
    ).toMatchObject({ ok: true, message_ts: expect.any(String) });
    expect(await call(workspace, 'chat.postEphemeral', { channel: 'CQUIET', user: 'UBO', text: 'you' })).toMatchObject({
      error: 'user_not_in_channel',
    });
    expect(workspace.control.ephemeral('ana').map(({ text }) => text)).toEqual(['you']);
    expect(await call(workspace, 'conversations.history', { channel: 'CGENERAL' })).toMatchObject({
      messages: [{ text: 'Lunch?' }],
    });
  });
});

describe('reading', () => {
  test('history comes newest first, page by page, with metadata where it is asked for', async () => {
    const workspace = await aWorkspace();
    for (const text of ['a', 'b', 'c'])
      await call(workspace, 'chat.postMessage', {
        channel: 'CGENERAL',
        text,
        metadata: { event_type: 't', event_payload: { text } },
      });
    const first = await call(workspace, 'conversations.history', { channel: 'CGENERAL', limit: 2 });
    expect(first).toMatchObject({ has_more: true, messages: [{ text: 'c' }, { text: 'b' }] });
    expect(first).not.toHaveProperty('messages.0.metadata');
    const { next_cursor } = Object(first['response_metadata']);
    const second = await call(workspace, 'conversations.history', {
      channel: 'CGENERAL',
      cursor: next_cursor,
      include_all_metadata: true,
    });
    expect(second).toMatchObject({
      has_more: false,
      messages: [{ text: 'a', metadata: { event_payload: { text: 'a' } } }, { text: 'Lunch?' }],
    });
    expect(await call(workspace, 'conversations.history', { channel: 'CGENERAL', cursor: 'bm9wZQ==' })).toMatchObject({
      error: 'invalid_cursor',
    });
    const { ts } = Object(Object(first['messages'])[1]);
    expect(await call(workspace, 'conversations.history', { channel: 'CGENERAL', oldest: ts })).toMatchObject({
      messages: [{ text: 'c' }],
    });
    expect(
      await call(workspace, 'conversations.history', { channel: 'CGENERAL', oldest: ts, inclusive: true, limit: 10 }),
    ).toMatchObject({ messages: [{ text: 'c' }, { text: 'b' }] });
    expect(await call(workspace, 'conversations.history', { channel: 'CQUIET' })).toMatchObject({
      error: 'not_in_channel',
    });
  });

  test('a thread is its root and its replies; history shows the root with their number', async () => {
    const workspace = await aWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'CGENERAL', text: 'root' });
    const { ts: reply } = await call(workspace, 'chat.postMessage', {
      channel: 'CGENERAL',
      text: 'one',
      thread_ts: ts,
    });
    await call(workspace, 'chat.postMessage', {
      channel: 'CGENERAL',
      text: 'two',
      thread_ts: reply,
      reply_broadcast: true,
    });
    expect(await call(workspace, 'conversations.replies', { channel: 'CGENERAL', ts: reply })).toMatchObject({
      messages: [
        { ts, reply_count: 2, thread_ts: ts },
        { text: 'one', thread_ts: ts },
        { text: 'two', subtype: 'thread_broadcast' },
      ],
    });
    expect(await call(workspace, 'conversations.history', { channel: 'CGENERAL', limit: 2 })).toMatchObject({
      messages: [{ text: 'two' }, { text: 'root', reply_count: 2 }],
    });
  });

  test('people, groups and channels are found', async () => {
    const workspace = await aWorkspace();
    expect(await call(workspace, 'users.lookupByEmail', { email: 'Bo@acme.test' })).toMatchObject({
      user: { id: 'UBO' },
    });
    expect(await call(workspace, 'users.lookupByEmail', { email: 'no@acme.test' })).toMatchObject({
      error: 'users_not_found',
    });
    expect(await call(workspace, 'users.list', { limit: 2 })).toMatchObject({
      members: [{ id: 'UANA' }, { id: 'UBO' }],
    });
    expect(await call(workspace, 'usergroups.list', { include_users: true })).toMatchObject({
      usergroups: [{ handle: 'platform', users: ['UBO'] }, { handle: 'developers' }],
    });
    expect(await call(workspace, 'usergroups.users.list', { usergroup: 'SDEVELOPERS' })).toMatchObject({
      users: ['UANA', 'UBO'],
    });
    expect(await call(workspace, 'usergroups.users.list', { usergroup: 'SNONE' })).toMatchObject({
      error: 'no_such_subteam',
    });
    expect(
      await call(workspace, 'conversations.list', { types: 'public_channel,private_channel', limit: 1 }),
    ).toMatchObject({
      channels: [{ name: 'general', is_member: true }],
      response_metadata: { next_cursor: expect.stringMatching(/./) },
    });
    expect(await call(workspace, 'conversations.info', { channel: 'CQUIET' })).toMatchObject({
      channel: { is_member: false, num_members: 1 },
    });
    expect(await call(workspace, 'conversations.members', { channel: 'CGENERAL' })).toMatchObject({
      members: ['UANA', 'UBO', 'USLUICE'],
    });
    expect(await call(workspace, 'bots.info', { bot: 'BSLUICE' })).toMatchObject({
      bot: { name: 'Sluice', user_id: 'USLUICE' },
    });
  });

  test('a permalink names channel and message', async () => {
    const workspace = await aWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'CGENERAL', text: 'root' });
    const linked = await call(workspace, 'chat.getPermalink', { channel: 'CGENERAL', message_ts: ts });
    expect(linked['permalink']).toBe(`https://acme.slack.com/archives/CGENERAL/p${String(ts).replace('.', '')}`);
  });
});

describe('trouble', () => {
  test('after a burst of five, a channel takes one message a second', async () => {
    const clock = aClock();
    const workspace = await aWorkspace({ clock });
    const post = (channel = 'CGENERAL') => call(workspace, 'chat.postMessage', { channel, text: 'x' });
    for (let count = 0; count < 5; count += 1) expect(await post()).toMatchObject({ ok: true });
    const limited = await post();
    expect(limited).toMatchObject({ status: 429, ok: false, error: 'ratelimited' });
    expect(limited.headers.get('retry-after')).toBe('1');
    expect(await post('CQUIET')).toMatchObject({ ok: true });
    clock.move(1_000);
    expect(await post()).toMatchObject({ ok: true });
    workspace.control.rateLimits(false);
    expect([await post(), await post()]).toMatchObject([{ ok: true }, { ok: true }]);
  });

  test('a method fails as often as it is told to, before or after it did its work', async () => {
    const workspace = await aWorkspace();
    const post = () => call(workspace, 'chat.postMessage', { channel: 'CGENERAL', text: 'x' });
    workspace.control.fail('chat.postMessage', { error: 'fatal_error' });
    workspace.control.fail('chat.postMessage', { status: 500, after: true });
    expect(await post()).toMatchObject({ status: 200, ok: false, error: 'fatal_error' });
    expect(workspace.control.messages('general')).toHaveLength(1);
    expect(await post()).toMatchObject({ status: 500 });
    expect(workspace.control.messages('general')).toHaveLength(2);
    expect(await post()).toMatchObject({ ok: true });
    expect(workspace.control.calls().map(({ method, status }) => `${method} ${status}`)).toEqual([
      'chat.postMessage 200',
      'chat.postMessage 500',
      'chat.postMessage 200',
    ]);
    expect(JSON.stringify(workspace.control.calls())).not.toContain(workspace.botToken);
  });

  test('a method that hangs never answers, though it may have done its work', async () => {
    const workspace = await aWorkspace();
    workspace.control.hang('chat.postMessage', { after: true });
    const abort = new AbortController();
    const body = new URLSearchParams({ token: workspace.botToken, channel: 'CGENERAL', text: 'lost' });
    const hanging = fetch(`${workspace.apiUrl}chat.postMessage`, { method: 'POST', body, signal: abort.signal });
    await workspace.control.waitFor(() => workspace.control.calls().some(({ status }) => status === 0));
    abort.abort();
    await expect(hanging).rejects.toThrow();
    expect(workspace.control.messages('general').at(-1)?.text).toBe('lost');
  });
});
