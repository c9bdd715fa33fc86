import type { Instant } from '../../doors/time.ts';
import type { AnnouncedEvent } from '../../vocabulary/announced-events.ts';
import type { Drift } from '../../vocabulary/drift.ts';
import type { Release } from '../../vocabulary/release.ts';
import { overall, type Verdict } from '../../vocabulary/verdict.ts';
import { approversOf } from '../../vocabulary/votes.ts';

/** What is told outside of Slack: facts, no sentences. The same `id` is the same announcement, however often it comes. */
export interface Announcement {
  readonly id: string;
  readonly event: AnnouncedEvent;
  readonly at: Instant;
  readonly environment: string;
  readonly service?: string;
  readonly release?: {
    readonly id: string;
    readonly intent: string;
    readonly image: string;
    readonly version: string;
    readonly from: string | null;
    /** The GitOps repository by its name in the configuration, and the commit there. */
    readonly repository: string;
    readonly commit: string;
    /** What the artifact was built from. */
    readonly sourceCommit: string;
    readonly requestedBy: string;
    readonly approvedBy: readonly string[];
    readonly because?: string;
    readonly ref?: string;
    readonly clusters: Readonly<Record<string, { readonly verdict: Verdict['kind']; readonly because?: string }>>;
  };
  readonly drift?: {
    readonly signal?: string;
    readonly cluster: string;
    readonly object: string;
    readonly field: string;
    readonly manager: string;
    readonly since: Instant;
    readonly how?: string;
  };
}

/** A line of the log, as far as it is needed here. */
export interface FeedLine {
  readonly cursor: string;
  readonly at: Instant;
  readonly subject: string;
  readonly entry: { readonly event: string };
  readonly record: { readonly kind: string } | Release | Drift;
}

/** What a line announces, and what its subject was last announced as; null where that is nothing new. */
export function announcementOf(line: FeedLine, told: string | null): Announcement | null {
  const { record } = line;
  if (isRelease(record)) return ofRelease(line, record, told);
  if (isDrift(record)) return ofDrift(line, record, told);
  return null;
}

function ofRelease({ cursor, at, entry }: FeedLine, release: Release, told: string | null): Announcement | null {
  const { request, plan, state, arrival } = release;
  if (state.kind !== 'written' || plan === undefined) return null;
  const verdict = arrival === undefined ? undefined : overall(arrival)?.kind;
  const event = verdict === 'healthy' ? 'release.healthy' : verdict === 'failed' ? 'release.failed' : 'release.written';
  if (event === told) return null;
  if (event === 'release.written' && entry.event !== 'release.written') return null;
  // Good news of what was written before anybody listened is none.
  if (event === 'release.healthy' && told === null) return null;
  return {
    id: cursor,
    event,
    at,
    environment: request.environment,
    service: request.service,
    release: {
      id: release.id,
      intent: plan.intent,
      image: plan.artifact.image,
      version: plan.artifact.version,
      from: plan.from?.version ?? null,
      repository: plan.lane.repository,
      commit: state.commit,
      sourceCommit: plan.artifact.commit,
      requestedBy: request.requester.name,
      approvedBy: approversOf(release).map(({ name }) => name),
      ...(request.because === undefined ? {} : { because: request.because }),
      ...(request.ref === undefined ? {} : { ref: request.ref }),
      clusters: Object.fromEntries(
        Object.entries(arrival?.clusters ?? {}).map(([cluster, each]) => [
          cluster,
          { verdict: each.kind, ...('because' in each ? { because: each.because } : {}) },
        ]),
      ),
    },
  };
}

/** Values are left out: what a field held may be nobody's business elsewhere. */
function ofDrift({ cursor, at }: FeedLine, drift: Drift, told: string | null): Announcement | null {
  const event = drift.state.kind === 'open' ? 'drift.opened' : 'drift.ended';
  if (event === told || (event === 'drift.ended' && told === null)) return null;
  const { environment, service, signal, cluster, object, field, manager, since, state } = drift;
  return {
    id: cursor,
    event,
    at,
    environment,
    ...(service === undefined ? {} : { service }),
    drift: {
      ...(signal === undefined ? {} : { signal }),
      cluster,
      object,
      field,
      manager,
      since,
      ...(state.kind === 'ended' ? { how: state.how } : {}),
    },
  };
}

function isRelease(record: FeedLine['record']): record is Release {
  return record.kind === 'release';
}

function isDrift(record: FeedLine['record']): record is Drift {
  return record.kind === 'drift';
}
