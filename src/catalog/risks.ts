import { epochMsOf, type Instant } from '../doors/time.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { Plan } from '../vocabulary/release.ts';

export type Risk = NonNullable<Plan['risks']>[number];

/** When something was written last, by the record; null where it never was. */
export interface LastWrites {
  readonly service: Instant | null;
  readonly environment: Instant | null;
}

interface Step {
  readonly service: string;
  readonly environment: string;
  readonly artifact: Artifact;
  /** Every artifact that lies between, with the one that is released (or left, backwards). */
  readonly between: readonly Artifact[];
  readonly backwards: boolean;
}

const longMs = 14 * 86_400_000;
const namedAtMost = 3;
const schemaPath = /(^|\/)(migrations?|schema)(\/|$|\.)|\.sql$|^(migrations?|schema)$/i;

/** What those who approve should look at twice; nothing of it stops anything. */
export function risksOf(step: Step, last: LastWrites, now: Instant): readonly Risk[] {
  return [...schemaRisk(step), ...skipRisk(step), ...idleRisk(step, last, now), ...firstOfDayRisk(step, last, now)];
}

function schemaRisk({ between, backwards }: Step): readonly Risk[] {
  const paths = [...new Set(between.flatMap(({ touches = [] }) => touches))].filter((path) => schemaPath.test(path));
  if (paths.length === 0) return [];
  return [
    { kind: 'schema', text: `${backwards ? 'goes back over a change of' : 'changes'} the schema: ${named(paths)}` },
  ];
}

function skipRisk({ between, artifact, backwards }: Step): readonly Risk[] {
  const skipped = between.map(({ version }) => version).filter((version) => version !== artifact.version);
  const others = backwards ? skipped.slice(1) : skipped;
  return others.length === 0 ? [] : [{ kind: 'skips', text: `skips ${named(others.toReversed())}` }];
}

function idleRisk({ service }: Step, last: LastWrites, now: Instant): readonly Risk[] {
  if (last.service === null) return [];
  const idleMs = epochMsOf(now) - epochMsOf(last.service);
  if (idleMs < longMs) return [];
  return [
    {
      kind: 'long-since',
      text: `the last release of ${service} there was ${Math.floor(idleMs / 86_400_000)} days ago`,
    },
  ];
}

function firstOfDayRisk({ environment }: Step, last: LastWrites, now: Instant): readonly Risk[] {
  const isToday = last.environment?.slice(0, 10) === now.slice(0, 10);
  return isToday ? [] : [{ kind: 'first-of-day', text: `first release to ${environment} today (UTC)` }];
}

function named(names: readonly string[]): string {
  const more = names.length - namedAtMost;
  return `${names.slice(0, namedAtMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
