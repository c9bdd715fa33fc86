import { webApi } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import { answerOf, aWorkspace, call, manifestWith } from './office.ts';

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
const begin = { filename: 'a.png', length: png.length, alt_txt: 'seven bytes' };

describe('a file', () => {
  test('goes up by the official client, is in the history, and is served to the page', async () => {
    const workspace = await aWorkspace();
    const client = new webApi.WebClient(workspace.botToken, { slackApiUrl: workspace.apiUrl });
    const { ts = '' } = await client.chat.postMessage({ channel: 'CGENERAL', text: 'root' });
    const uploaded = await client.filesUploadV2({
      ...{ channel_id: 'CGENERAL', thread_ts: ts, file: png, filename: 'a.png', title: 'A' },
      initial_comment: 'look',
    });
    expect(uploaded).toMatchObject({ ok: true, files: [{ ok: true, files: [{ title: 'A', mimetype: 'image/png' }] }] });
    const { messages = [] } = await client.conversations.replies({ channel: 'CGENERAL', ts });
    expect(messages.at(-1)).toMatchObject({
      ...{ subtype: 'file_share', text: 'look', thread_ts: ts },
      files: [{ name: 'a.png', size: 7, mode: 'hosted' }],
    });
    const [shown] = workspace.control.messages('general').at(-1)?.files ?? [];
    const served = await fetch(`${workspace.url}${shown?.url}`);
    expect([served.headers.get('content-type'), Buffer.from(await served.arrayBuffer())]).toEqual(['image/png', png]);
  });

  test('takes its bytes once, as many as were announced, and is completed once', async () => {
    const workspace = await aWorkspace();
    const { upload_url: address, file_id: id } = await call(workspace, 'files.getUploadURLExternal', begin);
    const put = async (body: Uint8Array<ArrayBuffer>) => {
      const answer = await fetch(String(address), { method: 'POST', body });
      return `${answer.status} ${await answer.text()}`;
    };
    const complete = () =>
      call(workspace, 'files.completeUploadExternal', { files: JSON.stringify([{ id }]), channel_id: 'CGENERAL' });
    expect(await complete()).toMatchObject({ ok: false, error: 'file_not_found' });
    expect(await put(new Uint8Array(3))).toBe('400 Bad Request');
    expect(await put(new Uint8Array(png))).toBe('200 OK - 7');
    expect(await put(new Uint8Array(png))).toBe('400 Bad Request');
    expect(await complete()).toMatchObject({ ok: true, files: [{ id, title: 'a.png' }] });
    expect(await complete()).toMatchObject({ ok: false, error: 'file_not_found' });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown channel', { channel_id: 'CNONE' }, 'channel_not_found'],
    ['a public channel without the app', { channel_id: 'CQUIET' }, 'not_in_channel'],
    ['a private channel without the app', { channel_id: 'GBOARD' }, 'channel_not_found'],
    ['a thread that is not there', { channel_id: 'CGENERAL', thread_ts: '1.1' }, 'invalid_thread_ts'],
  ])('is not shown in %s', async (_, where, error) => {
    const workspace = await aWorkspace();
    const { upload_url: address, file_id: id } = await call(workspace, 'files.getUploadURLExternal', begin);
    await fetch(String(address), { method: 'POST', body: new Uint8Array(png) });
    const files = JSON.stringify([{ id, title: 'A' }]);
    expect(await call(workspace, 'files.completeUploadExternal', { files, ...where })).toMatchObject({
      ok: false,
      error,
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no name', { length: 3 }, 'invalid_arguments'],
    ['no length', { filename: 'a.png' }, 'invalid_arguments'],
    ['a length of nothing', { filename: 'a.png', length: 0 }, 'missing_argument'],
    ['a long description', { filename: 'a.png', length: 1, alt_txt: 'x'.repeat(1_001) }, 'alt_txt_too_large'],
    ['too much', { filename: 'a.png', length: 1e10 }, 'file_upload_size_restricted'],
  ])('with %s gets no address', async (_, args, error) => {
    expect(await call(await aWorkspace(), 'files.getUploadURLExternal', args)).toMatchObject({ ok: false, error });
  });

  test('takes the scope for it', async () => {
    const workspace = await aWorkspace({ manifest: manifestWith({ scopes: ['chat:write'] }) });
    expect(await call(workspace, 'files.getUploadURLExternal', begin)).toMatchObject({
      ...{ ok: false, error: 'missing_scope', needed: 'files:write' },
    });
  });

  test('that is none, or no picture, is not served as one', async () => {
    const workspace = await aWorkspace();
    expect((await fetch(`${workspace.url}/client/file/FNONE`)).status).toBe(404);
    expect((await fetch(`${workspace.url}/upload/v1/guessed`, { method: 'POST', body: 'x' })).status).toBe(400);
  });
});

test('answers are JSON', async () => {
  const workspace = await aWorkspace();
  const headers = { authorization: `Bearer ${workspace.botToken}`, 'content-type': 'application/json; charset=utf-8' };
  const body = JSON.stringify(begin);
  const response = await fetch(`${workspace.apiUrl}files.getUploadURLExternal`, { method: 'POST', headers, body });
  expect(await answerOf(response)).toMatchObject({ ok: true, file_id: expect.stringMatching(/^F/) });
});
