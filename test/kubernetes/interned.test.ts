import { describe, expect, it } from 'vitest';
import { interned, list, whole } from '../../src/kubernetes/interned.ts';

describe('what is held of texts and lists', () => {
  it('is what was given, however many and however long', () => {
    for (let number = 0; number < 45_000; number += 1) interned(`word-${number}`);
    for (const text of ['', 'Ready', 'ünï', 'x'.repeat(5_000), 'word-3', 'word-44999']) {
      expect(interned(text)).toBe(text);
      expect(whole(text)).toBe(text);
    }
    expect(list([1, 2])).toEqual([1, 2]);
    expect(list([])).toEqual([]);
  });
});
