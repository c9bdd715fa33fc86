import type { Person } from '../vocabulary/person.ts';
import { type HealthyRecord, proofOf } from '../vocabulary/proven.ts';
import { type Release, titleOf } from '../vocabulary/release.ts';
import type { Verdict } from '../vocabulary/verdict.ts';

/** Whether the step before lets the next one go. */
export type Gate =
  | { readonly kind: 'go' }
  /** `soon`: nothing that changes in the chain may say when. */
  | { readonly kind: 'wait'; readonly soon?: boolean }
  /** It never will: why, and who took it back where somebody did. */
  | { readonly kind: 'end'; readonly because: string; readonly next?: string | undefined; readonly by?: Person };

/** What is known of the environment of the step before. */
export interface GateFacts {
  /** Empty while nobody can tell. */
  readonly clusters: readonly string[];
  readonly healthy: readonly HealthyRecord[];
  /** What was written there last, by whomever. */
  readonly last: Release | null;
}

/** The step before must be healthy on every cluster, with exactly the version that this chain is of. */
export function gateAfter(before: Release, facts: GateFacts): Gate {
  const { environment } = before.request;
  const end = (words: string): Gate => ({ kind: 'end', because: `${titleOf(before)} ${words}` });
  switch (before.state.kind) {
    case 'requested':
    case 'held':
    case 'queued':
    case 'writing':
      return { kind: 'wait' };
    case 'written':
      return arrived(before, facts);
    case 'unchanged':
      return ranAlready(before, facts);
    case 'cancelled':
      return { kind: 'end', because: `${titleOf(before)} was cancelled in ${environment}`, by: before.state.by };
    case 'rejected': {
      const why = before.state.because === undefined ? '' : `: ${before.state.because}`;
      return end(`was rejected in ${environment} by ${before.state.by.name}${why}`);
    }
    case 'expired':
      return end(`was not let go in ${environment} in time`);
    case 'superseded':
      return end(`was superseded in ${environment} by another request`);
    case 'denied': {
      // What ended that one ends this one too: the first cause is the one that helps.
      const root = before.decision?.reasons.find(({ code }) => code === 'step-ended');
      if (root === undefined) return end(`was not released to ${environment}`);
      return { kind: 'end', because: root.text, next: root.next };
    }
  }
}

function arrived(before: Release, facts: GateFacts): Gate {
  const broken = brokenBy(before);
  if (broken !== null) return { kind: 'end', because: broken };
  const verdicts = facts.clusters.map((cluster) => before.arrival?.clusters[cluster]);
  const isHealthy = verdicts.length > 0 && verdicts.every((verdict) => verdict?.kind === 'healthy');
  if (isHealthy && isProven(before, facts)) return { kind: 'go' };
  // What proves a version is kept a moment after its verdict.
  return { kind: 'wait', soon: isHealthy || verdicts.length === 0 };
}

/** It was in Git before the chain was asked for, so its verdict is that of whoever wrote it. */
function ranAlready(before: Release, facts: GateFacts): Gate {
  const { last } = facts;
  if (last?.plan?.artifact.version === before.plan?.artifact.version && last !== null && last.id !== before.id) {
    const broken = brokenBy(last);
    if (broken !== null) return { kind: 'end', because: broken };
    if (last.arrival !== undefined) return { ...arrived(last, facts), ...{ soon: true } };
  }
  return isProven(before, facts) ? { kind: 'go' } : { kind: 'wait', soon: true };
}

function isProven({ plan }: Release, { clusters, healthy }: GateFacts): boolean {
  return plan !== undefined && proofOf(plan.artifact, clusters, healthy).kind === 'everywhere';
}

/** Why a written release has failed, as it stands now; null where it has not. */
export function failureOf(release: Release): string | null {
  const failed = verdictOf(release, 'failed');
  return failed === undefined
    ? null
    : `${titleOf(release)} failed in ${release.request.environment}: ${failed.because}`;
}

/** Why a written release is no good to go on from; null where it may still be, or is. */
function brokenBy(release: Release): string | null {
  const failure = failureOf(release);
  if (failure !== null) return failure;
  const title = titleOf(release);
  const { environment } = release.request;
  const left = verdictOf(release, 'superseded');
  const since = release.failed === undefined ? '' : ` after it failed (${release.failed.reason})`;
  if (left !== undefined) return `${title} was superseded by ${left.by} in ${environment}${since}`;
  const gone = verdictOf(release, 'gone');
  return gone === undefined ? null : `${title} is gone from ${environment}: ${gone.because}`;
}

function verdictOf<K extends Verdict['kind']>(
  { arrival }: Release,
  kind: K,
): Extract<Verdict, { kind: K }> | undefined {
  return Object.values(arrival?.clusters ?? {}).find(
    (verdict): verdict is Extract<Verdict, { kind: K }> => verdict.kind === kind,
  );
}
