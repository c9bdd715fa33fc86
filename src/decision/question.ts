import type { Instant } from '../doors/time.ts';
import type { ReadFile } from '../sluice-yaml.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { Hold } from '../vocabulary/hold.ts';
import type { OverridableKind } from '../vocabulary/overrides.ts';
import type { Person, UserId } from '../vocabulary/person.ts';
import type { HealthyRecord, HealthyTime } from '../vocabulary/proven.ts';
import type { Reason } from '../vocabulary/reasons.ts';
import type { Plan, Request, Vote } from '../vocabulary/release.ts';
import { holdsFor } from '../vocabulary/scope.ts';

/** A place where a cluster does not hold what Git says. */
export interface OpenDrift {
  readonly service?: string | undefined;
  readonly environment: string;
  readonly cluster: string;
  readonly object: string;
}

/** Everything outside the release that policies look at, read at one moment. */
export interface Facts {
  /** The version of `sluice.yaml` that decides. */
  readonly policy: ReadFile;
  readonly holds: readonly Hold[];
  /** What was healthy, by environment; at least for the environments that come before. */
  readonly healthy: ReadonlyMap<string, readonly HealthyRecord[]>;
  /** For how long versions have been healthy, by environment, and the drifts that are open; absent where no policy asks. */
  readonly soaking?:
    | { readonly times: ReadonlyMap<string, readonly HealthyTime[]>; readonly drifts: readonly OpenDrift[] }
    | undefined;
  /** What is known of the artifact's checks now, not when it was planned; absent where no artifact is kept under its version. */
  readonly checked?: Pick<Artifact, 'checks' | 'vulnerabilities'> | undefined;
  /** The version that a rollback left here; read where nobody asked for the release. */
  readonly rolledBackTo?: string | undefined;
  /** Who is behind the names of roles and policies now: `@group` or a name from `people`. */
  readonly members: ReadonlyMap<string, readonly UserId[]>;
  /** Those who have voted as the directory knows them now; null for who is nobody any more. */
  readonly voters?: ReadonlyMap<UserId, Person | null> | undefined;
}

/** What is to be decided. */
export interface Question {
  readonly request: Request;
  readonly plan: Plan;
  readonly votes: readonly Vote[];
  readonly facts: Facts;
  readonly now: Instant;
  /** When votes were asked for first. */
  readonly askedAt?: Instant | undefined;
}

/** One policy: every reason it has against the release now; none where it agrees. */
export type PolicyCheck = (question: Question) => readonly Reason[];

/** A rollback to what was healthy here before: authorization and locks alone stop it. */
export function isKnownGoodRollback({ request, plan }: Pick<Question, 'request' | 'plan'>): boolean {
  return request.intent === 'rollback' && plan.knownGood;
}

/** Where a reason comes from: `sluice.yaml:12@8f14e45`, the line and the commit that brought it. */
export function sourceOf(facts: Facts, path: readonly PropertyKey[]): string {
  return `sluice.yaml:${facts.policy.lineOf(path)}@${facts.policy.commit.slice(0, 7)}`;
}

/** Of which policy a reason is, where that stands, and which roles may pass it. */
export function ofLine(
  facts: Facts,
  line: { readonly kind: OverridableKind; readonly override?: readonly string[] | undefined },
  index: number,
  ...within: readonly PropertyKey[]
): Pick<Reason, 'override'> & { readonly policy: OverridableKind; readonly source: string } {
  return {
    policy: line.kind,
    source: sourceOf(facts, ['policies', index, ...within]),
    ...(line.override === undefined ? {} : { override: [...line.override] }),
  };
}

/** Roles that lines of a kind name here, for reasons that come from elsewhere than such a line. */
export function rolesToPass({ request, facts }: Question, kind: OverridableKind): readonly string[] {
  const { file } = facts.policy;
  const roles = file.policies.flatMap((line) =>
    'override' in line && line.kind === kind && holdsFor(line, request, file) ? (line.override ?? []) : [],
  );
  return [...new Set(roles)];
}

/** Slack users behind a list of names, each once. */
export function usersOf(facts: Pick<Facts, 'members'>, names: readonly string[]): readonly UserId[] {
  return [...new Set(names.flatMap((name) => facts.members.get(name) ?? []))];
}

/** `a`, `a or b`, `a, b or c`. */
export function either(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
