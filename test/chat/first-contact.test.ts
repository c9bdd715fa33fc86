import { describe, expect, test } from 'vitest';
import { helloInThread, helloReply, joinedMessage, rightsWords } from '../../src/chat/views/hello.ts';
import type { State } from '../../src/vocabulary/release.ts';
import { aPlan, aRelease, releaseId, sha } from '../support/builders.ts';
import { anOffice, somePorts } from './chat-office.ts';

const words = (value: unknown): string => JSON.stringify(value).replaceAll('\u200b', '');
const nobody = { releases: [], approves: [], operates: false, releasers: ['@developers'], operators: ['mia'] };

describe('what somebody may do', () => {
  test.each([
    [{ ...nobody, releases: ['dev'] }, 'You may release to dev.'],
    [
      { ...nobody, releases: ['dev', 'staging'], approves: ['production'], operates: true },
      'You may release to dev and staging, approve in production and set and end freezes as an operator.',
    ],
    [
      nobody,
      'You may look at everything, and release nothing yet: that takes a line such as the one of @developers under roles in sluice.yaml. Ask mia.',
    ],
    [
      { ...nobody, releasers: [], operators: [] },
      'You may look at everything, and release nothing yet: that takes a line under roles in sluice.yaml.',
    ],
  ])('%#', (rights, expected) => {
    expect(rightsWords(rights)).toBe(expected);
  });
});

test('a mention without words is told what can be said', () => {
  const { text } = helloReply({ services: ['web'], environments: ['dev'] }, nobody);
  expect(text).toMatch(/@sluice status web .*@sluice release web dev.*release nothing/);
});

test.each<[State, RegExp, RegExp]>([
  [{ kind: 'held' }, /approve.*reject because TEXT.*take back.*cancel/, /roll back/],
  [{ kind: 'queued' }, /status · cancel · diff/, /approve|roll back/],
  [{ kind: 'written', commit: sha() }, /status · roll back · diff/, /approve|cancel/],
])('in the thread of a release that is %j what can be said of it', (state, has, lacks) => {
  const { text } = helloInThread(aRelease({ state, plan: aPlan() }), nobody);
  expect(text).toMatch(has);
  expect(text).not.toMatch(lacks);
});

test('before sluice.yaml is read the examples are made up, and no channel is promised anything', () => {
  const { text } = joinedMessage([], [], { services: [], environments: [] });
  expect(text).toMatch(/I post nothing here by myself\. Ask with \/release web dev/);
});

test.each([
  ['failures', 'what fails, and what recovers from it'],
  ['all', 'how each release ends'],
] as const)('a squad is told what it will hear in a channel of its own: %s', (tell, heard) => {
  const squad = { squad: 'storefront', services: ['web', 'api'], tell };
  const told = [{ channel: '#releases', environments: ['production'] }];
  const { text } = joinedMessage([], told, { services: ['mail', 'web'], environments: ['dev'] }, [squad]);
  expect(text).toContain(`storefront hears here of web and api: ${heard}. Releases themselves are told where`);
  expect(text).toContain('/release web dev');
  expect(text).not.toContain('nothing here');
});

describe('a channel that the app is invited to', () => {
  const said = (office: Awaited<ReturnType<typeof anOffice>>, channel: string) =>
    office.control.messages(channel).map(({ text }) => text);

  test('is greeted once, however often it is invited and told of it', async () => {
    const office = await anOffice();
    office.control.deliverTwice();
    office.control.setMembers('quiet', ['ana', 'USLUICE']);
    await office.control.waitFor(() => said(office, 'quiet').length === 1);
    expect(said(office, 'quiet')[0]).toMatch(
      /^Hello, I am Sluice.*nothing here by myself; .*dev in #releases-dev, production in #releases-production/,
    );
    office.control.setMembers('quiet', ['ana']);
    office.control.setMembers('quiet', ['ana', 'USLUICE']);
    office.control.setMembers('board', ['bo', 'USLUICE']);
    await office.control.waitFor(() => said(office, 'board').length === 1);
    expect(said(office, 'quiet')).toHaveLength(1);
  });

  test('hears what will be told there where an environment has it', async () => {
    const office = await anOffice({
      ports: { catalog: { ...catalogOf(), environment: () => ({ channel: '#quiet', clusters: [] }) } },
    });
    office.control.setMembers('quiet', ['ana', 'USLUICE']);
    await office.control.waitFor(() => said(office, 'quiet').length === 1);
    expect(said(office, 'quiet')[0]).toContain('Releases to dev and production are told here');
  });

  test('hears nothing when somebody else joins', async () => {
    const office = await anOffice();
    office.control.setMembers('general', ['ana', 'bo', 'USLUICE']);
    office.control.setMembers('general', ['ana', 'bo', 'mia', 'USLUICE']);
    await office.told('ana', '/release help');
    expect(said(office, 'general')).toEqual([]);
  });

  test('is greeted later where Slack does not take it at once', async () => {
    const office = await anOffice();
    office.control.fail('chat.postMessage', { status: 500, times: 1 });
    office.control.setMembers('quiet', ['ana', 'USLUICE']);
    await office.control.waitFor(() => said(office, 'quiet').length === 1);
  });
});

describe('a person', () => {
  test('who calls without a word is told privately what they may do', async () => {
    const office = await anOffice();
    const { texts } = await office.told('bo', '@sluice');
    expect(texts[0]).toMatch(/@sluice status web.*release nothing yet/);
    expect(office.control.ephemeral('bo').at(-1)?.thread_ts).toBeUndefined();
    expect((await office.told('ana', '@sluice')).texts[0]).toContain('You may release to dev and production');
  });

  test('who calls in the thread of a release is told what can be said of that', async () => {
    const office = await anOffice({ ports: { subjectOf: async () => `release/${releaseId(101)}` } });
    await office.told('ana', '/release web dev 1.4.2');
    await office.control.say('ana', 'general', 'a thread');
    const root = office.control.messages('general').at(-1)?.ts;
    expect((await office.told('ana', '@sluice', root)).texts[0]).toContain('This thread is about web 1.4.2 in dev');
  });

  test('reads at the end of the help what they may do', async () => {
    const office = await anOffice();
    await office.told('mia', '/release help');
    expect(words(office.control.ephemeral('mia').at(-1)?.blocks)).toContain('as an operator');
  });
});

function catalogOf() {
  return somePorts().ports.catalog;
}
