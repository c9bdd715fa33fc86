import { z } from 'zod';
import { parseDurationMs } from '../doors/time.ts';
import { interned, list, nameIn, whole } from './interned.ts';
import {
  conditionsSchema,
  durationSchema,
  keepConditions,
  listOf,
  metadataSchema,
  orElse,
  ownerByLabel,
  ownersOf,
  part,
} from './keep.ts';
import { kustomizationOptOut } from './keep-by-hand.ts';
import { inventoryOf } from './keep-inventory.ts';
import type { Kustomization, Source } from './objects.ts';

const text = z.string().nullish().catch(null);
/** Revisions and times, that many objects share. */
const shared = z.string().transform(interned).nullish().catch(null);
const suspend = orElse(z.boolean(), false);
const observed = z.number().optional().catch(undefined);

const sourceSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    interval: durationSchema(60_000),
    suspend,
    ref: z
      .object({ branch: text, tag: text, semver: text, commit: text, name: text, digest: text })
      .optional()
      .catch(undefined),
  }),
  status: part({
    observedGeneration: observed,
    conditions: conditionsSchema,
    artifact: z
      .object({ revision: text, metadata: orElse(z.record(z.string(), z.string()), {}) })
      .optional()
      .catch(undefined),
  }),
});

/** Where an OCI artifact or an ExternalArtifact names the Git revision that it was made from. */
const originKey = 'org.opencontainers.image.revision';

export function keepSource(kind: Source['kind']): (raw: unknown) => Source | null {
  return (raw) => {
    const parsed = sourceSchema.safeParse(raw);
    if (!parsed.success) return null;
    const { metadata, spec, status } = parsed.data;
    const revision = status.artifact?.revision ?? null;
    return {
      kind,
      ...namedOf(metadata, status),
      ...suspension(metadata, spec.suspend),
      follows: kind === 'GitRepository' ? followedBy(spec.ref) : null,
      // A pushed artifact has no interval of its own.
      intervalMs: kind === 'ExternalArtifact' ? 60_000 : spec.interval,
      revision,
      origin: kind === 'GitRepository' ? revision : (status.artifact?.metadata[originKey] ?? null),
    };
  };
}

type Ref = z.infer<typeof sourceSchema>['spec']['ref'];

/** Which of the references counts: source-controller prefers commit, name, semver, tag, branch, in this order. */
function followedBy(ref: Ref): Source['follows'] {
  if (ref?.commit) return { kind: 'commit', name: ref.commit };
  if (ref?.name) return { kind: 'other', name: ref.name };
  if (ref?.semver) return { kind: 'tag', name: ref.semver };
  if (ref?.tag) return { kind: 'tag', name: ref.tag };
  return { kind: 'branch', name: ref?.branch ?? 'master' };
}

const reference = z.object({ kind: orElse(z.string(), ''), name: z.string(), namespace: text });

const snapshotSchema = z.object({
  digest: z.string(),
  firstReconciled: shared,
  lastReconciled: z.string().transform(interned),
  lastReconciledStatus: orElse(z.string(), ''),
});

const ignoredSchema = z.object({
  paths: listOf(z.string().max(300)),
  target: part({ kind: text, name: text }),
});

const kustomizationSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    path: orElse(z.string(), ''),
    interval: durationSchema(600_000),
    timeout: z.string().optional().catch(undefined),
    suspend,
    wait: orElse(z.boolean(), false),
    healthChecks: orElse(z.array(z.unknown()), []),
    sourceRef: reference,
    dependsOn: listOf(reference),
    prune: orElse(z.boolean(), true),
    ignore: listOf(ignoredSchema),
    kubeConfig: z.unknown().optional(),
  }),
  status: part({
    observedGeneration: observed,
    conditions: conditionsSchema,
    lastAttemptedRevision: shared,
    lastAppliedRevision: shared,
    lastAppliedOriginRevision: shared,
    inventory: part({ entries: listOf(z.object({ id: z.string(), v: orElse(z.string(), '') })) }),
    history: listOf(snapshotSchema),
  }),
});

export function keepKustomization(raw: unknown): Kustomization | null {
  const parsed = kustomizationSchema.safeParse(raw);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const { namespace } = metadata;
  return {
    kind: 'Kustomization',
    ...namedOf(metadata, status),
    ...suspension(metadata, spec.suspend),
    path: folderOf(spec.path),
    source: interned(`${spec.sourceRef.kind}/${spec.sourceRef.namespace ?? namespace}/${spec.sourceRef.name}`),
    parent: ownerByLabel(metadata.labels, 'kustomize.toolkit.fluxcd.io'),
    dependsOn: list(spec.dependsOn.map((each) => nameIn(each.namespace ?? namespace, each.name))),
    waits: spec.wait || spec.healthChecks.length > 0,
    remote: spec.kubeConfig !== undefined,
    timeoutMs: timeoutOf(spec.timeout, spec.interval),
    attempted: status.lastAttemptedRevision ?? null,
    applied: status.lastAppliedRevision ?? null,
    appliedOrigin: status.lastAppliedOriginRevision ?? null,
    ...inventoryOf(status.inventory.entries),
    prunes: spec.prune,
    ignores: list(
      spec.ignore.slice(0, 20).map(({ paths, target }) => ({
        paths: paths.slice(0, 20),
        kind: target.kind ?? null,
        name: target.name ?? null,
      })),
    ),
    optOut: kustomizationOptOut(
      metadata,
      spec.prune,
      spec.ignore.flatMap(({ paths }) => paths),
    ),
    intervalMs: spec.interval,
    lastRun: lastRunOf(status.history),
  };
}

type Snapshot = z.infer<typeof snapshotSchema>;

function lastRunOf(history: readonly Snapshot[]): Kustomization['lastRun'] {
  const [last, ...others] = history.toSorted((a, b) => b.lastReconciled.localeCompare(a.lastReconciled));
  if (last === undefined) return null;
  // A rollback takes up an older entry: its first run is of another time.
  const first = last.firstReconciled ?? last.lastReconciled;
  const again = others.some(({ lastReconciled }) => lastReconciled >= first);
  return {
    digest: last.digest,
    at: last.lastReconciled,
    firstAt: again ? last.lastReconciled : first,
    succeeded: last.lastReconciledStatus === 'ReconciliationSucceeded',
  };
}

function folderOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return whole(parts.join('/'));
}

/** As kustomize-controller's GetTimeout: by default 30 s less than the interval, and never less than 30 s. */
function timeoutOf(timeout: string | undefined, intervalMs: number): number {
  return Math.max(30_000, timeout === undefined ? intervalMs - 30_000 : (parseDurationMs(timeout) ?? intervalMs));
}

type Metadata = z.infer<typeof metadataSchema>;

export function namedOf(
  metadata: Metadata,
  status: { observedGeneration?: number | undefined; conditions: z.infer<typeof conditionsSchema> },
) {
  return {
    namespace: interned(metadata.namespace),
    name: metadata.name,
    generation: metadata.generation,
    observed: status.observedGeneration ?? null,
    deleting: metadata.deletionTimestamp !== undefined,
    conditions: keepConditions(status.conditions),
  };
}

export function suspension(metadata: Metadata, suspended: boolean) {
  const owner = suspended ? ownersOf(metadata.managedFields, ['f:spec', 'f:suspend']).at(-1) : undefined;
  return { suspended, suspendedBy: owner ?? null };
}
