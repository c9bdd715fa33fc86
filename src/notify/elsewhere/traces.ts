import { createHash } from 'node:crypto';
import { epochMsOf, type Instant } from '../../doors/time.ts';
import type { Release } from '../../vocabulary/release.ts';
import { type TimelineStep, timelineOf } from '../../vocabulary/timeline.ts';
import type { FeedLine } from './announcement.ts';
import { type Sink, sendJson } from './sink.ts';
import { shortHash } from './webhook.ts';

export interface TraceSettings {
  /** Where OTLP over HTTP is taken: `http://otel-collector:4318`. */
  readonly url: string;
  readonly token?: string | undefined;
}

export interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Why it failed. */
  readonly failed?: string;
}

const becauseLimit = 300;

/** A trace of each release from the request to its first verdict, out of the instants on its record (OTLP/HTTP, JSON encoding). */
export function tracesSink({ url, token }: TraceSettings): Sink {
  return {
    name: `traces-${shortHash(url)}`,
    wants: ({ event }) => event === 'release.healthy' || event === 'release.failed',
    deliver: async (_, line) => {
      const release = releaseOf(line);
      const spans = release === null ? [] : spansOf(release);
      if (release === null || spans.length === 0) return { kind: 'delivered' };
      const sent = await sendJson(
        `${url.replace(/\/+$/, '')}/v1/traces`,
        JSON.stringify(exported(release, spans)),
        token === undefined ? {} : { authorization: `Bearer ${token}` },
      );
      return sent.kind === 'answered' ? { kind: 'delivered' } : sent;
    },
  };
}

/** One for the whole way, one for each step up to the commit, and one for each cluster with its own steps; empty where it was told before. */
export function spansOf(release: Release): readonly Span[] {
  const clusters = Object.keys(release.arrival?.clusters ?? {});
  const timeline = timelineOf(release, clusters);
  // A recovery, and a failure of what had arrived, are no part of the way there.
  const isFirst = (name: string) => {
    const names = timeline?.clusters.find(({ cluster }) => cluster === name)?.steps.map((step) => step.name) ?? [];
    return release.arrival?.clusters[name]?.kind === 'failed' ? names.includes('failed') : true;
  };
  const hasFailed = clusters.some((name) => release.arrival?.clusters[name]?.kind === 'failed');
  if (timeline === null || !clusters.every(isFirst) || (release.failed !== undefined && !hasFailed)) return [];

  const { service, environment, intent, requester } = release.request;
  const version = release.plan?.artifact.version ?? '';
  const about = { 'sluice.release': release.id, 'sluice.service': service, 'sluice.environment': environment };
  const fromMs = epochMsOf(release.request.at);
  const root = spanId(release, 'root');
  const span = (
    name: string,
    parent: string,
    [from, to]: readonly [Instant, Instant],
    more: Partial<Span> = {},
  ): Span => ({
    name,
    spanId: spanId(release, `${parent} ${name}`),
    parentSpanId: parent,
    fromMs: epochMsOf(from),
    toMs: Math.max(epochMsOf(from), epochMsOf(to)),
    ...more,
    attributes: { ...about, ...more.attributes },
  });
  const between = (steps: readonly TimelineStep[], parent: string): Span[] =>
    steps.slice(1).map((step, index) => {
      const before = steps[index] ?? step;
      return span(`${before.name} → ${step.name}`, parent, [before.at, step.at]);
    });

  const written = timeline.asked.at(-1) ?? { name: 'written' as const, at: release.since, ms: 0 };
  const inClusters = timeline.clusters.flatMap(({ cluster, steps }) => {
    const verdict = release.arrival?.clusters[cluster];
    const own = span(cluster, root, [written.at, steps.at(-1)?.at ?? written.at], {
      attributes: { 'sluice.cluster': cluster },
      ...(verdict?.kind === 'failed' ? { failed: verdict.because.slice(0, becauseLimit) } : {}),
    });
    return [own, ...between([written, ...steps], own.spanId)];
  });
  const failed = inClusters.find((each) => each.failed !== undefined)?.failed;
  return [
    {
      name: `${intent} ${service} → ${environment}`,
      spanId: root,
      fromMs,
      toMs: fromMs + Math.max(0, timeline.ms),
      attributes: { ...about, 'sluice.version': version, 'sluice.requested_by': requester.name },
      ...(failed === undefined ? {} : { failed }),
    },
    ...between(timeline.asked, root),
    ...inClusters,
  ];
}

/** Sent again, it is the same trace. */
function spanId(release: Release, name: string): string {
  return hex(`${release.id} ${name}`, 16);
}

function hex(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

function exported(release: Release, spans: readonly Span[]): object {
  const traceId = hex(release.id, 32);
  const attributes = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const nanos = (ms: number) => `${Math.round(ms)}000000`;
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'sluice' }) },
        scopeSpans: [
          {
            scope: { name: 'sluice' },
            spans: spans.map(({ fromMs, toMs, failed, attributes: own, ...span }) => ({
              traceId,
              ...span,
              kind: 1,
              startTimeUnixNano: nanos(fromMs),
              endTimeUnixNano: nanos(toMs),
              attributes: attributes(own),
              status: failed === undefined ? { code: 1 } : { code: 2, message: failed },
            })),
          },
        ],
      },
    ],
  };
}

function releaseOf({ record }: FeedLine): Release | null {
  return record.kind === 'release' && 'request' in record ? record : null;
}
