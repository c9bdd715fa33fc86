import { z } from 'zod';
import { epochMsOf, type Instant, instantSchema } from '../../doors/time.ts';
import type { ReadFile } from '../../sluice-yaml.ts';
import { type Hold, holdSchema } from '../../vocabulary/hold.ts';
import { type UserId, userIdSchema } from '../../vocabulary/person.ts';
import type { HealthyRecord } from '../../vocabulary/proven.ts';
import type { Decision } from '../../vocabulary/reasons.ts';
import { type Release, releaseSchema, titleOf } from '../../vocabulary/release.ts';
import { textTable } from '../../words/text-table.ts';
import { boundOf } from '../bound.ts';
import { decide } from '../decide.ts';

/** As much of a line of the ledger's log as is read again; what is no release or lock is passed over. */
export const logLineSchema = z.object({
  at: instantSchema,
  record: z.union([releaseSchema, holdSchema, z.object({ kind: z.string().regex(/^(?!(release|hold)$)/) })]),
});
export type LogLine = z.infer<typeof logLineSchema>;

export type HealthyBefore = (service: string, environment: string) => readonly HealthyRecord[];

export interface Replayed {
  readonly at: Instant;
  readonly release: Release;
  readonly was: 'allowed' | 'denied';
  readonly now: Decision;
}

interface Memory {
  readonly holds: Map<string, Hold>;
  readonly members: Map<string, Set<UserId>>;
  /** By place, then by version and digest. */
  readonly healthy: Map<string, Map<string, HealthyRecord>>;
}

/**
 * Decides again, under another file, what was written or denied since a moment, with the facts that the log knows of
 * the moment when it was decided: locks, what was healthy, votes. Who is in a group is taken from the demands of the log
 * or from `members`; the right to release is not looked at again, as the log does not know who had it.
 */
export function replay(
  lines: Iterable<LogLine>,
  policy: ReadFile,
  options: {
    readonly sinceMs: number;
    readonly healthyBefore?: HealthyBefore | undefined;
    readonly members?: ReadonlyMap<string, readonly UserId[]> | undefined;
  },
): readonly Replayed[] {
  const memory: Memory = { holds: new Map(), members: new Map(), healthy: new Map() };
  for (const [name, { slack }] of Object.entries(policy.file.people)) learn(memory, name, [slack]);
  for (const [group, users] of options.members ?? []) learn(memory, group, users);
  const judged = new Set<string>();
  const replayed: Replayed[] = [];
  for (const { at, record } of lines) {
    if (isHold(record)) memory.holds.set(record.id, record);
    if (!isRelease(record)) continue;
    remember(memory, record, at);
    const was = outcomeOf(record);
    if (was === null || judged.has(record.id)) continue;
    judged.add(record.id);
    if (epochMsOf(at) < options.sinceMs || record.plan === undefined) continue;
    replayed.push({ at, release: record, was, now: decideAgain(record, record.plan, at, policy, memory, options) });
  }
  return replayed;
}

function isHold(record: LogLine['record']): record is Hold {
  return 'because' in record;
}

function isRelease(record: LogLine['record']): record is Release {
  return 'request' in record;
}

/** What policies made of it; null while it is under way, and where people or plans ended it. */
function outcomeOf({ state, decision }: Release): 'allowed' | 'denied' | null {
  if (state.kind === 'written') return 'allowed';
  return state.kind === 'denied' && decision?.policy !== undefined ? 'denied' : null;
}

function decideAgain(
  release: Release,
  plan: NonNullable<Release['plan']>,
  at: Instant,
  policy: ReadFile,
  memory: Memory,
  { healthyBefore }: { readonly healthyBefore?: HealthyBefore | undefined },
): Decision {
  const { request, decision } = release;
  const bound = boundOf(request, plan, policy.file);
  const healthy = Object.keys(policy.file.environments).map((name): [string, HealthyRecord[]] => [
    name,
    [
      ...(memory.healthy.get(`${request.service} ${name}`)?.values() ?? []),
      ...(healthyBefore?.(request.service, name) ?? []).map((record) => until(record, at)),
    ],
  ]);
  const again = decide({
    request,
    plan,
    votes: release.votes.map((vote) => (vote.bound === decision?.bound ? { ...vote, bound } : vote)),
    now: at,
    facts: {
      policy,
      holds: [...memory.holds.values()],
      healthy: new Map(healthy),
      checked: plan.artifact,
      members: new Map([...memory.members].map(([name, users]) => [name, [...users]])),
    },
  });
  const hadNoRight = decision?.reasons.some(({ code }) => code === 'not-authorized') ?? false;
  const reasons = again.reasons.filter(({ code }) => code !== 'not-authorized' || hadNoRight);
  const kind = reasons.some(({ effect }) => effect === 'deny') ? 'denied' : reasons.length > 0 ? 'held' : 'allowed';
  return { ...again, reasons, kind };
}

/** What was known to be healthy at a moment. */
function until(record: HealthyRecord, at: Instant): HealthyRecord {
  const clusters = Object.entries(record.clusters).filter(([, since]) => since <= at);
  return { ...record, clusters: Object.fromEntries(clusters) };
}

function remember(memory: Memory, { request, plan, decision, votes, arrival }: Release, at: Instant): void {
  for (const { demand } of decision?.reasons ?? []) {
    if (demand === undefined) continue;
    const users = [...demand.may, ...demand.have].flatMap((user) => userIdSchema.safeParse(user).data ?? []);
    for (const name of demand.from) learn(memory, name, users);
  }
  for (const vote of votes) {
    const names: unknown = Reflect.get(vote, 'as');
    for (const name of Array.isArray(names) ? names : []) learn(memory, String(name), [vote.person.user]);
  }
  if (plan === undefined) return;
  for (const [cluster, verdict] of Object.entries(arrival?.clusters ?? {})) {
    if (verdict.kind !== 'healthy') continue;
    const place = `${request.service} ${request.environment}`;
    const { version, digest } = plan.artifact;
    const known = memory.healthy.get(place) ?? new Map<string, HealthyRecord>();
    memory.healthy.set(place, known);
    const name = `${version} ${digest}`;
    const clusters = { [cluster]: verdict.since <= at ? verdict.since : at, ...known.get(name)?.clusters };
    known.set(name, { version, digest, clusters });
  }
}

function learn(memory: Memory, name: string, users: readonly UserId[]): void {
  const known = memory.members.get(name) ?? new Set<UserId>();
  for (const user of users) known.add(user);
  memory.members.set(name, known);
}

/** What a terminal shows: what would have gone otherwise, and how much would not. */
export function replayReport(replayed: readonly Replayed[]): string {
  const groups = [
    ['Newly denied', replayed.filter(({ was, now }) => was === 'allowed' && now.kind === 'denied')],
    ['Newly held', replayed.filter(({ was, now }) => was === 'allowed' && now.kind === 'held')],
    ['Newly allowed', replayed.filter(({ was, now }) => was === 'denied' && now.kind !== 'denied')],
  ] as const;
  const changed = groups.reduce((sum, [, rows]) => sum + rows.length, 0);
  const tables = groups.flatMap(([title, rows]) =>
    rows.length === 0
      ? []
      : [`${title}: ${rows.length}`, textTable([['  when', 'release', 'asked by', 'because'], ...rows.map(rowOf)]), ''],
  );
  const same = `${replayed.length - changed} of ${replayed.length} releases would have gone as they did.`;
  return [...tables, same].join('\n');
}

function rowOf({ at, release, now }: Replayed): readonly string[] {
  const why =
    now.reasons.length === 0
      ? 'nothing speaks against it any more'
      : now.reasons.map(({ code, text }) => `${code}: ${text}`).join('; ');
  return [
    `  ${at.slice(0, 16).replace('T', ' ')}`,
    `${titleOf(release)} → ${release.request.environment}`,
    release.request.requester.name,
    why,
  ];
}
