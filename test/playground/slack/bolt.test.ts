import { type App, webApi } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import { aBoltApp, aWorkspace, silent, soonBackMs } from './office.ts';

const button = (action: string, value: string) => ({
  type: 'actions' as const,
  block_id: 'votes',
  elements: [
    { type: 'button' as const, text: { type: 'plain_text' as const, text: 'Approve' }, action_id: action, value },
  ],
});

describe('the real Bolt in Socket Mode', () => {
  test('a command is acknowledged and answered privately, and its answer can be replaced', async () => {
    const workspace = await aWorkspace();
    const payloads: unknown[] = [];
    await aBoltApp(workspace, (app) => {
      app.command('/release', async ({ ack, respond, command }) => {
        payloads.push(command);
        await ack('On it.');
        await respond({ text: `Planned ${command.text}.`, replace_original: true });
      });
    });
    const seen = await workspace.control.say('ana', 'general', '/release web dev because @bo asked in #general & <so>');
    expect(seen).toMatchObject({ ok: true });
    await workspace.control.waitFor(() =>
      workspace.control.ephemeral('ana', 'general').some(({ text }) => text.startsWith('Planned')),
    );
    expect(workspace.control.ephemeral('ana', 'general')).toHaveLength(1);
    expect(workspace.control.ephemeral('bo', 'general')).toEqual([]);
    expect(payloads[0]).toMatchObject({
      team_id: 'TACME',
      team_domain: 'acme',
      channel_id: 'CGENERAL',
      channel_name: 'general',
      user_id: 'UANA',
      user_name: 'ana',
      command: '/release',
      text: 'web dev because <@UBO|bo> asked in <#CGENERAL|general> &amp; &lt;so&gt;',
      api_app_id: 'ASLUICE',
      is_enterprise_install: 'false',
    });
  });

  test('a click updates the message in place', async () => {
    const workspace = await aWorkspace();
    const bodies: unknown[] = [];
    const app = await aBoltApp(workspace, (bolt) => {
      bolt.action('release.approve', async ({ ack, body, client, respond }) => {
        await ack();
        bodies.push(body);
        await client.chat.update({
          channel: 'CGENERAL',
          ts: ts ?? '',
          text: `Approved by <@${body.user.id}>`,
          blocks: [],
        });
        await respond('Thanks.');
      });
    });
    const { ts } = await app.client.chat.postMessage({
      channel: '#general',
      text: 'Approve?',
      blocks: [button('release.approve', 'R1')],
    });
    expect(await workspace.control.click('bo', 'general', ts ?? '', 'release.approve')).toMatchObject({ ok: true });
    const after = await workspace.control.waitFor(() =>
      workspace.control.messages('general').find(({ edited }) => edited),
    );
    expect(after).toMatchObject({ ts, text: 'Approved by <@UBO>' });
    expect(after).not.toHaveProperty('blocks');
    await workspace.control.waitFor(() => workspace.control.ephemeral('bo', 'general').length === 1);
    expect(bodies[0]).toMatchObject({
      type: 'block_actions',
      user: { id: 'UBO' },
      container: { type: 'message', message_ts: ts, channel_id: 'CGENERAL', is_ephemeral: false },
      message: { ts, text: 'Approve?' },
      actions: [{ action_id: 'release.approve', block_id: 'votes', value: 'R1', type: 'button' }],
      state: { values: {} },
    });
  });

  test('a mention in a thread is answered there', async () => {
    const workspace = await aWorkspace();
    await aBoltApp(workspace, (app) => {
      app.event('app_mention', async ({ event, say }) => {
        await say({ text: `You said ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
      });
    });
    const [lunch] = workspace.control.messages('general');
    await workspace.control.say('ana', 'general', '@sluice status', lunch?.ts);
    const reply = await workspace.control.waitFor(() => workspace.control.messages('general').find(({ bot }) => bot));
    expect(reply).toMatchObject({ text: 'You said <@USLUICE> status', thread_ts: lunch?.ts });
    expect(workspace.control.messages('general')[0]).toMatchObject({ reply_count: 2, latest_reply: reply?.ts });
  });

  test('it waits as long as Retry-After says, and posts then', async () => {
    const workspace = await aWorkspace();
    workspace.control.fail('chat.postMessage', { status: 429, retryAfterSeconds: 1 });
    const limited: number[] = [];
    const client = new webApi.WebClient(workspace.botToken, {
      slackApiUrl: workspace.apiUrl,
      logger: silent,
      retryConfig: { retries: 1, minTimeout: 1 },
    });
    client.on(webApi.WebClientEvent.RATE_LIMITED, (seconds) => limited.push(seconds));
    expect(await client.chat.postMessage({ channel: 'CGENERAL', text: 'late' })).toMatchObject({ ok: true });
    expect(limited).toEqual([1]);
  });

  test('a refusal of blocks reaches the app with the place of the fault', async () => {
    const workspace = await aWorkspace();
    const app = await aBoltApp(workspace, () => {});
    const elements = Array.from({ length: 26 }, (_, index) => button(`a${index}`, 'v').elements).flat();
    const post = app.client.chat.postMessage({
      channel: 'CGENERAL',
      text: 'too many',
      blocks: [{ type: 'divider' }, { type: 'actions', elements }],
    });
    await expect(post).rejects.toMatchObject({
      data: { error: 'invalid_blocks', errors: ['no more than 25 items allowed [json-pointer:/blocks/1/elements]'] },
    });
  });

  test.each(['refresh_requested', 'warning', 'cut'] as const)(
    'after %s it comes back and commands work',
    async (how) => {
      const workspace = await aWorkspace();
      await aBoltApp(workspace, (app) => app.command('/release', async ({ ack }) => ack('here')), soonBackMs);
      workspace.control.disconnect(how);
      await workspace.control.waitFor(() => workspace.control.connected() === 0);
      await workspace.control.waitFor(() => workspace.control.connected() === 1);
      const { ephemeral } = await workspace.control.say('ana', 'general', '/release');
      expect(ephemeral.map(({ text }) => text)).toEqual(['here']);
    },
  );

  test('a command that nobody acknowledges ends with the notice that people know', async () => {
    const workspace = await aWorkspace({ speed: 30 });
    await aBoltApp(workspace, (app) => {
      app.command('/release', async () => {});
    });
    const { ephemeral } = await workspace.control.say('ana', 'general', '/release web dev');
    expect(ephemeral).toMatchObject([
      { username: 'Slackbot', text: '/release failed with the error "operation_timeout"' },
    ]);
  });

  test('an event is repeated until it is acknowledged', async () => {
    // Retries after 3 s and 15 s, and 150 ms for an acknowledgement: a busy machine has connected again by one of them.
    const workspace = await aWorkspace({ speed: 20 });
    const retries: unknown[] = [];
    const listen = (app: App) =>
      app.use(async ({ context, next }) => {
        retries.push([context.retryNum, context.retryReason]);
        await next();
      });
    await aBoltApp(workspace, listen, soonBackMs);
    workspace.control.disconnect('cut');
    await workspace.control.say('ana', 'general', '@sluice help');
    await workspace.control.waitFor(() => workspace.control.connected() === 1);
    await expect.poll(() => retries, { timeout: 25_000 }).toHaveLength(1);
    expect(retries[0]).toEqual([expect.any(Number), 'connection_failed']);
  });

  test('a modal opens once, by a fresh trigger', async () => {
    const workspace = await aWorkspace();
    const errors: unknown[] = [];
    await aBoltApp(workspace, (app) => {
      app.command('/release', async ({ ack, client, command: { trigger_id } }) => {
        await ack();
        const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Release' }, blocks: [] };
        await client.views.open({ trigger_id, view });
        await client.views.open({ trigger_id, view }).catch(({ data }) => errors.push(data.error));
      });
    });
    await workspace.control.say('ana', 'general', '/release');
    await expect.poll(() => errors).toEqual(['exchanged_trigger_id']);
    expect(workspace.control.views('ana')).toMatchObject([{ user: 'UANA', view: { title: { text: 'Release' } } }]);
  });

  test('what is filled in reaches the app, and what the app refuses keeps the modal open', async () => {
    const workspace = await aWorkspace();
    const plain = (text: string) => ({ type: 'plain_text' as const, text });
    const seen: unknown[] = [];
    await aBoltApp(workspace, (app) => {
      app.command('/release', async ({ ack, client, command: { trigger_id } }) => {
        await ack();
        const element = { type: 'plain_text_input' as const, action_id: 'why', max_length: 20 };
        const blocks = [{ type: 'input' as const, block_id: 'reason', label: plain('Why?'), element }];
        const view = { type: 'modal' as const, callback_id: 'ask', title: plain('Ask'), submit: plain('Send'), blocks };
        await client.views.open({ trigger_id, view: { ...view, private_metadata: '01K' } });
      });
      app.view('ask', async ({ ack, view, body }) => {
        seen.push([body.user.id, view.private_metadata, view.state.values['reason']?.['why']?.value]);
        if (seen.length === 1) await ack({ response_action: 'errors', errors: { reason: 'Say more.' } });
        else await ack();
      });
    });
    const { control } = workspace;
    const submit = (value: string) => control.submit('ana', { why: value });
    await control.say('ana', 'general', '/release');
    await control.waitFor(() => control.views('ana').length === 1);
    expect(await submit('')).toMatchObject({ ok: false, errors: { reason: expect.stringContaining('required') } });
    expect(await submit('x'.repeat(21))).toMatchObject({ ok: false, errors: { reason: expect.any(String) } });
    expect(seen).toEqual([]);
    expect(await submit('no')).toEqual({ ok: false, errors: { reason: 'Say more.' } });
    expect(control.views('ana')).toHaveLength(1);
    expect(await submit('no migration')).toEqual({ ok: true });
    expect(control.views('ana')).toEqual([]);
    expect(seen).toEqual([
      ['UANA', '01K', 'no'],
      ['UANA', '01K', 'no migration'],
    ]);
    expect(await submit('again')).toMatchObject({ ok: false, notice: expect.any(String) });
  });

  test('what is delivered twice arrives twice', async () => {
    const workspace = await aWorkspace();
    const texts: string[] = [];
    await aBoltApp(workspace, (app) => {
      app.command('/release', async ({ ack, command }) => {
        texts.push(command.trigger_id);
        await ack();
      });
    });
    workspace.control.deliverTwice();
    await workspace.control.say('ana', 'general', '/release web dev');
    await expect.poll(() => texts).toHaveLength(2);
    expect(new Set(texts).size).toBe(1);
  });
});
