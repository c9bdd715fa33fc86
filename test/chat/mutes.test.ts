import { describe, expect, test } from 'vitest';
import { anOffice } from './chat-office.ts';

/** web and api are of the squad storefront, which @platform (bo) owns; mia operates. */
async function office() {
  const plain = await anOffice();
  const { catalog } = plain.ports;
  Object.assign(catalog, {
    names: () => ({ services: ['web', 'api', 'mail'], environments: ['dev', 'production'], squads: ['storefront'] }),
    squad: (service: string) =>
      service === 'mail' ? null : { name: 'storefront', channel: '#storefront', tell: 'failures' },
    service: () => ({ owners: ['@platform'] }),
  });
  return {
    ...plain,
    say: async (user: string, text: string) => (await plain.told(user, `/release ${text}`)).texts.join('\n'),
  };
}

describe('a person', () => {
  test('mutes for themselves, for eight hours where no end is typed, and unmutes', async () => {
    const { say, silences } = await office();
    expect(await say('ana', 'mute web dev')).toMatch(
      /^Muted until .*: you are neither mentioned nor written to about web in dev\. .* \/release unmute web dev$/,
    );
    const [silence] = [...silences.values()];
    expect(silence).toMatchObject({ id: 'person.UANA.web.dev', by: { name: 'Ana Lima' } });
    const lastsMs = Date.parse(silence?.until ?? '') - Date.now();
    expect(lastsMs).toBeGreaterThan(7.9 * 3_600_000);
    expect(lastsMs).toBeLessThanOrEqual(8 * 3_600_000);
    expect(await say('ana', 'mutes')).toMatch(/^Muted: web in dev for you, until /);
    expect(await say('bo', 'mutes')).toContain('Nothing is muted');
    expect(await say('ana', 'unmute web')).toContain('web is not muted for you.');
    expect(await say('ana', 'unmute web dev')).toBe('You are called about web in dev again.');
    expect(silences.size).toBe(0);
  });

  test('is told where the end is not to come', async () => {
    const { say, silences } = await office();
    expect(await say('ana', 'mute web until 2020-01-01')).toContain('2020-01-01 is not a time to come.');
    expect(silences.size).toBe(0);
  });

  test('ends it by its button, and nobody else does', async () => {
    const { say, told, control, silences } = await office();
    await say('ana', 'mute everything for 2h');
    await told('ana', '/release mutes');
    const click = async (user: string) => {
      const { ts } = control.ephemeral('ana').at(-1) ?? { ts: '' };
      const before = control.ephemeral(user).length;
      await control.click(user, 'general', ts, 'mute.end');
      await control.waitFor(() => control.ephemeral(user).length > before);
      return control.ephemeral(user).at(-1)?.text;
    };
    expect(await click('ana')).toBe('You are called about everything again.');
    expect(silences.size).toBe(0);
  });
});

describe('a squad', () => {
  test('is muted by one of its own, and is told who did that until when', async () => {
    const { say, silences, notices } = await office();
    expect(await say('bo', 'mute storefront dev for 2h')).toMatch(
      /^Muted until .*: storefront is not told of dev in #storefront, which says so\./,
    );
    expect([...silences.keys()]).toEqual(['squad.storefront..dev']);
    expect(notices.get('silence:squad.storefront..dev')).toMatch(
      /^Bo Chen has muted dev for storefront until \w{3} 20\d\d-.* \(.*\): .* \/release unmute squad storefront dev$/,
    );
    expect(await say('ana', 'mutes')).toMatch(/^Muted: dev for storefront, by Bo Chen, until /);
    expect(await say('mia', 'unmute squad storefront dev')).toBe('storefront is told of dev again.');
    expect(notices.get('silence:squad.storefront..dev')).toBe('unmuted by Mia Ray');
  });

  test('is muted and unmuted by nobody else but an operator', async () => {
    const { say, silences } = await office();
    expect(await say('ana', 'mute storefront')).toBe(
      'You may not mute storefront: that takes one of the squad (@platform) or an operator.',
    );
    await say('mia', 'mute storefront');
    expect(await say('ana', 'unmute storefront')).toContain('You may not mute storefront');
    expect(silences.size).toBe(1);
  });
});
