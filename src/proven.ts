import type { Instant } from './time.ts';

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
  const same = named.filter(
    ({ digest }) => digest === undefined || artifact.digest === undefined || digest === artifact.digest,
  );
  const on = clusters.filter((cluster) => same.some((record) => Object.hasOwn(record.clusters, cluster)));
  if (on.length === clusters.length && clusters.length > 0) return { kind: 'everywhere' };
  if (on.length > 0) return { kind: 'partly', on, missing: clusters.filter((cluster) => !on.includes(cluster)) };
  return named.length > same.length ? { kind: 'other-digest' } : { kind: 'never' };
}
