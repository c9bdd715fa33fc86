import { describe, expect, test } from 'vitest';
import { spliceList } from '../../src/gitops/splice-list.ts';

const item = { kind: 'approvals', environments: ['production'], from: ['@security'], count: 1 };
const line = '{ kind: approvals, environments: [production], from: ["@security"], count: 1 }';

const added = (text: string, what: unknown = item) => spliceList(text, 'policies', { kind: 'add', item: what });
const removed = (text: string, index: number) => spliceList(text, 'policies', { kind: 'remove', index });

describe('an item is added', () => {
  test.each<[string, string, string]>([
    [
      'below the last one, with its comment',
      'policies:\n  - { a: 1 } # one\nroles: []\n',
      `policies:\n  - { a: 1 } # one\n  - ${line}\nroles: []\n`,
    ],
    [
      'with the indentation that stands there',
      'policies:\n- a: 1\n  b: 2\n\n# roles\nroles: []\n',
      `policies:\n- a: 1\n  b: 2\n- ${line}\n\n# roles\nroles: []\n`,
    ],
    ['at the end of a file without a last line break', 'policies:\n    - a', `policies:\n    - a\n    - ${line}`],
    [
      'with the line ends that stand there',
      'policies:\r\n  - a\r\nroles: []\r\n',
      `policies:\r\n  - a\r\n  - ${line}\r\nroles: []\r\n`,
    ],
    ['in brackets', 'policies: [{ a: 1 }]\n', `policies: [{ a: 1 }, ${line}]\n`],
    ['where the list is empty', 'policies: []   # none\nroles: []\n', `policies:\n  - ${line}   # none\nroles: []\n`],
    ['where there is no list', 'version: 1\n', `version: 1\npolicies:\n  - ${line}\n`],
    [
      'after an item with text over several lines',
      'policies:\n  - message: |\n      two\n      lines\n  # end\nroles: []\n',
      `policies:\n  - message: |\n      two\n      lines\n  - ${line}\n  # end\nroles: []\n`,
    ],
  ])('%s', (_, text, expected) => {
    expect(added(text)).toEqual({ kind: 'edited', text: expected });
  });

  test.each([
    ['15:00'],
    ['yes'],
    ['1.10'],
    ['@x'],
    ['^(main|hotfix/.+)$'],
    ['a: b # c'],
    ["it's"],
    ['{x}'],
    ['2026-12-24'],
    ['0x1'],
    ['a, b'],
    ['[x]'],
    [' x '],
    [''],
  ])('%s stays the text that it is', (text) => {
    const edited = added('policies:\n  - a\n', { text });
    expect(edited.kind).toBe('edited');
    if (edited.kind === 'edited') expect(edited.text).toMatch(text === '15:00' ? /"15:00"/ : /text: ?/);
  });
});

describe('an item is taken out', () => {
  const text = 'policies:\n  # about a\n  - a # one\n  - kind: b\n    more: 2\n\n  # about c\n  - c\nroles: []\n';
  test.each<[string, number, string]>([
    [
      'the first, with the comment on its line',
      0,
      'policies:\n  # about a\n  - kind: b\n    more: 2\n\n  # about c\n  - c\nroles: []\n',
    ],
    ['one of several lines', 1, 'policies:\n  # about a\n  - a # one\n\n  # about c\n  - c\nroles: []\n'],
    ['the last', 2, 'policies:\n  # about a\n  - a # one\n  - kind: b\n    more: 2\n\n  # about c\nroles: []\n'],
  ])('%s', (_, index, expected) => {
    expect(removed(text, index)).toEqual({ kind: 'edited', text: expected });
  });

  test.each<[string, string, number, string]>([
    ['the only one', 'policies:\n  - a\nroles: []\n', 0, 'policies: []\nroles: []\n'],
    ['the only one, under a comment', 'policies: # all\n  - a\n', 0, 'policies: [] # all\n'],
    ['in brackets, the first', 'policies: [a, b, c]\n', 0, 'policies: [b, c]\n'],
    ['in brackets, the last', 'policies: [a, b, c]\n', 2, 'policies: [a, b]\n'],
    ['in brackets, the only one', 'policies: [a]\n', 0, 'policies: []\n'],
  ])('%s', (_, from, index, expected) => {
    expect(removed(from, index)).toEqual({ kind: 'edited', text: expected });
  });
});

test.each<[string, string, string]>([
  ['an alias', 'x: &x [a]\npolicies: *x\n', 'policies is an alias, so the list is written elsewhere'],
  ['an anchor', 'policies: &x [a]\ny: *x\n', 'policies has an anchor, so changing it would change other places'],
  ['no list', 'policies: a\n', 'policies is not a list'],
  ['two documents', 'policies: []\n---\nx: 1\n', 'it does not hold exactly one document'],
  ['no YAML', 'policies: [\n', 'it is not valid YAML'],
])('%s is refused', (_, text, because) => {
  expect(added(text)).toMatchObject({ kind: 'refused', because: expect.stringContaining(because) });
});

test('an item that others repeat, or that is not there, is not taken out', () => {
  expect(removed('policies:\n  - &x { a: 1 }\ny: *x\n', 0).kind).toBe('refused');
  expect(removed('policies: []\n', 0)).toEqual({ kind: 'refused', because: 'policies has no item 1' });
});
