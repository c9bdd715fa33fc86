import { type Clock, spokenDuration } from './time.ts';

/** A clock beside this machine's own. */
export interface OtherClock {
  readonly name: string;
  /** What it shows, in milliseconds since the epoch; null while that is not known. Rejects where it cannot be read. */
  readonly now: () => Promise<number | null>;
}

export interface Skew {
  readonly than: string;
  /** How much this machine's clock is ahead; negative where it is behind. */
  readonly aheadMs: number;
}

/** With a clock that is wrong by more nobody can tell whether a window holds or a lock has ended. */
export const skewLimitMs = 60_000;

/** The clock that this machine's differs from the most, with the time that asking took in our favour. */
export async function worstSkew(clock: Clock, others: readonly OtherClock[]): Promise<Skew | null> {
  const skews = await Promise.all(
    others.map(async ({ name, now }) => {
      const before = clock.now();
      const shown = await now();
      const after = clock.now();
      if (shown === null) return null;
      const [early, late] = [Math.min(before, after), Math.max(before, after)];
      return { than: name, aheadMs: shown < early ? early - shown : Math.min(0, late - shown) };
    }),
  );
  const known = skews.filter((skew) => skew !== null);
  return known.toSorted((a, b) => Math.abs(b.aheadMs) - Math.abs(a.aheadMs))[0] ?? null;
}

/** `this machine's clock is 10 m 3 s ahead of that of Redis`; null where it is right enough. */
export function skewWords(skew: Skew | null): string | null {
  if (skew === null || Math.abs(skew.aheadMs) <= skewLimitMs) return null;
  const by = spokenDuration(Math.abs(skew.aheadMs));
  return `the clock of Sluice's machine is ${by} ${skew.aheadMs > 0 ? 'ahead of' : 'behind'} that of ${skew.than}`;
}
