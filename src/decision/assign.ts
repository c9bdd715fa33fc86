/** A wish for so many different voters out of some. */
export interface Wish<Voter> {
  readonly count: number;
  /** Those who may fill it. */
  readonly takes: readonly Voter[];
}

/**
 * Which voter counts for which wish: each for one at most, and as many as can be. Wishes that can be filled to the end
 * come first, the smallest before the greater, so that nobody is spent where others would still be missing.
 */
export function assign<Voter, Wanted extends Wish<Voter>>(
  wishes: readonly (Wanted & Wish<Voter>)[],
): readonly (Wanted & { readonly gets: readonly Voter[] })[] {
  let wishOf = new Map<Voter, Wish<Voter>>();
  /** Finds one more voter for a wish; whoever is taken from another wish is replaced there (Kuhn's augmenting paths). */
  const oneMore = (wish: Wish<Voter>, seen: Set<Voter>): boolean => {
    for (const voter of wish.takes) {
      if (seen.has(voter)) continue;
      seen.add(voter);
      const other = wishOf.get(voter);
      if (other !== undefined && !oneMore(other, seen)) continue;
      wishOf.set(voter, wish);
      return true;
    }
    return false;
  };
  const isFilled = (wish: Wish<Voter>): boolean => {
    for (let count = wish.count; count > 0; count -= 1) if (!oneMore(wish, new Set())) return false;
    return true;
  };
  const partly = wishes
    .toSorted((a, b) => a.count - b.count)
    .filter((wish) => {
      const before = new Map(wishOf);
      if (isFilled(wish)) return false;
      wishOf = before;
      return true;
    });
  for (const wish of partly) isFilled(wish);
  return wishes.map((wish) => ({ ...wish, gets: wish.takes.filter((voter) => wishOf.get(voter) === wish) }));
}
