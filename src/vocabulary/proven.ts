import { epochMsOf, type Instant } from '../doors/time.ts';

/** A version that ran healthily in one environment: since when on which cluster. Later failures do not take it back. */
export interface HealthyRecord {
  readonly version: string;
  readonly digest?: string | undefined;
  readonly clusters: Readonly<Record<string, Instant>>;
}

export type Proof =
  | { readonly kind: 'everywhere' }
  | { readonly kind: 'partly'; readonly on: readonly string[]; readonly missing: readonly string[] }
  | { readonly kind: 'other-digest' }
  | { readonly kind: 'never' };

/**
 * Whether exactly this version and digest was healthy on every one of the clusters. A record or an artifact without a
 * digest is compared by its version alone: artifacts are immutable.
 */
export function proofOf(
  artifact: { readonly version: string; readonly digest?: string | undefined },
  clusters: readonly string[],
  records: readonly HealthyRecord[],
): Proof {
  const named = records.filter((record) => record.version === artifact.version);
  const same = named.filter((record) => isSame(record, artifact));
  const on = clusters.filter((cluster) => same.some((record) => Object.hasOwn(record.clusters, cluster)));
  if (on.length === clusters.length && clusters.length > 0) return { kind: 'everywhere' };
  if (on.length > 0) return { kind: 'partly', on, missing: clusters.filter((cluster) => !on.includes(cluster)) };
  return named.length > same.length ? { kind: 'other-digest' } : { kind: 'never' };
}

/** How long a version has been healthy on a cluster since it was last in trouble there. */
export interface HealthyTime {
  readonly version: string;
  readonly digest?: string | undefined;
  readonly cluster: string;
  /** Before `since`. */
  readonly ms: number;
  /** Since when it counts now; absent while it is not healthy, or not seen. */
  readonly since?: Instant | undefined;
  /** Whether the cluster is to run it now. */
  readonly isRunning: boolean;
}

export interface Soaked {
  readonly cluster: string;
  readonly ms: number;
  readonly isCounting: boolean;
  readonly isRunning: boolean;
}

/** The healthy time of a version on a cluster, as of now; one that is kept without times counts from its first sighting. */
export function soakedOn(
  artifact: { readonly version: string; readonly digest?: string | undefined },
  cluster: string,
  records: readonly HealthyRecord[],
  times: readonly HealthyTime[],
  nowMs: number,
): Soaked {
  const since = (moment: Instant | undefined) => (moment === undefined ? 0 : Math.max(0, nowMs - epochMsOf(moment)));
  const own = times.filter((time) => time.cluster === cluster && isSame(time, artifact));
  const best = own
    .map((time) => ({
      cluster,
      ms: time.ms + since(time.since),
      isCounting: time.since !== undefined,
      isRunning: time.isRunning,
    }))
    .toSorted((a, b) => Number(b.isRunning) - Number(a.isRunning) || b.ms - a.ms)[0];
  if (best !== undefined) return best;
  const sighted = records
    .filter((record) => isSame(record, artifact))
    .flatMap((record) => record.clusters[cluster] ?? []);
  return { cluster, ms: Math.max(0, ...sighted.map(since)), isCounting: true, isRunning: true };
}

function isSame(
  known: { readonly version: string; readonly digest?: string | undefined },
  artifact: { readonly version: string; readonly digest?: string | undefined },
): boolean {
  const differs = known.digest !== undefined && artifact.digest !== undefined && known.digest !== artifact.digest;
  return known.version === artifact.version && !differs;
}
