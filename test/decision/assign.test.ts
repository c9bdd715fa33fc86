import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign, type Wish } from '../../src/decision/assign.ts';

describe('whose vote counts for what', () => {
  test.each<[string, readonly [number, readonly number[]][], readonly number[]]>([
    ['nobody fills nothing', [[1, []]], [0]],
    [
      'one voter counts once',
      [
        [1, [0]],
        [1, [0]],
      ],
      [1, 0],
    ],
    [
      'who could fill both gives way where another can',
      [
        [1, [0, 1]],
        [1, [0]],
      ],
      [1, 1],
    ],
    [
      'a chain of three moves along',
      [
        [1, [0, 1]],
        [1, [0, 2]],
        [1, [0]],
      ],
      [1, 1, 1],
    ],
    ['no more count than are wished for', [[1, [0, 1, 2]]], [1]],
    [
      'what can be whole comes before what cannot',
      [
        [2, [0]],
        [1, [0]],
      ],
      [0, 1],
    ],
    [
      'what cannot be whole spends nobody where another can be',
      [
        [2, [0]],
        [2, [0, 1]],
      ],
      [0, 2],
    ],
    [
      'what is left counts as a part',
      [
        [3, [0, 1, 2]],
        [1, [0]],
      ],
      [2, 1],
    ],
  ])('%s', (_title, wishes, expected) => {
    const assigned = assign(wishes.map(([count, takes]) => ({ count, takes })));
    expect(assigned.map(({ gets }) => gets.length)).toEqual(expected);
  });

  test('is as many as can be, each voter at most once, whatever the wishes', () => {
    const wish = fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      takes: fc.uniqueArray(fc.nat(5), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 4 }), (wishes) => {
        const assigned = assign(wishes);
        const used = assigned.flatMap(({ gets }) => gets);
        expect(new Set(used).size).toBe(used.length);
        for (const { count, takes, gets } of assigned) {
          expect(gets.length).toBeLessThanOrEqual(count);
          expect(takes).toEqual(expect.arrayContaining([...gets]));
        }
        expect(used.length).toBe(most(wishes));
      }),
    );
  });
});

/** By trying everything: what each voter may be given to, one after the other. */
function most(wishes: readonly Wish<number>[]): number {
  const room = wishes.map(({ count }) => count);
  const best = (each: number): number => {
    if (each === 6) return 0;
    let found = best(each + 1);
    wishes.forEach(({ takes }, index) => {
      if (!takes.includes(each) || (room[index] ?? 0) === 0) return;
      room[index] = (room[index] ?? 0) - 1;
      found = Math.max(found, 1 + best(each + 1));
      room[index] = (room[index] ?? 0) + 1;
    });
    return found;
  };
  return best(0);
}
