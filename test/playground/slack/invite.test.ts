import { describe, expect, test } from 'vitest';
import { anOffice } from '../../chat/chat-office.ts';

describe('/invite', () => {
  test('asks the app in: it is told, says hello once, and is in the list of members', async () => {
    const { control } = await anOffice();
    await control.say('ana', 'quiet', '@sluice are you there?');
    expect(control.ephemeral('ana', 'quiet').at(-1)?.text).toContain('Type `/invite @sluice` to add them');
    expect((await control.say('ana', 'quiet', '/invite @sluice')).ok).toBe(true);
    await control.waitFor(() => control.messages('quiet').some(({ text }) => text.includes('I am Sluice')), 20_000);
    expect(control.messages('quiet').map(({ user, joined }) => [user, joined ?? false])).toEqual([
      ['UANA', false],
      ['USLUICE', true],
      ['USLUICE', false],
    ]);
    await control.say('ana', 'quiet', '/invite sluice');
    expect(control.ephemeral('ana', 'quiet').at(-1)?.text).toBe('<@USLUICE> is in this channel already.');
  });

  test('asks a person in', async () => {
    const { control } = await anOffice();
    expect(await control.say('bo', 'quiet', 'hello')).toMatchObject({ ok: false });
    await control.say('ana', 'quiet', '/invite @bo');
    expect(await control.say('bo', 'quiet', 'hello')).toMatchObject({ ok: true });
  });

  test.each([
    ['/invite', 'Invite whom?'],
    ['/invite @nobody', 'Nobody is called @nobody here.'],
  ])('%s is told privately', async (typed, words) => {
    const { control } = await anOffice();
    expect(await control.say('ana', 'quiet', typed)).toMatchObject({ ok: false });
    expect(control.ephemeral('ana', 'quiet').at(-1)?.text).toContain(words);
  });
});
