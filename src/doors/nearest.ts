import { distance } from 'fastest-levenshtein';

/** The names that were probably meant, best first, in the order given where they are equally near; empty where nothing is near. */
export function nearest(name: string, candidates: readonly string[], limit = 3): readonly string[] {
  const wanted = name.slice(0, 100).toLowerCase();
  const reach = Math.max(1, Math.floor(wanted.length / 3));
  return candidates
    .map((candidate, index) => ({ candidate, index, away: awayFrom(wanted, candidate.toLowerCase()) }))
    .filter(({ away }) => away <= reach)
    .toSorted((a, b) => a.away - b.away || a.index - b.index)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** A name that was only begun (`prod` for `production`) is nearer than one that was mistyped or has something around it. */
function awayFrom(wanted: string, candidate: string): number {
  if (wanted === candidate) return 0;
  if (wanted.length >= 3 && candidate.startsWith(wanted)) return 0.5;
  if (candidate.length >= 3 && wanted.includes(candidate)) return 1;
  const sorted = (name: string) => [...name].toSorted().join('');
  return sorted(wanted) === sorted(candidate) ? 1 : distance(wanted, candidate);
}

/** `did you mean "staging"?`, or null where nothing is near. */
export function didYouMean(name: string, candidates: readonly string[]): string | null {
  const near = nearest(name, candidates);
  return near.length === 0 ? null : `did you mean ${near.map((each) => `"${each}"`).join(' or ')}?`;
}

/** `"prdo" is not one of the environments; did you mean "prod"?` */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = didYouMean(name, known) ?? (known.length === 0 ? `there are no ${what}` : `known: ${known.join(', ')}`);
  return `"${name}" is not one of the ${what}; ${meant}`;
}
