import { describe, expect, test } from 'vitest';
import { uploadFile } from '../../../src/chat/slack/upload.ts';
import { anOffice } from '../chat-office.ts';

const bytes = Buffer.from('the bytes of a picture');
const file = { name: 'web.png', title: 'web 1.4.2 in dev', alt: 'it took 9 s', bytes };
const scopes = ['chat:write', 'users:read', 'usergroups:read', 'channels:read'];

async function aThread(office: Awaited<ReturnType<typeof anOffice>>, channel = 'CGENERAL') {
  const sent = await office.chat.post(channel, { text: 'a release', blocks: [] });
  if (sent.kind !== 'sent') throw new Error('nothing was posted');
  return { ...file, channel: sent.channel, thread: sent.ts };
}

describe('a file', () => {
  test('is shown in its thread, with words for those who do not see it', async () => {
    const office = await anOffice();
    const place = await aThread(office);
    expect(await office.chat.upload(place)).toMatchObject({ kind: 'sent' });
    const shown = office.control.messages('general').at(-1);
    expect(shown).toMatchObject({
      ...{ thread_ts: place.thread, bot: true, text: '' },
      files: [{ title: 'web 1.4.2 in dev', alt: 'it took 9 s' }],
    });
  });

  test('of a very long description is cut where Slack would refuse it', async () => {
    const office = await anOffice();
    expect(await office.chat.upload({ ...(await aThread(office)), alt: 'x'.repeat(3_000) })).toMatchObject({
      kind: 'sent',
    });
  });

  test('is refused without the right for it', async () => {
    const office = await anOffice({ scopes: [...scopes, 'chat:write.public'] });
    expect(await office.chat.upload(await aThread(office))).toEqual({ kind: 'impossible', because: 'missing_scope' });
  });

  test('is refused where the bot is no member, although it may post there', async () => {
    const office = await anOffice();
    expect(await office.chat.upload(await aThread(office, 'CQUIET'))).toEqual({
      ...{ kind: 'impossible', because: 'not_in_channel' },
    });
  });

  test.each(['files.getUploadURLExternal', 'upload', 'files.completeUploadExternal'])(
    'may be tried again where %s breaks',
    async (method) => {
      const office = await anOffice();
      const place = await aThread(office);
      office.control.fail(method, { status: 503, times: 1 });
      expect(await office.chat.upload(place)).toMatchObject({ kind: 'later' });
      expect(await office.chat.upload(place)).toMatchObject({ kind: 'sent' });
    },
  );

  test.each([
    ['https://files.example.com/upload/v1/x', /not its own/],
    ['http://files.slack.com/upload/v1/x', /not its own/],
    ['https://slack.com.evil.test/x', /not its own/],
    ['no address', /invalid/i],
  ])('goes to Slack alone, not to %s', async (address, refusal) => {
    const asked: string[] = [];
    const ports = {
      call: async () => ({ ok: true, upload_url: address, file_id: 'F1' }),
      fetch: (async (url) => {
        asked.push(String(url));
        return new Response('OK');
      }) as typeof fetch,
      apiUrl: 'https://slack.com/api/',
    };
    await expect(uploadFile(ports, { ...file, channel: 'C1', thread: '1.1' })).rejects.toThrow(refusal);
    expect(asked).toEqual([]);
  });
});
