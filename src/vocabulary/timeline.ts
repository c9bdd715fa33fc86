import { epochMsOf, exactDuration, type Instant, spokenDuration } from '../doors/time.ts';
import type { Release } from './release.ts';
import { stepNames } from './verdict.ts';
import { approversOf } from './votes.ts';

/** One step of a release, and how long after the step before it came. */
export interface TimelineStep {
  readonly name: 'asked' | 'approved' | 'queued' | 'written' | 'fetched' | 'applied' | 'healthy' | 'failed';
  readonly at: Instant;
  readonly ms: number;
  /** Nobody watched when it came: it was there at this moment, and may have been earlier. */
  readonly atMost?: boolean;
}

export interface ClusterTimeline {
  readonly cluster: string;
  readonly steps: readonly TimelineStep[];
  /** From the written commit to its last step. */
  readonly ms: number;
}

/** What a release took, from the question to the last cluster, by instants that are on its record. */
export interface Timeline {
  /** Up to the written commit. */
  readonly asked: readonly TimelineStep[];
  readonly clusters: readonly ClusterTimeline[];
  /** Of several clusters the one that took longest, where that makes a difference. */
  readonly slowest?: string;
  readonly ms: number;
}

const worthNamingMs = 500;

/** Null before anything is known of a cluster: what has no recorded instants is not guessed. */
export function timelineOf(release: Release, clusters: readonly string[]): Timeline | null {
  if (release.state.kind !== 'written') return null;
  const written = release.entered?.written ?? release.since;
  const asked = inOrder([
    { name: 'asked', at: release.request.at },
    ...approvedAt(release),
    ...(release.entered?.queued === undefined ? [] : [{ name: 'queued', at: release.entered.queued } as const]),
    { name: 'written', at: written },
  ]);
  const known = clusters.flatMap((cluster) => clusterTimeline(release, cluster, written) ?? []);
  if (known.length === 0) return null;
  const [last, next] = known.toSorted((a, b) => b.ms - a.ms);
  const isSlower = last !== undefined && next !== undefined && last.ms - next.ms >= worthNamingMs;
  return {
    asked,
    clusters: known,
    ...(isSlower ? { slowest: last.cluster } : {}),
    ms: epochMsOf(written) - epochMsOf(release.request.at) + (last?.ms ?? 0),
  };
}

function clusterTimeline(release: Release, cluster: string, written: Instant): ClusterTimeline | null {
  const seen = release.arrival?.steps?.[cluster] ?? {};
  const verdict = release.arrival?.clusters[cluster];
  const reached = stepNames.flatMap((name) => {
    const step = seen[name];
    return step === undefined ? [] : [{ name, at: step.at, atMost: step.after !== undefined }];
  });
  // What had been healthy and fails later is told by its message; it took no longer to arrive.
  const failed =
    verdict?.kind === 'failed' && seen.healthy === undefined ? [{ name: 'failed', at: verdict.since } as const] : [];
  const steps = inOrder([{ name: 'written', at: written }, ...reached, ...failed]).slice(1);
  const last = steps.at(-1);
  return last === undefined ? null : { cluster, steps, ms: epochMsOf(last.at) - epochMsOf(written) };
}

function approvedAt(release: Release): readonly { readonly name: 'approved'; readonly at: Instant }[] {
  const last = approversOf(release)
    .map(({ user }) => release.votes.findLast(({ person, vote }) => person.user === user && vote === 'approve')?.at)
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1);
  return last === undefined ? [] : [{ name: 'approved', at: last }];
}

/** By time; each counts from the one before. */
function inOrder(steps: readonly Omit<TimelineStep, 'ms'>[]): TimelineStep[] {
  const sorted = steps.toSorted((a, b) => epochMsOf(a.at) - epochMsOf(b.at));
  return sorted.map(({ atMost, ...step }, index) => ({
    ...step,
    ms: epochMsOf(step.at) - epochMsOf(sorted[index - 1]?.at ?? step.at),
    ...(atMost === true ? { atMost } : {}),
  }));
}

const clustersShown = 6;

/** The timeline in words, a line for each cluster where there are several; `askedAt` is how its beginning is written. */
export function timelineLines({ asked, clusters, slowest, ms }: Timeline, askedAt: string): string[] {
  const head = asked.map((step, index) => (index === 0 ? `${step.name} ${askedAt}` : stepWords(step)));
  const total = `in all ${spokenDuration(ms)}`;
  const [only] = clusters;
  if (only !== undefined && clusters.length === 1)
    return [`${[...head, ...only.steps.map(stepWords)].join(' → ')}; ${total}`];
  const shown =
    clusters.length > clustersShown ? clusters.toSorted((a, b) => b.ms - a.ms).slice(0, clustersShown) : clusters;
  const left = clusters.length - shown.length;
  return [
    `${head.join(' → ')}; ${total}`,
    ...shown.map(
      ({ cluster, steps }) =>
        `${cluster}: ${steps.map(stepWords).join(' → ')}${cluster === slowest ? ' (slowest)' : ''}`,
    ),
    ...(left > 0 ? [`… ${left} more, in ${exactDuration(shown.at(-1)?.ms ?? 0)} or less`] : []),
  ];
}

/** `healthy +11 s`. */
export function stepWords({ name, ms, atMost }: TimelineStep): string {
  return `${name} ${atMost === true ? 'at most ' : ''}+${exactDuration(ms)}`;
}
