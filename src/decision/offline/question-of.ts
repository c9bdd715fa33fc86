import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../doors/errors.ts';
import { own } from '../../doors/own.ts';
import { epochMsOf, type Instant, instantOf, parseDurationMs } from '../../doors/time.ts';
import type { ReadFile, SluiceFile } from '../../sluice-yaml.ts';
import { type Artifact, artifactSchema } from '../../vocabulary/artifact.ts';
import { commitShaSchema } from '../../vocabulary/change.ts';
import { holdSchema } from '../../vocabulary/hold.ts';
import { type Person, personSchema, type UserId } from '../../vocabulary/person.ts';
import type { HealthyRecord } from '../../vocabulary/proven.ts';
import { type Plan, planSchema, type Request, requestSchema, voteSchema } from '../../vocabulary/release.ts';
import { boundOf } from '../bound.ts';
import type { Question } from '../question.ts';
import type { Given } from './given.ts';

const defaultNow: Instant = '2026-11-24T12:00:00.000Z';

/** What is to be decided under a file, with ordinary facts where none are given; a Refusal says what does not fit. */
export function questionOf(policy: ReadFile, given: Given): Question {
  const now = given.now ?? defaultNow;
  const { file } = policy;
  const request = reading('request', () => requestOf(given, file, now));
  const artifact = reading('artifact', () => artifactOf(given, request, now));
  const plan = planOf(given, request, artifact);
  const bound = boundOf(request, plan, file);
  const votes = (given.votes ?? []).map((vote) => {
    const { by, vote: cast } = typeof vote === 'string' ? { by: vote, vote: 'approve' as const } : vote;
    return voteSchema.parse({ person: personOf(by, file), vote: cast, at: now, bound });
  });
  return {
    request,
    plan,
    votes,
    now,
    facts: {
      policy,
      holds: reading('holds', () => (given.holds ?? []).map((hold, index) => holdOf(hold, index, file, now))),
      healthy: healthyOf(given, artifact, file, now),
      checked: {
        ...(artifact.checks === undefined ? {} : { checks: artifact.checks }),
        ...(artifact.vulnerabilities === undefined ? {} : { vulnerabilities: artifact.vulnerabilities }),
      },
      members: membersOf(given, file),
    },
  };
}

/** Somebody from `people`, or anybody else under an id made of their name: `ana-b` and `anab` are two people. */
export function personOf(name: string, { people }: Pick<SluiceFile, 'people'>): Person {
  const known = own(people, name);
  return personSchema.parse({
    user: known?.slack ?? idOf(name.toUpperCase()),
    name,
    ...(known?.email === undefined ? {} : { email: known.email }),
  });
}

/** A Slack id has letters and digits only, at most 30. */
function idOf(name: string): string {
  if (/^[A-Z0-9]{1,30}$/.test(name)) return `U${name}`;
  return `U${createHash('sha256').update(name).digest('hex').slice(0, 30).toUpperCase()}`;
}

function requestOf({ request = {} }: Given, file: SluiceFile, now: Instant): Request {
  const { service, environment, version, by = 'ana', intent = 'release', ...more } = request;
  if (service === undefined || environment === undefined)
    throw new Refusal('expected a service and an environment; example: request: { service: web, environment: dev }');
  return requestSchema.parse({
    ...more,
    intent,
    service,
    environment,
    wanted: version === undefined ? { kind: 'default' } : { kind: 'named', name: version },
    requester: personOf(by, file),
    at: now,
    asked: { channel: 'offline' },
  });
}

function artifactOf({ request = {}, artifact = {} }: Given, { service }: Request, now: Instant): Artifact {
  return artifactSchema.parse({
    service,
    version: request.version ?? '1.0.0',
    image: `registry.example.com/${service}`,
    branch: 'main',
    commit: 'c'.repeat(40),
    author: 'somebody',
    commits: [],
    builtAt: instantOf(epochMsOf(now) - 3_600_000),
    ...artifact,
    ...(artifact.checks === undefined ? {} : { checks: artifact.checks.map((check) => checkOf(check, now)) }),
    ...(artifact.vulnerabilities === undefined
      ? {}
      : { vulnerabilities: { critical: 0, high: 0, medium: 0, low: 0, at: now, ...artifact.vulnerabilities } }),
  });
}

/** A name alone is a check that has passed just now. */
function checkOf(check: string | object, now: Instant): object {
  return { state: 'passed', at: now, ...(typeof check === 'string' ? { name: check } : check) };
}

function planOf(given: Given, { intent }: Request, artifact: Artifact): Plan {
  return planSchema.parse({
    intent,
    artifact,
    from: given.running === undefined || given.running === null ? null : { version: given.running },
    lane: { repository: 'gitops', branch: 'main' },
    places: [],
    lines: [],
    commits: artifact.commits,
    commitCount: artifact.commits.length,
    backwards: intent === 'rollback',
    knownGood: intent === 'rollback' && (given['known-good'] ?? true),
    head: commitShaSchema.parse('0'.repeat(40)),
  });
}

function holdOf(hold: object, index: number, file: SluiceFile, now: Instant) {
  const { by, ...rest } = z.looseObject({ by: z.string().default('somebody') }).parse(hold);
  return holdSchema.parse({
    kind: 'hold',
    id: `hold-${index + 1}`,
    revision: 1,
    because: 'no reason given',
    since: instantOf(epochMsOf(now) - 3_600_000),
    state: { kind: 'active' },
    ...rest,
    by: personOf(by, file),
  });
}

interface HealthyGiven {
  readonly version: string;
  readonly for?: string;
  readonly clusters?: readonly string[] | undefined;
}

/** A version is healthy with the digest of the artifact that is asked for, where it is that version. */
function healthyOf(given: Given, artifact: Artifact, file: SluiceFile, now: Instant): Map<string, HealthyRecord[]> {
  const records = Object.entries(given.healthy ?? {}).map(([environment, versions]): [string, HealthyRecord[]] => [
    environment,
    versions.map((each) => {
      const { version, ...more }: HealthyGiven = typeof each === 'string' ? { version: each } : each;
      const since = instantOf(epochMsOf(now) - (parseDurationMs(more.for ?? '30d') ?? 0));
      const all = own(file.environments, environment)?.clusters ?? [];
      const clusters = more.clusters ?? all;
      const digest = version === artifact.version ? artifact.digest : undefined;
      return {
        version,
        ...(digest === undefined ? {} : { digest }),
        clusters: Object.fromEntries(clusters.map((name) => [name, since])),
      };
    }),
  ]);
  return new Map(records);
}

function membersOf({ members = {} }: Given, file: SluiceFile): Map<string, readonly UserId[]> {
  const found = new Map<string, readonly UserId[]>();
  for (const name of Object.keys(file.people)) found.set(name, [personOf(name, file).user]);
  for (const [group, names] of Object.entries(members))
    found.set(
      group,
      names.map((name) => personOf(name, file).user),
    );
  return found;
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`${what}: ${error.message}`, { cause: error });
    if (!(error instanceof z.ZodError)) throw error;
    const issues = error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter((each) => each !== '').join(': '),
    );
    throw new Refusal(`${what}: ${issues.join('; ')}`, { cause: error });
  }
}
