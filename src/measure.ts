import { messageOf } from './doors/errors.ts';
import type { Route } from './doors/http.ts';
import type { Metrics } from './doors/metrics.ts';
import type { Log } from './doors/telemetry.ts';
import { type Clock, epochMsOf, steadyClock } from './doors/time.ts';
import type { Drift } from './vocabulary/drift.ts';
import type { Decision } from './vocabulary/reasons.ts';
import type { Release } from './vocabulary/release.ts';

export interface MeasurePorts {
  readonly metrics: Metrics;
  /** Null for an environment that `sluice.yaml` does not know: what people type is no label. */
  readonly environment: (name: string) => { readonly clusters: readonly string[] } | null;
}

const rememberedLimit = 10_000;

/** Counts what happens to releases. */
export function createMeasures({ metrics, environment }: MeasurePorts) {
  const healthy = new Set<string>();
  const labelsOf = ({ request }: Release) => ({
    environment: environment(request.environment) === null ? 'unknown' : request.environment,
  });

  /** The first time that it runs everywhere; what recovers later is no measure of the way there. */
  const arrived = (before: Release | null, after: Release): boolean => {
    if (before === null || after.failed !== undefined || healthy.has(after.id)) return false;
    const clusters = environment(after.request.environment)?.clusters ?? [];
    const isHealthy = clusters.every((cluster) => after.arrival?.clusters[cluster]?.kind === 'healthy');
    if (clusters.length === 0 || !isHealthy) return false;
    if (healthy.size >= rememberedLimit) healthy.clear();
    healthy.add(after.id);
    return true;
  };

  return {
    decided: <D extends Decision>(decision: D): D => {
      const reasons = decision.kind === 'allowed' ? [] : decision.reasons.filter(({ effect }) => effect !== 'warn');
      for (const reason of new Set(reasons.map(({ code }) => code)))
        metrics.count('sluice_decisions_total', { kind: decision.kind, reason });
      if (reasons.length === 0) metrics.count('sluice_decisions_total', { kind: decision.kind, reason: 'none' });
      return decision;
    },
    pushed: (repository: string, outcome: string): void =>
      metrics.count('sluice_git_pushes_total', { repository, outcome }),
    called: (call: { readonly method: string; readonly outcome: string; readonly seconds: number }): void => {
      metrics.count('sluice_slack_calls_total', { method: call.method, outcome: call.outcome });
      metrics.observe('sluice_slack_call_seconds', {}, call.seconds);
    },
    transition: (before: Release | null, after: Release): void => {
      const moved = before?.state.kind !== after.state.kind;
      if (moved && !['requested', 'held', 'queued', 'writing'].includes(after.state.kind))
        metrics.count('sluice_releases_total', { ...labelsOf(after), end: after.state.kind });
      if (moved && after.state.kind === 'written')
        metrics.observe(
          'sluice_release_written_seconds',
          labelsOf(after),
          secondsBetween(after.request.at, after.since),
        );
      if (before?.failed === undefined && after.failed !== undefined)
        metrics.count('sluice_release_failures_total', labelsOf(after));
      if (arrived(before, after)) {
        const last = Object.values(after.arrival?.clusters ?? {}).map(({ since }) => since);
        const seconds = secondsBetween(after.since, last.toSorted().at(-1) ?? after.since);
        metrics.observe('sluice_release_healthy_seconds', labelsOf(after), seconds);
      }
    },
  };
}

function secondsBetween(from: string, to: string): number {
  return (epochMsOf(to) - epochMsOf(from)) / 1_000;
}

export interface GaugePorts {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly lanes: readonly { readonly repository: string; readonly branch: string }[];
  readonly open: () => Promise<readonly Release[]>;
  readonly drifts: () => Promise<readonly Drift[]>;
  readonly messagesWaiting: () => Promise<number>;
  /** One small write; rejects where Redis takes none. */
  readonly write: () => Promise<unknown>;
  readonly clusters: () => readonly { readonly cluster: string; readonly staleSince?: string | undefined }[];
  readonly connected: () => boolean;
  readonly late: () => readonly string[];
  readonly ages: () => readonly { readonly loop: string; readonly seconds: number }[];
  readonly version: string;
}

/** `GET /metrics`: what has been counted, and what is the case now. Scrapes at the same time share one look. */
export function metricsRoute(ports: GaugePorts): Route {
  const { metrics } = ports;
  let looking: Promise<string> | null = null;
  const look = async (): Promise<string> => {
    showOwn(ports);
    try {
      const startedMs = steadyClock.now();
      await ports.write();
      metrics.show('sluice_redis_ping_seconds', [{ labels: {}, value: (steadyClock.now() - startedMs) / 1_000 }]);
      await showRecord(ports);
      metrics.show('sluice_redis_up', [{ labels: {}, value: 1 }]);
    } catch (error) {
      ports.log.debug({ err: messageOf(error) }, 'some metrics cannot be told');
      metrics.show('sluice_redis_up', [{ labels: {}, value: 0 }]);
      for (const name of recorded) metrics.show(name, []);
    }
    return metrics.text();
  };
  return {
    method: 'GET',
    path: '/metrics',
    handle: async () => {
      looking ??= look().finally(() => {
        looking = null;
      });
      return { status: 200, body: await looking, headers: { 'content-type': metrics.contentType } };
    },
  };
}

/** Old numbers must not pass for new ones while Redis is away. */
const recorded = [
  'sluice_redis_ping_seconds',
  'sluice_releases_open',
  'sluice_lane_oldest_seconds',
  'sluice_messages_waiting',
  'sluice_drifts_open',
] as const;

function showOwn({ metrics, clock, clusters, connected, late, ages, version }: GaugePorts): void {
  metrics.show('sluice_build_info', [{ labels: { version, node: process.version }, value: 1 }]);
  metrics.show('sluice_slack_connected', [{ labels: {}, value: connected() ? 1 : 0 }]);
  metrics.show('sluice_loops_late', [{ labels: {}, value: late().length }]);
  metrics.show(
    'sluice_loop_age_seconds',
    ages().map(({ loop, seconds }) => ({ labels: { loop }, value: seconds })),
  );
  metrics.show(
    'sluice_cluster_stale_seconds',
    clusters().map(({ cluster, staleSince }) => ({
      labels: { cluster },
      value: staleSince === undefined ? 0 : Math.max(0, clock.now() - epochMsOf(staleSince)) / 1_000,
    })),
  );
}

async function showRecord({ metrics, clock, lanes, open, drifts, messagesWaiting }: GaugePorts): Promise<void> {
  const [releases, found, waiting] = await Promise.all([open(), drifts(), messagesWaiting()]);
  const states = ['requested', 'held', 'queued', 'writing'] as const;
  metrics.show(
    'sluice_releases_open',
    states.map((state) => ({ labels: { state }, value: releases.filter((each) => each.state.kind === state).length })),
  );
  metrics.show(
    'sluice_lane_oldest_seconds',
    lanes.map(({ repository, branch }) => {
      const ages = releases
        .filter(({ state, plan }) => ['queued', 'writing'].includes(state.kind) && plan?.lane.repository === repository)
        .map(({ since }) => (clock.now() - epochMsOf(since)) / 1_000);
      return { labels: { repository, branch }, value: Math.max(0, ...ages) };
    }),
  );
  metrics.show('sluice_messages_waiting', [{ labels: {}, value: waiting }]);
  metrics.show(
    'sluice_drifts_open',
    found.map(({ cluster, signal }) => ({ labels: { cluster, signal: signal ?? 'edit' }, value: 1 })),
  );
}
