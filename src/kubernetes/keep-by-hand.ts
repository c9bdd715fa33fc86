import type { z } from 'zod';
import { isFluxManager } from './flux/managers.ts';
import { type metadataSchema, ownerByLabel, ownersOf } from './keep.ts';
import type { OptOut } from './named.ts';

type Metadata = z.infer<typeof metadataSchema>;

/** Where somebody told a Kustomization by hand, past Git, to leave something alone. */
export function kustomizationOptOut(metadata: Metadata, prunes: boolean, ignored: readonly string[]): OptOut | null {
  const kept = prunes ? null : byHand(metadata, ['prune'], 'false');
  if (kept !== null || ignored.length === 0) return kept;
  return byHand(metadata, ['ignore'], ignored.join(', ').slice(0, 200));
}

/** The same of a HelmRelease that was told not to look for drift. */
export function helmOptOut(metadata: Metadata, mode: string | null | undefined): OptOut | null {
  return mode === 'disabled' ? byHand(metadata, ['driftDetection', 'mode'], mode) : null;
}

/** Null where Flux owns the field, as then Git sets it, and where Flux does not apply the object at all. */
function byHand(metadata: Metadata, path: readonly string[], value: string): OptOut | null {
  if (ownerByLabel(metadata.labels, 'kustomize.toolkit.fluxcd.io') === null) return null;
  const owners = ownersOf(metadata.managedFields, ['f:spec', ...path.map((name) => `f:${name}`)]);
  const by = owners.at(-1);
  if (by === undefined || owners.some(({ manager }) => isFluxManager(manager))) return null;
  return { field: ['spec', ...path].join('.'), value, by };
}

/** When a controller of Flux wrote to the status of an object last. */
export function reportedAt({ managedFields }: Metadata): string | null {
  const times = managedFields
    .filter(({ manager, subresource }) => subresource === 'status' && isFluxManager(manager))
    .flatMap(({ time }) => time ?? []);
  return times.toSorted().at(-1) ?? null;
}
