import { describe, expect, test } from 'vitest';
import { buttonIn, hasCome, seenOf, wordsOf } from '../../../src/playground/page/play.js';
import { stories, storyNamed } from '../../../src/playground/page/stories.js';
import { company } from '../../../src/playground/seed/company.ts';

const button = (text: string, value: string) => ({
  type: 'button' as const,
  text: { type: 'plain_text' as const, text },
  action_id: 'release.approve',
  value,
});
const asking = {
  ts: '1.0',
  user: 'USLUICE',
  text: 'Ana asks mail in production.',
  blocks: [
    { type: 'section' as const, text: { type: 'mrkdwn' as const, text: '*<@UANA> asks mail 1.12.2*' } },
    {
      type: 'section' as const,
      text: { type: 'mrkdwn' as const, text: 'a lock' },
      accessory: button('Unlock', 'h1'),
    },
    { type: 'actions' as const, block_id: 'votes', elements: [button('Approve mail 1.12.2', 'r1')] },
  ],
};

describe('what a story looks for', () => {
  test('is in the text and the blocks of a message, without marks', () => {
    expect(wordsOf(asking)).toContain('<@UANA> asks mail 1.12.2');
  });

  test('is a button by the beginning of its words, wherever it stands', () => {
    expect(buttonIn(asking, 'Approve mail')).toEqual({
      block_id: 'votes',
      action_id: 'release.approve',
      value: 'r1',
    });
    expect(buttonIn(asking, 'Unlock')).toMatchObject({ value: 'h1' });
    expect(buttonIn(asking, 'Reject')).toBeNull();
  });

  test('has come where a message is new, or has changed', () => {
    const before = seenOf([asking]);
    expect(hasCome([asking], /asks mail/, before)).toBe(false);
    expect(hasCome([{ ...asking, text: 'Ana asks mail again.' }], /asks mail/, before)).toBe(true);
    expect(hasCome([asking, { ...asking, ts: '2.0' }], /asks mail/, before)).toBe(true);
    expect(hasCome([asking, { ts: '2.0', user: 'UBO', text: 'hello' }], /asks mail/, before)).toBe(false);
  });
});

describe('the stories', () => {
  test('are known by their names, each by its own', () => {
    expect(new Set(stories.map(({ name }) => name)).size).toBe(stories.length);
    for (const story of stories) expect(storyNamed(story.name)).toBe(story);
    expect(storyNamed('constructor')).toBeNull();
  });

  const people: readonly string[] = company.users.map(({ name }) => name);
  const channels: readonly string[] = company.channels.map(({ name }) => name);
  const steps = stories.flatMap(({ name, steps: each }) => each.map((step, index) => ({ name, index, step })));

  test.each(steps)('$name, step $index: by somebody who works here, in a channel that is there', ({ step }) => {
    if (step.as !== undefined) expect(people).toContain(step.as);
    if (step.channel !== undefined) expect(channels).toContain(step.channel);
    // Whatever is typed or clicked is waited for, and told.
    if (step.say !== undefined || step.click !== undefined) expect(step.until).toBeInstanceOf(RegExp);
    expect(step.tell).toMatch(/\.$/);
  });
});
