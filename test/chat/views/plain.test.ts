import { expect, test } from 'vitest';
import { harmless, plainText } from '../../../src/chat/views/plain.ts';
import { section } from '../../../src/words/blocks.ts';

test('a message is read in a terminal without markup, with people by their names, and moves no cursor', () => {
  const text = '*Locked* by <@UBO> and <@UX> until <!date^1^{time}|09:41 UTC>: a &lt;b&gt; \u001b[2J\u0007demo';
  const names = new Map([['UBO', 'bo']]);
  expect(plainText({ text, blocks: [section(text)] }, (id) => names.get(id))).toBe(
    'Locked by @bo and @UX until 09:41 UTC: a <b> [2Jdemo',
  );
});

test('what is said beside a message obeys nobody either, and keeps its lines', () => {
  expect(harmless('a\u001b]0;title\u0007\n- b\u009b1m')).toBe('a]0;title\n- b1m');
});
