import { expect, test } from 'vitest';
import { firstWord } from '../../src/chat/first-word.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { aRelease, sha } from '../support/builders.ts';

const onIt = { text: 'On it.', blocks: [] };
const asked = aRelease();

/** A record that shows these states one after another, and stays at the last. */
function aRecord(...states: readonly Release['state'][]) {
  let reads = 0;
  return {
    reads: () => reads,
    release: async () => aRelease({ state: states[Math.min(reads++, states.length - 1)] ?? asked.state }),
  };
}

test.each<[string, Release['state'], typeof onIt | null]>([
  ['was queued', { kind: 'queued' }, onIt],
  ['is held', { kind: 'held' }, onIt],
  ['is written already', { kind: 'written', commit: sha() }, onIt],
  ['was refused', { kind: 'denied' }, null],
  ['runs already', { kind: 'unchanged' }, null],
])('of a request that %s, what is said is %j', async (_, state, expected) => {
  expect(await firstWord(aRecord({ kind: 'requested' }, state), { body: onIt, release: asked })).toBe(expected);
});

test('a request that nobody decides for a while is said to be under way', async () => {
  const record = aRecord({ kind: 'requested' });
  expect(await firstWord(record, { body: onIt, release: asked })).toBe(onIt);
  expect(record.reads()).toBeGreaterThan(5);
});

test('a record that cannot be read holds up no answer, and nor does a command that asked for nothing', async () => {
  const away = { release: () => Promise.reject(new Error('Redis is away')) };
  expect(await firstWord(away, { body: onIt, release: asked })).toBe(onIt);
  expect(await firstWord(away, { body: onIt })).toBe(onIt);
  expect(await firstWord(away, { body: null, release: asked })).toBe(null);
});
