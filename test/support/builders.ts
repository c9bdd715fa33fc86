import type { ArtifactRow } from '../../src/catalog/artifacts.ts';
import { shownOf } from '../../src/decision/bound.ts';
import type { Facts } from '../../src/decision/question.ts';
import { type Instant, instantOf } from '../../src/doors/time.ts';
import { problemLines } from '../../src/doors/yaml.ts';
import { checkSluiceFile, type ReadFile } from '../../src/sluice-yaml.ts';
import type { Artifact } from '../../src/vocabulary/artifact.ts';
import {
  blobIdSchema,
  type CommitSha,
  commitShaSchema,
  type Lane,
  type LineChange,
  type Place,
} from '../../src/vocabulary/change.ts';
import { type Hold, holdSchema } from '../../src/vocabulary/hold.ts';
import { type Person, type UserId, userIdSchema } from '../../src/vocabulary/person.ts';
import type { HealthyRecord } from '../../src/vocabulary/proven.ts';
import type { Decision } from '../../src/vocabulary/reasons.ts';
import {
  type Plan,
  planSchema,
  type Release,
  type ReleaseId,
  type Request,
  releaseIdSchema,
  releaseSchema,
  type State,
  type Vote,
} from '../../src/vocabulary/release.ts';
import type { Shown } from '../../src/vocabulary/shown.ts';
import { type Silence, silenceSchema } from '../../src/vocabulary/silence.ts';

/** The moment at which the builders' world stands, a Tuesday: 2026-11-24T12:00:00.000Z. */
export const noonMs = Date.UTC(2026, 10, 24, 12);

/** So many milliseconds after (or before) noon. */
export function at(offsetMs = 0): Instant {
  return instantOf(noonMs + offsetMs);
}

/** A clock that stands at noon until it is moved. */
export function aClock(startMs = noonMs) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    move: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** A full commit id made of one short hexadecimal seed: `sha('a1')`. */
export function sha(seed = 'a1'): CommitSha {
  return commitShaSchema.parse(seed.repeat(40).slice(0, 40));
}

/** A digest made of one short hexadecimal seed. */
export function digest(seed = 'd1'): string {
  return `sha256:${seed.repeat(64).slice(0, 64)}`;
}

export function userId(id: string): UserId {
  return userIdSchema.parse(id);
}

/** A release id that sorts by its number. */
export function releaseId(number = 1): ReleaseId {
  return releaseIdSchema.parse(`01K${String(number).padStart(23, '0')}`);
}

/** A person of the builders' company: `aPerson('ana')` is user UANA. */
export function aPerson(name = 'ana', over: Partial<Person> = {}): Person {
  return { user: userId(`U${name.toUpperCase()}`), name, email: `${name}@example.com`, ...over };
}

export const ana = aPerson('ana');
export const bo = aPerson('bo');
export const cy = aPerson('cy');
export const mia = aPerson('mia');

/** What the list of artifacts holds of one that was built so many days before noon. */
export function anArtifactRow(version: string, branch: string, commit: string, daysAgo: number): ArtifactRow {
  return { version, branch, commit: sha(commit), builtAt: at(-daysAgo * 86_400_000) };
}

export function anArtifact(over: Partial<Artifact> = {}): Artifact {
  const service = over.service ?? 'web';
  return {
    service,
    version: '1.4.2',
    image: `registry.acme.test/${service}`,
    digest: digest('d2'),
    branch: 'main',
    commit: sha('c2'),
    author: 'Ana Andersen',
    commits: [{ sha: sha('c2'), title: 'Fix the checkout', author: 'Ana Andersen' }],
    builtAt: at(-3_600_000),
    ...over,
  };
}

export function aRequest(over: Partial<Request> = {}): Request {
  return {
    intent: 'release',
    service: 'web',
    environment: 'production',
    wanted: { kind: 'named', name: '1.4.2' },
    requester: ana,
    at: at(),
    asked: { channel: 'C0RELEASES' },
    ...over,
  };
}

export const aLane: Lane = { repository: 'gitops', branch: 'main' };

export function aPlace(over: { path?: string; image?: string } = {}): Place {
  return {
    kind: 'kustomize-image',
    path: over.path ?? 'apps/production/web/kustomization.yaml',
    image: over.image ?? 'registry.acme.test/web',
  };
}

export function aLine(over: Partial<LineChange> = {}): LineChange {
  return {
    path: 'apps/production/web/kustomization.yaml',
    line: 7,
    before: '    newTag: 1.4.1',
    after: '    newTag: 1.4.2',
    ...over,
  };
}

/** web 1.4.1 → 1.4.2 in production, one commit, one line. */
export function aPlan(over: Partial<Plan> = {}): Plan {
  return planSchema.parse({
    intent: 'release',
    artifact: anArtifact(),
    from: { version: '1.4.1', digest: digest('d1') },
    lane: aLane,
    places: [aPlace()],
    lines: [aLine()],
    commits: [{ sha: sha('c2'), title: 'Fix the checkout', author: 'Ana Andersen' }],
    commitCount: 1,
    backwards: false,
    knownGood: false,
    head: sha('0e'),
    ...over,
  });
}

export function aDecision(over: Partial<Decision> = {}): Decision {
  return { kind: 'allowed', reasons: [], policy: 'b'.repeat(40), bound: 'bound-1', ...over };
}

/** What is shown of `aPlan` where people vote on it. */
export function someShown(over: Partial<Shown> = {}): Shown {
  return { ...shownOf(aRequest(), aPlan(), aReadFile().file), ...over };
}

export function aVote(person: Person = bo, over: Partial<Vote> = {}): Vote {
  return { person, vote: 'approve', at: at(60_000), bound: 'bound-1', ...over };
}

/** A state of which only the kind matters. */
export function aState(kind: Exclude<State['kind'], 'rejected' | 'superseded'>): State {
  switch (kind) {
    case 'writing':
      return { kind, onto: sha('0e'), at: at() };
    case 'written':
      return { kind, commit: sha('ab') };
    case 'cancelled':
      return { kind, by: aPerson() };
    default:
      return { kind };
  }
}

/** A release of web to production as it was just asked for; name state, plan or decision to have it further on its way. */
export function aRelease(
  over: Omit<Partial<Release>, 'state' | 'request'> & { state?: State; request?: Partial<Request> } = {},
): Release {
  return releaseSchema.parse({
    kind: 'release',
    id: releaseId(),
    revision: 1,
    state: { kind: 'requested' },
    since: at(),
    votes: [],
    ...over,
    request: aRequest(over.request),
  });
}

export function aHold(over: Partial<Hold> = {}): Hold {
  return holdSchema.parse({
    kind: 'hold',
    id: 'hold-1',
    revision: 1,
    environment: 'production',
    because: 'audit',
    by: mia,
    since: at(-3_600_000),
    state: { kind: 'active' },
    ...over,
  });
}

/** Until an hour after noon; `whose` is ana herself where nobody else is named. */
export function aSilence(over: Partial<Silence> = {}): Silence {
  return silenceSchema.parse({
    kind: 'silence',
    id: 'silence-1',
    revision: 1,
    whose: { kind: 'person', user: ana.user },
    by: ana,
    since: at(),
    until: at(3_600_000),
    state: { kind: 'active' },
    ...over,
  });
}

/** The builders' company: three environments, ana releases, @platform and @storefront approve production, mia operates. */
export const sluiceYaml = `version: 1
environments:
  dev: { clusters: [dev], channel: "#releases-dev" }
  staging: { clusters: [staging], channel: "#releases-staging", after: dev }
  production: { clusters: [prod-eu, prod-us], channel: "#releases", after: staging }
services:
  discover: apps/{environment}/{service}
  web: { squad: storefront, owners: ["@storefront"] }
people:
  mia: { slack: UMIA }
roles:
  - { role: releaser, of: ["@developers"] }
  - { role: operator, of: [mia] }
policies:
  - { kind: branch-restriction, environments: [production], branches: "^(main|hotfix/.+)$" }
  - { kind: approvals, environments: [production], from: ["@platform", "@storefront"], count: 2, within: 4h }
`;

const readFiles = new Map<string, ReadFile>();

/** A valid `sluice.yaml` as it is read at a commit; the same text is read once, as reading is slow and what is read is never changed. */
export function aReadFile(text = sluiceYaml): ReadFile {
  const known = readFiles.get(text);
  if (known !== undefined) return known;
  const parsed = checkSluiceFile(text, 'sluice.yaml');
  if (parsed.kind === 'invalid') throw new Error(problemLines(parsed.problems));
  const blob = blobIdSchema.parse('b'.repeat(40));
  const read: ReadFile = { kind: 'valid', file: parsed.value, blob, commit: sha('0e'), lineOf: parsed.lineOf };
  readFiles.set(text, read);
  return read;
}

/** web 1.4.2 as it was healthy on these clusters. */
export function aHealthyRecord(clusters: readonly string[], over: Partial<HealthyRecord> = {}): HealthyRecord {
  const since = Object.fromEntries(clusters.map((cluster) => [cluster, at(-7_200_000)]));
  return { version: '1.4.2', digest: digest('d2'), clusters: since, ...over };
}

/** Facts under which ana's release of web 1.4.2 to production lacks nothing but its two approvals. */
export function someFacts(over: Partial<Facts> = {}): Facts {
  return {
    policy: aReadFile(),
    holds: [],
    healthy: new Map([['staging', [aHealthyRecord(['staging'])]]]),
    members: new Map([
      ['@developers', [ana.user, bo.user]],
      ['@platform', [bo.user, cy.user]],
      ['@storefront', [ana.user, cy.user]],
      ['mia', [mia.user]],
    ]),
    ...over,
  };
}
