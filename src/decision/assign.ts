/** A wish for so many different voters out of some. */
export interface Wanted {
  readonly count: number;
  /** Numbers of the voters who may fill it. */
  readonly takes: readonly number[];
}

/**
 * Which voter counts for which wish: each for one at most, and as many as can be. Wishes that can be filled to the end
 * come first, the smallest before the greater, so that nobody is spent where others would still be missing.
 */
export function assign(wishes: readonly Wanted[], voters: number): readonly (readonly number[])[] {
  let owner: number[] = Array(voters).fill(-1);
  /** Finds one more voter for a wish; whoever is taken from another wish is replaced there (Kuhn's augmenting paths). */
  const oneMore = (wish: number, seen: Set<number>): boolean => {
    for (const voter of wishes[wish]?.takes ?? []) {
      if (seen.has(voter)) continue;
      seen.add(voter);
      const other = owner[voter] ?? -1;
      if (other !== -1 && (other === wish || !oneMore(other, seen))) continue;
      owner[voter] = wish;
      return true;
    }
    return false;
  };
  const isFilled = (wish: number): boolean => {
    for (let count = wishes[wish]?.count ?? 0; count > 0; count -= 1) if (!oneMore(wish, new Set())) return false;
    return true;
  };
  const smallestFirst = wishes.map((_, wish) => wish).toSorted((a, b) => countOf(wishes, a) - countOf(wishes, b));
  const partly = smallestFirst.filter((wish) => {
    const before = [...owner];
    if (isFilled(wish)) return false;
    owner = before;
    return true;
  });
  for (const wish of partly) isFilled(wish);
  return wishes.map((_, wish) => owner.flatMap((each, voter) => (each === wish ? [voter] : [])));
}

function countOf(wishes: readonly Wanted[], wish: number): number {
  return wishes[wish]?.count ?? 0;
}
