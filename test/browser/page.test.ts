import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from './support/chromium.ts';
import { type StubMessage, startStubWorkspace } from './support/stub-workspace.ts';

const channels = [
  { id: 'C0DEV', name: 'releases-dev', topic: 'Releases to *dev*', unread: 0 },
  { id: 'C0REL', name: 'releases', topic: 'Releases to production', unread: 2 },
];
const minute = (number: number) => `${1_790_000_000 + number * 60}.000100`;

/** A release that waits for votes, as Sluice posts it. */
const approval: StubMessage = {
  ts: minute(9),
  user: 'USLUICE',
  bot: true,
  username: 'Sluice',
  text: 'Ana asks web 1.4.1 → 1.4.2 in production.',
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: '<@UANA> asks *web 1.4.1 → 1.4.2* in *production*' } },
    {
      type: 'actions',
      block_id: 'votes',
      elements: [
        {
          type: 'button',
          style: 'primary',
          text: { type: 'plain_text', text: 'Approve web 1.4.2' },
          action_id: 'release.approve',
          value: '01K1',
        },
        {
          type: 'button',
          style: 'danger',
          text: { type: 'plain_text', text: 'Reject' },
          action_id: 'release.reject',
          value: '01K1',
          confirm: {
            title: { type: 'plain_text', text: 'Reject web 1.4.2?' },
            text: { type: 'plain_text', text: 'The release ends here.' },
            confirm: { type: 'plain_text', text: 'Reject it' },
            deny: { type: 'plain_text', text: 'Keep it' },
          },
        },
        {
          type: 'static_select',
          placeholder: { type: 'plain_text', text: 'Mute for' },
          action_id: 'drift.mute',
          options: [{ text: { type: 'plain_text', text: '1 hour' }, value: '1h' }],
        },
      ],
    },
  ],
};

const hostile =
  '<img src=x onerror="window.hacked=1"> <javascript:alert(1)|press> &lt;b&gt;bold&lt;/b&gt; <https://a.test/"onclick=x|ok>';

let browser: Browser;
let workspace: Awaited<ReturnType<typeof startStubWorkspace>>;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  complaints.length = 0;
  workspace = await startStubWorkspace({
    channels,
    messages: {
      C0DEV: [
        { ts: minute(1), user: 'UBO', text: 'Good morning :wave:' },
        { ts: minute(2), user: 'UMIA', text: hostile },
        approval,
      ],
      C0REL: Array.from({ length: 60 }, (_, index) => ({ ts: minute(index), user: 'UCY', text: `Line ${index}` })),
    },
    notice: ({ text }) => (String(text).startsWith('/unknown') ? '/unknown is not a command.' : undefined),
    panel: () => ({
      clusters: [
        {
          name: 'prod-eu',
          cut: false,
          services: [
            {
              name: 'web',
              namespace: 'web',
              image: 'registry.acme.test/web:1.4.1',
              ready: 1,
              wanted: 2,
              health: 'crashing',
            },
          ],
          kustomizations: [
            { name: 'apps', ready: false, message: 'health check failed', revision: 'main@sha1:a1b2c3' },
          ],
        },
      ],
      git: { up: true, commits: [{ sha: 'a1b2c3d4e5f6', title: 'Release web 1.4.1', author: 'Sluice' }] },
      actions: [
        {
          id: 'crash',
          label: 'Crash the next rollout',
          group: 'Clusters',
          params: [{ name: 'service', label: 'Service', options: ['web', 'api'] }],
        },
      ],
    }),
  });
  page = await browser.newPage({ viewport: { width: 1500, height: 800 } });
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await open('UANA');
});
afterEach(async () => {
  await page.close();
  await workspace.close();
});

async function open(as: string, channel = 'C0DEV') {
  await page.goto(`${workspace.url}/?as=${as}&channel=${channel}`);
  await page.locator('.message').first().waitFor();
  await page.getByText('connecting…').waitFor({ state: 'hidden' });
}
const composer = () => page.getByRole('combobox', { name: 'Message to releases-dev' });
const message = (text: string) => page.locator('.message', { hasText: text });
const posts = (path: string) => workspace.posted.filter((each) => each.path === path).map(({ body }) => body);
const channelEntry = (name: string) => page.getByRole('navigation').getByRole('button', { name });

describe('the page', () => {
  test('shows team, channels, people and messages, and no error in the console', async () => {
    await page.getByText('Acme', { exact: true }).waitFor();
    await channelEntry('releases, 2 unread').waitFor();
    await page.getByRole('button', { name: 'Ana Andersen Developer, storefront', pressed: true }).waitFor();
    await message('Good morning 👋').waitFor();
    expect(complaints).toEqual([]);
  });

  test('opens a channel by its name, as people write it into a link', async () => {
    await open('UANA', 'releases');
    await page.getByRole('combobox', { name: 'Message to releases', exact: true }).waitFor();
  });

  test('sends what is written with Enter, keeps a line break made with Shift', async () => {
    await composer().fill('first');
    await composer().press('Shift+Enter');
    await composer().pressSequentially('second');
    await composer().press('Enter');
    await message('first').getByText('second').waitFor();
    expect(posts('/client/say')).toEqual([{ as: 'UANA', channel: 'C0DEV', text: 'first\nsecond' }]);
    expect(await composer().inputValue()).toBe('');
  });

  test('completes a slash command, sends it, and recalls it', async () => {
    await composer().pressSequentially('/r');
    await page.getByRole('option', { name: '/rollback' }).waitFor();
    await composer().press('ArrowDown');
    await composer().press('Tab');
    expect(await composer().inputValue()).toBe('/rollback ');
    await composer().pressSequentially('web dev');
    await composer().press('Enter');
    await composer().press('ArrowUp');
    expect(await composer().inputValue()).toBe('/rollback web dev');
    expect(posts('/client/say')).toEqual([{ as: 'UANA', channel: 'C0DEV', text: '/rollback web dev' }]);
  });

  test('fills in an example, and keeps a draft for each channel', async () => {
    await page.getByRole('button', { name: '/release status' }).click();
    expect(await composer().inputValue()).toBe('/release status');
    await channelEntry('releases, 2 unread').click();
    const other = page.getByRole('combobox', { name: 'Message to releases', exact: true });
    await other.waitFor();
    expect(await other.inputValue()).toBe('');
    await channelEntry('releases-dev').click();
    await composer().waitFor();
    expect(await composer().inputValue()).toBe('/release status');
  });

  test('shows a notice of the workspace', async () => {
    await composer().fill('/unknown x');
    await composer().press('Enter');
    await page.getByRole('status').getByText('/unknown is not a command.').waitFor();
    expect(await composer().inputValue()).toBe('/unknown x');
  });
});

describe('a message of the app', () => {
  const where = { as: 'UANA', channel: 'C0DEV', ts: approval.ts, block_id: 'votes' };

  test('posts a click with its block, action and value', async () => {
    await page.getByRole('button', { name: 'Approve web 1.4.2' }).click();
    await expect.poll(() => posts('/client/act')).toEqual([{ ...where, action_id: 'release.approve', value: '01K1' }]);
  });

  test('asks before a click that wants confirmation', async () => {
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await page.getByRole('dialog', { name: 'Reject web 1.4.2?' }).getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await page.keyboard.press('Escape');
    expect(posts('/client/act')).toEqual([]);
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await page.getByRole('button', { name: 'Reject it' }).click();
    await expect.poll(() => posts('/client/act')).toEqual([{ ...where, action_id: 'release.reject', value: '01K1' }]);
  });

  test('posts what was selected', async () => {
    await page.getByRole('combobox', { name: 'Mute for' }).selectOption('1h');
    await expect
      .poll(() => posts('/client/act'))
      .toEqual([{ ...where, action_id: 'drift.mute', selected_option: { value: '1h' } }]);
  });

  test('changes in place, as the same element', async () => {
    const element = page.locator(`[data-ts="${approval.ts}"]`);
    await element.evaluate((node) => node.setAttribute('data-kept', 'yes'));
    workspace.change('C0DEV', {
      ...approval,
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'web 1.4.2 is running' } }],
    });
    await element.getByText('web 1.4.2 is running').waitFor();
    expect(await element.getAttribute('data-kept')).toBe('yes');
    expect(await page.getByRole('button', { name: 'Approve web 1.4.2' }).count()).toBe(0);
  });

  test('whispered to one is seen by that one only, also after looking through other eyes', async () => {
    const whisper = { user: 'USLUICE', bot: true, text: 'Not released: frozen', ephemeral: true };
    workspace.arrive('C0DEV', whisper, 'UANA');
    await message('Not released: frozen').getByText('Only visible to you').waitFor();
    await page.getByRole('button', { name: 'Bo Berg' }).click();
    await page.getByRole('button', { name: 'Bo Berg', pressed: true }).waitFor();
    expect(await message('Not released: frozen').count()).toBe(0);
    expect(new URL(page.url()).search).toBe('?as=UBO&channel=C0DEV');
    await page.getByRole('button', { name: 'Ana Andersen' }).click();
    await message('Not released: frozen').waitFor();
  });

  test('shows reactions with their counts', async () => {
    const reactions = [
      { name: 'eyes', count: 2 },
      { name: 'sluice-own', count: 1 },
    ];
    workspace.arrive('C0DEV', { user: 'UBO', text: 'Looks odd', reactions });
    await message('Looks odd').getByText('👀 2').waitFor();
    await message('Looks odd').getByText(':sluice-own: 1').waitFor();
  });

  test('shows a picture with its title, and its words for those who do not see it', async () => {
    const url =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
    const file = { title: 'web 1.4.2 in dev', alt: 'it took <9 s>', url };
    workspace.arrive('C0DEV', { user: 'USLUICE', bot: true, text: '', files: [file] });
    const picture = page.getByRole('img', { name: 'it took <9 s>' });
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    await message('web 1.4.2 in dev').waitFor();
    expect(complaints).toEqual([]);
  });

  test('of hostile text is text', async () => {
    const shown = message('onerror');
    expect(await shown.locator('.mrkdwn').innerText()).toBe(
      '<img src=x onerror="window.hacked=1"> press <b>bold</b> ok',
    );
    expect(await shown.locator('img, b:not(.sender), [onclick]').count()).toBe(0);
    expect(
      await shown.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['https://a.test/%22onclick=x']);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });
});

describe('a modal of the app', () => {
  const plain = (text: string) => ({ type: 'plain_text', text });
  const view = {
    type: 'modal',
    title: plain('Reject a release'),
    submit: plain('Reject'),
    close: plain('Cancel'),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: '*web 1.4.2* in production' } },
      {
        type: 'input',
        block_id: 'why',
        label: plain('Why is it not to go?'),
        element: { type: 'plain_text_input', action_id: 'text', multiline: true },
      },
    ],
  };
  const dialog = () => page.getByRole('dialog', { name: 'Reject a release' });

  test('is shown to its person, says what is missing, and sends what was filled in', async () => {
    workspace.emit({ type: 'views', modal: { id: 'V2', hash: '1', view }, home: null }, 'UBO');
    workspace.emit({ type: 'views', modal: { id: 'V1', hash: '1', view }, home: null }, 'UANA');
    await dialog().getByText('web 1.4.2').waitFor();
    await dialog().getByRole('button', { name: 'Reject' }).click();
    await dialog().getByRole('alert').waitFor();
    const field = dialog().getByRole('textbox', { name: 'Why is it not to go?' });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill('the migration is missing');
    await dialog().getByRole('button', { name: 'Reject' }).click();
    await dialog().waitFor({ state: 'hidden' });
    const given = { 'why/text': 'the migration is missing' };
    expect(posts('/client/view/submit').at(-1)).toEqual({ as: 'UANA', view: 'V1', given });
    expect(complaints).toEqual([]);
  });

  test('is put away with Escape', async () => {
    workspace.emit({ type: 'views', modal: { id: 'V1', hash: '1', view }, home: null }, 'UANA');
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await expect.poll(() => posts('/client/view/close')).toEqual([{ as: 'UANA', view: 'V1' }]);
  });
});

describe('what a modal can hold', () => {
  const plain = (text: string) => ({ type: 'plain_text', text });
  const option = (name: string) => ({ text: plain(name), value: name.toLowerCase() });
  const input = (label: string, element: object, more: object = {}) => ({
    ...{ type: 'input', block_id: label.toLowerCase(), label: plain(label), element: { action_id: 'a', ...element } },
    ...more,
  });
  const options = [option('One'), option('Two')];
  const view = {
    type: 'modal',
    title: plain('All of it'),
    submit: plain('Send'),
    blocks: [
      input('Service', { type: 'external_select', min_query_length: 0 }),
      input('Where', { type: 'static_select', options }),
      input('Day', { type: 'datepicker', initial_date: '2026-12-24' }),
      input('Hour', { type: 'timepicker' }),
      input('Moment', { type: 'datetimepicker' }),
      input('Which', { type: 'checkboxes', options, initial_options: [option('Two')] }),
      input('Several', { type: 'multi_static_select', options }),
      input('Either', { type: 'radio_buttons', options }),
      input('Who', { type: 'users_select' }),
      input('Count', { type: 'number_input' }, { hint: plain('A whole number') }),
      {
        ...{ type: 'section', block_id: 'more', text: { type: 'mrkdwn', text: 'A drift' } },
        accessory: { type: 'overflow', action_id: 'menu', options },
      },
      { type: 'moon', block_id: 'moon' },
    ],
  };
  const dialog = () => page.getByRole('dialog', { name: 'All of it' });
  beforeEach(async () => {
    workspace.emit({ type: 'views', modal: { id: 'V1', hash: '1', view }, home: null }, 'UANA');
    await dialog().waitFor();
  });

  test('is filled in and sent as the app expects it', async () => {
    const field = (name: string) => dialog().getByLabel(name, { exact: true });
    await field('Where').selectOption('two');
    await field('Hour').fill('16:30');
    await field('Moment').fill('2026-12-24T16:30');
    await dialog().getByRole('group', { name: 'Which' }).getByLabel('One').check();
    await dialog().getByRole('group', { name: 'Several' }).getByLabel('Two').check();
    await dialog().getByRole('radiogroup', { name: 'Either' }).getByLabel('One').check();
    await field('Who').selectOption('UMIA');
    await field('Count').fill('7');
    await dialog().getByText('A block of type moon is not shown').waitFor();
    await dialog().getByRole('button', { name: 'Send' }).click();
    await dialog().waitFor({ state: 'hidden' });
    const at = await page.evaluate(() => new Date('2026-12-24T16:30').getTime() / 1000);
    expect(posts('/client/view/submit').at(-1)?.['given']).toEqual({
      ...{ 'where/a': option('Two'), 'hour/a': '16:30', 'moment/a': at, 'which/a': [option('Two'), option('One')] },
      ...{ 'several/a': [option('Two')], 'either/a': option('One'), 'who/a': 'UMIA', 'count/a': '7' },
    });
    expect(complaints).toEqual([]);
  });

  test('is used with the keyboard alone: type-ahead, the order of fields, Escape', async () => {
    const service = dialog().getByRole('combobox', { name: 'Service' });
    await service.focus();
    await page.keyboard.type('w');
    await dialog().getByRole('option', { name: 'wiki' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => service.getAttribute('aria-activedescendant'))
      .toBe(await dialog().getByRole('option', { name: 'wiki' }).getAttribute('id'));
    await page.keyboard.press('Enter');
    await expect.poll(() => service.inputValue()).toBe('wiki');
    // The list is put away first, then the window.
    await page.keyboard.type('a');
    await dialog().getByRole('option', { name: 'api' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().getByRole('listbox').waitFor({ state: 'hidden' });
    const passed: (string | null)[] = [];
    for (let step = 0; step < 2; step += 1) {
      await page.keyboard.press('Tab');
      passed.push(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null));
    }
    expect(passed).toEqual(['Where', 'Day']);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await expect.poll(() => posts('/client/view/close')).toHaveLength(1);
  });

  test('acts at once where the app wants to hear of it', async () => {
    await dialog().getByRole('combobox', { name: 'More actions' }).selectOption('one');
    await expect
      .poll(() => posts('/client/view/act'))
      .toEqual([{ as: 'UANA', view: 'V1', block_id: 'more', action_id: 'menu', chosen: 'one', given: {} }]);
  });
});

describe('a story', () => {
  const bar = () => page.getByRole('region', { name: 'Story: A release to dev' });

  test('is played step by step from a link, and each step ends when its message has come', async () => {
    await open('UBO', 'C0REL&story=release');
    await bar().getByText('3 steps').waitFor();
    await bar().getByRole('button', { name: 'Begin' }).click();
    await expect.poll(() => posts('/panel/do')).toEqual([{ id: 'artifact', params: { service: 'web' } }]);
    await bar().getByRole('button', { name: 'Next', disabled: false }).click();
    const said = { as: 'UANA', channel: 'C0DEV', text: '/release web dev main because the new checkout' };
    await expect.poll(() => posts('/client/say')).toEqual([said]);
    await bar().getByRole('button', { name: 'Next', disabled: true }).waitFor();
    workspace.arrive('C0DEV', { user: 'USLUICE', bot: true, text: '*web 1.4.3 is running in dev*: dev 3/3 pods.' });
    await bar().getByRole('button', { name: 'Next', disabled: false }).waitFor();
    expect(new URL(page.url()).searchParams.get('story')).toBe('release');
    await bar().getByRole('button', { name: 'Close the story' }).click();
    await bar().waitFor({ state: 'hidden' });
    expect(new URL(page.url()).searchParams.get('story')).toBeNull();
    expect(complaints).toEqual([]);
  });

  test('that is not known is none', async () => {
    await open('UANA', 'C0DEV&story=constructor');
    await page.getByRole('region', { name: 'Try this' }).waitFor();
    expect(await page.getByText('Story:').count()).toBe(0);
  });
});

test('two windows show two people, each with its own draft and its own private messages', async () => {
  const other = await browser.newPage();
  await other.goto(`${workspace.url}/?as=UBO&channel=C0DEV`);
  await other.getByRole('button', { name: 'Bo Berg', pressed: true }).waitFor();
  await other.getByText('connecting…').waitFor({ state: 'hidden' });
  workspace.arrive('C0DEV', { user: 'USLUICE', bot: true, text: 'For Bo alone', ephemeral: true }, 'UBO');
  await other.locator('.message', { hasText: 'For Bo alone' }).waitFor();
  await composer().fill('half a line');
  const box = other.getByRole('combobox', { name: 'Message to releases-dev' });
  expect(await box.inputValue()).toBe('');
  await box.fill('hello from Bo');
  await box.press('Enter');
  await message('hello from Bo').waitFor();
  expect(await message('For Bo alone').count()).toBe(0);
  expect(await composer().inputValue()).toBe('half a line');
  await page.getByRole('button', { name: 'Ana Andersen', pressed: true }).waitFor();
  await other.close();
});

test('where the app is not, it can be asked in', async () => {
  await workspace.close();
  const quiet = [{ id: 'C0DEV', name: 'releases-dev', topic: '', unread: 0, app: false }];
  workspace = await startStubWorkspace({ channels: quiet, messages: { C0DEV: [approval] } });
  await open('UANA');
  await page.getByRole('button', { name: 'Add Sluice' }).click();
  await expect.poll(() => posts('/client/say')).toEqual([{ as: 'UANA', channel: 'C0DEV', text: '/invite @sluice' }]);
});

describe('what arrives', () => {
  test('keeps the bottom in view at the bottom, and moves nothing elsewhere', async () => {
    await channelEntry('releases, 2 unread').click();
    const list = page.getByRole('region', { name: 'Messages in releases', exact: true });
    await list.getByText('Line 59').waitFor();
    await page.getByRole('separator').getByText('New').waitFor();
    workspace.arrive('C0REL', { user: 'UBO', text: 'At the bottom' });
    await list.getByText('At the bottom').waitFor();
    const distance = () => list.evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight));
    await expect.poll(distance).toBe(0);
    await list.evaluate((box) => box.scrollTo(0, 300));
    await expect.poll(() => list.evaluate((box) => box.scrollTop)).toBe(300);
    workspace.arrive('C0REL', { user: 'UBO', text: 'Far below' });
    await page.getByRole('button', { name: 'New messages' }).waitFor();
    expect(await list.evaluate((box) => box.scrollTop)).toBe(300);
    await page.getByRole('button', { name: 'New messages' }).click();
    await expect.poll(distance).toBe(0);
  });

  test('elsewhere is counted as unread until the channel is opened', async () => {
    workspace.arrive('C0REL', { user: 'UBO', text: 'hi <@UANA>' });
    await channelEntry('releases, 3 unread').click();
    await channelEntry('releases').and(page.locator('[aria-current=page]')).waitFor();
    await expect.poll(() => posts('/client/read')).toContainEqual({ as: 'UANA', channel: 'C0REL' });
  });

  test('in a thread is read and answered in the pane beside', async () => {
    workspace.arrive('C0DEV', { user: 'UMIA', text: 'Looks fine', thread_ts: approval.ts });
    await page.getByRole('button', { name: '1 reply' }).click();
    const thread = page.getByRole('region', { name: 'Thread', exact: true }).first();
    const reply = thread.getByRole('combobox', { name: 'Reply in thread' });
    await thread.getByText('Looks fine').waitFor();
    await reply.fill('Thanks');
    await reply.press('Enter');
    await thread.getByText('Thanks').waitFor();
    expect(posts('/client/say')).toEqual([{ as: 'UANA', channel: 'C0DEV', text: 'Thanks', thread_ts: approval.ts }]);
    await page.getByRole('button', { name: '2 replies' }).waitFor();
  });

  test('during a lost connection is there after it is back', async () => {
    workspace.dropStreams();
    await page.getByText('connecting…').waitFor();
    workspace.arrive('C0DEV', { user: 'UBO', text: 'Said in between' });
    await message('Said in between').waitFor();
    await expect.poll(() => page.getByText('connecting…').count()).toBe(0);
  });
});

describe('the panel', () => {
  test('shows the clusters and runs an action with its choices', async () => {
    const panel = page.getByRole('complementary', { name: 'Break things' });
    await panel.getByText('1/2 crashing').waitFor();
    await panel.getByText('health check failed').waitFor();
    await panel.getByRole('combobox', { name: 'Service' }).selectOption('api');
    await panel.getByRole('button', { name: 'Run: Crash the next rollout' }).click();
    await panel.getByText('Done:').waitFor();
    expect(posts('/panel/do')).toEqual([{ id: 'crash', params: { service: 'api' } }]);
  });

  test('is not there where nothing answers for it', async () => {
    await workspace.close();
    workspace = await startStubWorkspace({ channels, messages: { C0DEV: [approval] } });
    await open('UANA');
    await expect.poll(() => complaints.some((line) => line.includes('404'))).toBe(true);
    expect(await page.getByText('Break things').count()).toBe(0);
  });
});
