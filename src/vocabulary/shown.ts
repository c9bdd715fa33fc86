import { z } from 'zod';
import { canonical } from '../doors/canonical.ts';
import { policyWords } from '../words/policy-words.ts';
import { laneSchema, type Placed, placedSchema, placeSchema } from './change.ts';

/** What people vote on: the service's own step, where it is written, and the rules that hold for it. */
export const shownSchema = z.strictObject({
  service: z.string(),
  environment: z.string(),
  /** The order and the clusters of the environment. */
  after: z.array(z.string()),
  clusters: z.array(z.string()),
  from: placedSchema.nullable(),
  to: placedSchema.extend({ image: z.string() }),
  lane: laneSchema,
  places: z.array(placeSchema),
  policies: z.array(z.looseObject({ kind: z.string() })),
});
export type Shown = z.infer<typeof shownSchema>;
type Line = Shown['policies'][number];

/** Each thing that is another now, old and new, as sentences for people; foreign text in them is raw. */
export function shownChanges(before: Shown, now: Shown): readonly string[] {
  const { environment } = now;
  const list = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '));
  const placesOf = ({ places }: Shown) => list(places.map(placeWords));
  const laneOf = ({ lane }: Shown) => `${lane.repository}/${lane.branch}`;
  const facts: readonly (readonly [string, (shown: Shown) => string])[] = [
    ['the version that runs there', ({ from }) => placedWords(from)],
    ['the artifact', ({ to }) => `${to.image}:${placedWords(to)}`],
    ['the place of its version', placesOf],
    ['the branch that is written', laneOf],
    [`what comes before ${environment}`, ({ after }) => list(after)],
    [`the clusters of ${environment}`, ({ clusters }) => list(clusters)],
  ];
  const changed = facts.flatMap(([what, of]) =>
    of(before) === of(now) ? [] : [`${what}: ${of(now)} (was ${of(before)})`],
  );
  return [...changed, ...policyChanges(before.policies, now.policies)];
}

function placedWords(placed: Placed | null): string {
  if (placed === null) return 'nothing';
  return placed.digest === undefined ? placed.version : `${placed.version} (${placed.digest.slice(7, 14)})`;
}

function placeWords(place: Shown['places'][number]): string {
  if (place.kind === 'rendered-folder')
    return `${place.path} (manifests ${place.content?.slice(7, 14) ?? 'of nothing'})`;
  const { kind: _, path, ...where } = place;
  return `${path} (${Object.values(where).join(' ')})`;
}

/** Lines of one kind that went and came are one line that changed, those with the most in common first. */
function policyChanges(before: readonly Line[], now: readonly Line[]): readonly string[] {
  const gone = without(before, now);
  const come = [...without(now, before)];
  const words: string[] = [];
  for (const line of gone) {
    const nearest = come
      .filter(({ kind }) => kind === line.kind)
      .toSorted((a, b) => memberChanges(line, a).length - memberChanges(line, b).length)[0];
    if (nearest === undefined) words.push(`policy removed: ${policyWords(line)}`);
    else {
      come.splice(come.indexOf(nearest), 1);
      words.push(`policy ${line.kind} changed: ${memberChanges(line, nearest).join(', ')}`);
    }
  }
  return [...words, ...come.map((line) => `policy added: ${policyWords(line)}`)];
}

function without(lines: readonly Line[], others: readonly Line[]): readonly Line[] {
  const left = others.map(canonical);
  return lines.filter((line) => {
    const at = left.indexOf(canonical(line));
    if (at === -1) return true;
    left.splice(at, 1);
    return false;
  });
}

function memberChanges(before: Line, now: Line): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) =>
    canonical(before[name]) === canonical(now[name])
      ? []
      : [`${name} ${valueWords(now[name])} (was ${valueWords(before[name])})`],
  );
}

function valueWords(value: unknown): string {
  if (value === undefined) return 'not set';
  if (Array.isArray(value)) return value.map(valueWords).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
