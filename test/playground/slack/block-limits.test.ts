import { describe, expect, test } from 'vitest';
import { blockProblems, textLength, viewProblems, withIds } from '../../../src/playground/slack/block-limits.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const button = (index = 0, more = {}) => ({ type: 'button', text: plain('Go'), action_id: `a${index}`, ...more });
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const option = (index: number) => ({ text: plain('One'), value: `${index}` });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });

describe('blocks that Slack takes', () => {
  test.each<[string, unknown[]]>([
    ['nothing', []],
    ['a section of 3000 characters', [section('x'.repeat(3000))]],
    ['a section of ten fields', [{ type: 'section', fields: times(10, () => mrkdwn('x'.repeat(2000))) }]],
    ['25 buttons', [{ type: 'actions', elements: times(25, button) }]],
    [
      'a select of 100',
      [
        {
          type: 'actions',
          elements: [
            { type: 'static_select', placeholder: plain('Which?'), action_id: 's', options: times(100, option) },
          ],
        },
      ],
    ],
    ['50 dividers', times(50, () => ({ type: 'divider' }))],
    [
      'a header, a context and an image',
      [
        { type: 'header', text: plain('x'.repeat(150)) },
        { type: 'context', elements: [mrkdwn('x')] },
        { type: 'image', image_url: 'https://x', alt_text: 'x' },
      ],
    ],
    [
      'a button with all it may have',
      [
        {
          type: 'actions',
          elements: [
            button(0, {
              value: 'x'.repeat(2000),
              url: 'https://x',
              style: 'danger',
              accessibility_label: 'x',
              confirm: {
                title: plain('Sure?'),
                text: mrkdwn('Really'),
                confirm: plain('Yes'),
                deny: plain('No'),
                style: 'danger',
              },
            }),
          ],
        },
      ],
    ],
    ['3000 characters that take two units each', [section('🚀'.repeat(3000))]],
  ])('%s', (_, blocks) => {
    expect(blockProblems(blocks)).toEqual([]);
  });
});

describe('blocks that Slack refuses, with the place of the fault', () => {
  test.each<[string, unknown, string]>([
    ['no list', {}, 'must provide an array [json-pointer:/blocks]'],
    ['51 blocks', times(51, () => ({ type: 'divider' })), 'no more than 50 items allowed [json-pointer:/blocks]'],
    ['an unknown block', [{ type: 'marquee' }], 'unsupported type: marquee [json-pointer:/blocks/0/type]'],
    ['a block without a type', [{}], 'missing required field: type [json-pointer:/blocks/0]'],
    [
      'a name of the prototype as a type',
      [{ type: 'constructor' }],
      'unsupported type: constructor [json-pointer:/blocks/0/type]',
    ],
    ['an empty section', [{ type: 'section' }], 'must define either `text` or `fields` [json-pointer:/blocks/0]'],
    ['an empty text', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [
      'a long section',
      [section('x'.repeat(3001))],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'eleven fields',
      [{ type: 'section', fields: times(11, () => mrkdwn('x')) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a long field',
      [{ type: 'section', fields: [mrkdwn('x'.repeat(2001))] }],
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'mrkdwn in a header',
      [{ type: 'header', text: mrkdwn('x') }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a long header',
      [{ type: 'header', text: plain('x'.repeat(151)) }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'eleven in a context',
      [{ type: 'context', elements: times(11, () => mrkdwn('x')) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      '26 buttons',
      [{ type: 'divider' }, { type: 'actions', elements: times(26, button) }],
      'no more than 25 items allowed [json-pointer:/blocks/1/elements]',
    ],
    [
      'no buttons',
      [{ type: 'actions', elements: [] }],
      'no less than 1 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'one action id twice',
      [{ type: 'actions', elements: [button(1), button(1)] }],
      '`action_id` "a1" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'one block id twice',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
      '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      'a long label',
      [{ type: 'actions', elements: [button(0, { text: plain('x'.repeat(76)) })] }],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a long value',
      [{ type: 'actions', elements: [button(0, { value: 'x'.repeat(2001) })] }],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'a number as value',
      [{ type: 'actions', elements: [button(0, { value: 1 })] }],
      'must provide a string [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'another style',
      [{ type: 'actions', elements: [button(0, { style: 'loud' })] }],
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    ['a foreign field', [{ type: 'divider', text: 'x' }], 'invalid additional property: text [json-pointer:/blocks/0]'],
    [
      '101 options',
      [{ type: 'actions', elements: [{ type: 'static_select', options: times(101, option) }] }],
      'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'six in an overflow',
      [{ ...section('x'), accessory: { type: 'overflow', options: times(6, option) } }],
      'no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]',
    ],
  ])('%s', (_, blocks, problem) => {
    expect(blockProblems(blocks)).toEqual([problem]);
  });

  test('every problem is told, not the first', () => {
    expect(blockProblems([{ type: 'section' }, { type: 'header' }])).toHaveLength(2);
  });
});

test('a modal has its own limits', () => {
  const modal = { type: 'modal', title: plain('x'.repeat(25)), blocks: [] };
  expect(viewProblems(modal)).toEqual(['must be less than 25 characters [json-pointer:/view/title/text]']);
});

test('the text of all blocks is counted together', () => {
  expect(textLength([section('12345'), { type: 'actions', elements: [button()] }])).toBe(7);
});

test('blocks and elements without an id get one, others keep theirs', () => {
  const blocks = withIds(
    [
      { type: 'actions', elements: [{ type: 'button', text: plain('Go') }, button(1)] },
      { type: 'divider', block_id: 'mine' },
    ],
    () => 'new',
  );
  expect(blocks).toMatchObject([
    { block_id: 'new', elements: [{ action_id: 'new' }, { action_id: 'a1' }] },
    { block_id: 'mine' },
  ]);
});
