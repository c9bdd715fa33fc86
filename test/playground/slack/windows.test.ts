import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import type { SlackWorkspace } from '../../../src/playground/slack/workspace.ts';
import { aBoltApp, aWorkspace, call } from './office.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string) => ({ text: plain(value.toUpperCase()), value });

const view: ModalView = {
  type: 'modal',
  callback_id: 'release',
  title: plain('Release'),
  submit: plain('Go'),
  private_metadata: 'kept',
  blocks: [
    {
      type: 'input',
      block_id: 'service',
      label: plain('Service'),
      dispatch_action: true,
      element: { type: 'external_select', action_id: 'service', min_query_length: 0 },
    },
    {
      type: 'input',
      block_id: 'environment',
      label: plain('Environment'),
      element: {
        type: 'static_select',
        action_id: 'environment',
        options: [option('dev'), option('production')],
        initial_option: option('dev'),
      },
    },
    {
      type: 'input',
      block_id: 'because',
      label: plain('Reason'),
      optional: true,
      element: { type: 'plain_text_input', action_id: 'because', multiline: true },
    },
  ],
};

/** A workspace whose app opens the modal at `/release`. */
async function anOffice(prepare: (app: App) => void) {
  const workspace = await aWorkspace();
  await aBoltApp(workspace, (app) => {
    app.command('/release', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    app.options('service', async ({ ack, options }) => {
      await ack({ options: ['web', 'api'].filter((name) => name.startsWith(options.value)).map(option) });
    });
    prepare(app);
  });
  return workspace;
}

/** The app opens it after its acknowledgement. */
async function open(control: SlackWorkspace['control']): Promise<void> {
  await control.say('ana', 'general', '/release');
  await control.waitFor(() => control.views('ana').length > 0);
}

describe('a modal', () => {
  test('asks the app for options, and tells it at once of a choice it wants to hear of', async () => {
    const chosen: unknown[] = [];
    const { control } = await anOffice((app) => {
      app.action('service', async ({ ack, body }) => {
        await ack();
        chosen.push(body);
      });
    });
    await open(control);
    expect(await control.suggestions('ana', 'service', 'w')).toEqual([option('web')]);
    await control.choose('ana', 'service', 'api');
    expect(chosen).toMatchObject([
      {
        type: 'block_actions',
        user: { id: 'UANA' },
        container: { type: 'view' },
        view: {
          private_metadata: 'kept',
          state: { values: { service: { service: { selected_option: option('api') } } } },
        },
        actions: [{ action_id: 'service', type: 'external_select', selected_option: { value: 'api' } }],
      },
    ]);
  });

  test('is not sent while a required input is empty, shows what the app says of an input, and closes when it is taken', async () => {
    const sent: unknown[] = [];
    const { control } = await anOffice((app) => {
      app.view('release', async ({ ack, view: { state, callback_id } }) => {
        sent.push({ callback_id, values: state.values });
        const because = state.values['because']?.['because']?.value;
        if (typeof because === 'string') await ack();
        else await ack({ response_action: 'errors', errors: { because: 'Say why' } });
      });
    });
    await open(control);
    expect(await control.submit('ana')).toEqual({
      ok: false,
      errors: { service: 'Please complete this required field.' },
    });
    expect(sent).toEqual([]);
    expect(await control.submit('ana', { service: 'web' })).toEqual({ ok: false, errors: { because: 'Say why' } });
    expect(await control.submit('ana', { service: 'web', environment: 'production', because: 'audit' })).toEqual({
      ok: true,
    });
    expect(sent.at(-1)).toEqual({
      callback_id: 'release',
      values: {
        service: { service: { type: 'external_select', selected_option: option('web') } },
        environment: { environment: { type: 'static_select', selected_option: option('production') } },
        because: { because: { type: 'plain_text_input', value: 'audit' } },
      },
    });
    expect(control.views('ana')).toEqual([]);
  });

  test('can be changed, covered by another one, and closed as a whole', async () => {
    const { control } = await anOffice((app) => {
      app.view('release', ({ ack }) =>
        ack({ response_action: 'push', view: { ...view, callback_id: 'sure', blocks: [] } }),
      );
      app.view('sure', ({ ack }) => ack({ response_action: 'clear' }));
      app.action('service', async ({ ack, client, body }) => {
        await ack();
        if (!('view' in body) || body.view === undefined) return;
        const { id, hash } = body.view;
        await client.views.update({ view_id: id, hash, view: { ...view, title: plain('Changed') } });
      });
    });
    await open(control);
    await control.choose('ana', 'service', 'web');
    await control.waitFor(() => JSON.stringify(control.views('ana')[0]?.view['title']).includes('Changed'));
    expect(control.views('ana')).toMatchObject([{ view: { title: plain('Changed') } }]);
    await control.submit('ana', { service: 'web' });
    expect(control.views('ana')).toMatchObject([{ previous: null }, { view: { callback_id: 'sure' } }]);
    await control.submit('ana');
    expect(control.views('ana')).toEqual([]);
  });

  test('refuses an update that somebody else was faster with', async () => {
    const workspace = await anOffice(() => {});
    await open(workspace.control);
    const [opened] = workspace.control.views('ana');
    const change = { view_id: opened?.id, hash: opened?.hash, view };
    expect(await call(workspace, 'views.update', change)).toMatchObject({ ok: true });
    expect(await call(workspace, 'views.update', change)).toMatchObject({ ok: false, error: 'hash_conflict' });
  });
});

test('the Home tab is drawn when somebody looks at it, and its buttons work', async () => {
  const pressed: unknown[] = [];
  const workspace = await aWorkspace();
  await aBoltApp(workspace, (app) => {
    app.event('app_home_opened', ({ event, client }) =>
      client.views
        .publish({
          user_id: event.user,
          view: {
            type: 'home',
            blocks: [
              {
                type: 'actions',
                elements: [{ type: 'button', action_id: 'unlock', value: 'h1', text: plain('Unlock') }],
              },
            ],
          },
        })
        .then(() => {}),
    );
    app.action('unlock', async ({ ack, body }) => {
      await ack();
      pressed.push(body);
    });
  });
  const { control } = workspace;
  control.openHome('bo');
  await control.waitFor(() => control.home('bo') !== undefined);
  expect(control.home('ana')).toBeUndefined();
  await control.pressHome('bo', 'unlock');
  expect(pressed).toMatchObject([
    { view: { type: 'home' }, user: { id: 'UBO' }, actions: [{ action_id: 'unlock', value: 'h1' }] },
  ]);
});

test('a view that Slack would not take is refused with its reason', async () => {
  const workspace = await aWorkspace();
  const long = { type: 'home', blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] };
  expect(await call(workspace, 'views.publish', { user_id: 'UANA', view: long })).toMatchObject({
    ok: false,
    error: 'invalid_arguments',
    response_metadata: { messages: [expect.stringContaining('/view/blocks/0/text')] },
  });
});
