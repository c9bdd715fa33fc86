import type { Release, ReleaseId } from '../vocabulary/release.ts';
import { hasLeft, type Steps, stepNames, type Verdict } from '../vocabulary/verdict.ts';
import type { PodLog } from './pod-log.ts';

interface ArrivalEntry {
  readonly event: string;
  readonly text?: string;
  readonly quote?: string;
}

export interface RecordArrivalPorts {
  readonly release: (id: ReleaseId) => Promise<Release | null>;
  readonly transition: (
    before: Release,
    change: Partial<Pick<Release, 'arrival' | 'failed'>>,
    entry: ArrivalEntry,
  ) => Promise<{ readonly kind: 'done' | 'moved'; readonly record: Release }>;
}

/**
 * Puts the verdicts of some clusters, and steps that are new, on the record of a written release; whoever was first is read again.
 * A cluster that a release has left is not asked about it any more, so what it still says was seen before.
 */
export async function recordArrival(
  ports: RecordArrivalPorts,
  id: ReleaseId,
  verdicts: Readonly<Record<string, Verdict>>,
  steps: Readonly<Record<string, Steps>> = {},
  earlier: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<void> {
  let before = await ports.release(id);
  while (before !== null && before.state.kind === 'written') {
    const known = before.arrival?.clusters ?? {};
    const changed = Object.entries(verdicts).filter(([cluster, verdict]) => isNews(verdict, known[cluster]));
    const knownSteps = before.arrival?.steps ?? {};
    const gained = Object.entries(steps).filter(([cluster, seen]) => isFurther(seen, knownSteps[cluster]));
    const knownEarlier = before.arrival?.earlier ?? {};
    const failures = Object.entries(earlier).filter(([cluster, seen]) => differs(seen, knownEarlier[cluster]));
    if (changed.length === 0 && gained.length === 0 && failures.length === 0) return;
    const clusters = { ...known, ...Object.fromEntries(changed) };
    // What was seen first stays.
    const further = gained.map(([cluster, seen]) => [cluster, { ...seen, ...knownSteps[cluster] }] as const);
    const all = { ...knownSteps, ...Object.fromEntries(further) };
    const allEarlier = { ...knownEarlier, ...Object.fromEntries(failures) };
    const arrival = {
      clusters,
      ...(Object.keys(all).length === 0 ? {} : { steps: all }),
      ...(Object.keys(allEarlier).length === 0 ? {} : { earlier: allEarlier }),
    };
    const lines = changed.flatMap(([cluster, verdict]) => threadLine(cluster, verdict, known[cluster]) ?? []);
    const entry = { event: 'release.arrival', ...(lines.length === 0 ? {} : { text: lines.join('\n') }) };
    const failed = before.failed ?? firstFailure(changed);
    const change = { arrival, ...(failed === undefined ? {} : { failed }) };
    const outcome = await ports.transition(before, change, entry);
    if (outcome.kind === 'done') return;
    before = outcome.record;
  }
}

function isNews(verdict: Verdict, known: Verdict | undefined): boolean {
  if (known !== undefined && hasLeft(known) && !hasLeft(verdict)) return false;
  return JSON.stringify(known) !== JSON.stringify(verdict);
}

function differs(seen: Readonly<Record<string, string>>, known: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(seen).some(([key, failure]) => known[key] !== failure);
}

function isFurther(seen: Steps, known: Steps = {}): boolean {
  return stepNames.some((name) => seen[name] !== undefined && known[name] === undefined);
}

function firstFailure(verdicts: readonly (readonly [string, Verdict])[]): Release['failed'] {
  for (const [cluster, verdict] of verdicts)
    if (verdict.kind === 'failed') return { at: verdict.since, cluster, reason: verdict.reason };
  return undefined;
}

/** Puts what a container wrote last into the thread of a written release. */
export async function recordPodLog(
  ports: RecordArrivalPorts,
  id: ReleaseId,
  cluster: string,
  { pod, container, lines }: PodLog,
): Promise<void> {
  const text = `${cluster}: the last lines of ${container === null ? '' : `${container} in `}pod ${pod}`;
  let before = await ports.release(id);
  while (before !== null && before.state.kind === 'written') {
    const outcome = await ports.transition(before, {}, { event: 'release.pod-log', text, quote: lines.join('\n') });
    if (outcome.kind === 'done') return;
    before = outcome.record;
  }
}

/** One line when the kind of a verdict changes; steps of waiting are shown in the message itself. */
function threadLine(cluster: string, verdict: Verdict, before: Verdict | undefined): string | null {
  if (verdict.kind === before?.kind) return null;
  switch (verdict.kind) {
    case 'waiting':
      return before === undefined ? null : `${cluster}: waits again: ${verdict.because}`;
    case 'healthy':
      return `${cluster}: healthy${verdict.pods === undefined ? '' : `, ${verdict.pods.ready}/${verdict.pods.wanted} pods`}`;
    case 'failed':
    case 'unverified':
      return `${cluster}: ${verdict.kind === 'failed' ? 'failed' : 'not proven'}: ${verdict.because}`;
    case 'superseded':
      return `${cluster}: superseded by ${verdict.by}`;
    case 'gone':
      return `${cluster}: ${verdict.because}`;
  }
}
