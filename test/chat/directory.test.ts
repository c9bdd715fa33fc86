import { describe, expect, test } from 'vitest';
import { createDirectory, type DirectoryBell } from '../../src/chat/directory.ts';
import { createSlackApp } from '../../src/chat/slack/slack-app.ts';
import { Retryable } from '../../src/doors/errors.ts';
import { pause } from '../../src/doors/time.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { aClock } from '../support/builders.ts';
import { aWorkspace } from './chat-office.ts';

/** The directory over a real workspace, with a clock of its own. */
async function aDirectory(bell?: DirectoryBell) {
  const workspace = await aWorkspace();
  const { botToken, appToken, apiUrl, control } = workspace;
  const slack = createSlackApp(
    { botToken, connection: { mode: 'socket', appToken }, apiUrl, timeoutMs: 2_000 },
    { log: silent, clock: aClock(), firstSeen: async () => true },
  );
  await slack.client.auth.test();
  const clock = aClock();
  return {
    directory: createDirectory({ client: slack.client, team: () => 'TACME' }, clock, bell),
    control,
    clock,
    slack,
  };
}

describe('who is in a group', () => {
  test('is known for a minute, and no longer', async () => {
    const { directory, control, clock } = await aDirectory();
    expect(await directory.membersOf('@platform')).toEqual(['UBO']);
    control.setGroup('platform', ['ana', 'bo']);
    clock.move(59_999);
    expect(await directory.membersOf('@platform')).toEqual(['UBO']);
    clock.move(1);
    expect(await directory.membersOf('@platform')).toEqual(['UANA', 'UBO']);
  });

  test('is asked again after an event, also by whoever was asking at that moment', async () => {
    const { directory, control } = await aDirectory();
    await directory.membersOf('@nobody');
    control.delay('usergroups.users.list', 600);
    const asking = directory.membersOf('@platform');
    // The answer is made before the change, and arrives after it.
    await pause(150);
    control.setGroup('platform', []);
    await directory.forget();
    expect(await asking).toEqual([]);
  });

  test('is asked again after an event that another replica heard', async () => {
    let rings = 0;
    const ring = async () => {
      rings += 1;
    };
    const { directory, control } = await aDirectory({ ring, rings: async () => String(rings) });
    expect(await directory.membersOf('@platform')).toEqual(['UBO']);
    control.setGroup('platform', []);
    expect(await directory.membersOf('@platform')).toEqual(['UBO']);
    await ring();
    expect(await directory.membersOf('@platform')).toEqual([]);
    await directory.forget();
    expect(rings).toBe(2);
  });

  test('is asked for anew while nobody knows what other replicas heard', async () => {
    const rings = () => Promise.reject(new Error('Redis cannot be reached'));
    const { directory, control } = await aDirectory({ ring: async () => {}, rings });
    expect(await directory.membersOf('@platform')).toEqual(['UBO']);
    control.fail('usergroups.users.list', { status: 500, times: 1 });
    await expect(directory.membersOf('@platform')).rejects.toThrow(Retryable);
  });

  test('is told to many who ask at once, also while nobody knows what other replicas heard', async () => {
    let answer = async (): Promise<string> => Promise.reject(new Error('Redis cannot be reached'));
    const { directory, control } = await aDirectory({ ring: async () => {}, rings: () => answer() });
    const askAll = () => Promise.all(Array.from({ length: 20 }, () => directory.membersOf('@platform')));
    expect(await askAll()).toEqual(Array(20).fill(['UBO']));
    control.setGroup('platform', []);
    // Whatever was heard meanwhile was heard by nobody here.
    answer = async () => '1';
    expect(await askAll()).toEqual(Array(20).fill([]));
  });

  test('is not guessed while Slack does not answer', async () => {
    const { directory, control } = await aDirectory();
    control.fail('usergroups.users.list', { status: 500, times: 1 });
    await expect(directory.membersOf('@platform')).rejects.toThrow(Retryable);
    expect(await directory.membersOf('@platform')).toEqual(['UBO']);
  });
});

test('nobody is taken for a stranger before Slack has said whose workspace this is', async () => {
  const { slack } = await aDirectory();
  let team: string | null = null;
  const directory = createDirectory({ client: slack.client, team: () => team }, aClock());
  await expect(directory.person('UANA')).rejects.toThrow(Retryable);
  team = 'TACME';
  expect((await directory.person('UANA'))?.user).toBe('UANA');
  team = 'TOTHER';
  expect(await createDirectory({ client: slack.client, team: () => team }, aClock()).person('UANA')).toBeNull();
});

test('an address leads to the member who has it, and to nobody else', async () => {
  const { directory } = await aDirectory();
  expect(await directory.userByEmail('ANA@acme.test')).toBe('UANA');
  expect(await directory.userByEmail('guest@acme.test')).toBe(null);
  expect(await directory.userByEmail('nobody@elsewhere.test')).toBe(null);
});

test('the clock of Slack is known from its answers', async () => {
  const { slack } = await aDirectory();
  expect(Math.abs(((await slack.serverTime()) ?? 0) - Date.now())).toBeLessThan(60_000);
});
