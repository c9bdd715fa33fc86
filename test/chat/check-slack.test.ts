import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Channel, channelFinding, groupFindings, scopeFindings } from '../../src/chat/check-slack.ts';
import { scopes } from '../../src/chat/scopes.ts';

const all = Object.keys(scopes);

test('the rights that Sluice speaks of are those that its manifest asks for', () => {
  const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../manifests/slack-app.json'), 'utf8'));
  expect(all.toSorted()).toEqual([...manifest.oauth_config.scopes.bot].toSorted());
});

describe('rights of the bot', () => {
  test('all of them are one line', () => {
    expect(scopeFindings(all)).toEqual([expect.objectContaining({ level: 'ok', seen: 'all 14 are granted' })]);
  });

  test.each([
    ['chat:write', 'fail'],
    ['usergroups:read', 'fail'],
    ['channels:history', 'warn'],
  ])('%s that is missing is named, with what it is for', (scope, level) => {
    expect(scopeFindings(all.filter((each) => each !== scope))).toEqual([
      expect.objectContaining({ level, seen: expect.stringMatching(`^${scope} is not granted: \\w`) }),
    ]);
  });
});

describe('a channel of an environment', () => {
  const channel = (over: Partial<Channel>): Channel => ({
    name: 'releases',
    isMember: true,
    isArchived: false,
    ...over,
  });
  test.each([
    ['with the bot in it', [channel({})], all, 'ok', /member/],
    ['without the bot', [channel({ isMember: false })], all, 'warn', /hears no mentions/],
    ['without the bot and the right to post', [channel({ isMember: false })], ['chat:write'], 'fail', /may not post/],
    ['that is archived', [channel({ isArchived: true })], all, 'fail', /archived/],
    ['that is not there', [channel({ name: 'relaeses' })], all, 'fail', /no such channel.*#relaeses/],
  ] as const)('%s', (_, known, granted, level, words) => {
    const finding = channelFinding('#releases', known, granted);
    expect(finding).toMatchObject({ about: 'channel #releases', level });
    expect(finding.seen).toMatch(words);
  });
});

test('groups that Slack does not know have nobody in them', () => {
  expect(groupFindings([], ['@platform'])).toEqual([]);
  expect(groupFindings(['@platform'], ['@platform'])).toMatchObject([{ level: 'ok' }]);
  expect(groupFindings(['@platfrom', '@platform'], ['@platform'])).toMatchObject([
    { level: 'fail', seen: expect.stringContaining('@platfrom'), mend: expect.stringContaining('@platform') },
  ]);
});
