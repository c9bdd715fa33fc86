import { z } from 'zod';
import {
  conditionsSchema,
  containersSchema,
  countSchema,
  keepConditions,
  type ManagedField,
  metadataSchema,
  orElse,
  ownerByLabel,
  ownersOf,
  part,
} from './keep.ts';
import { liveFields, optOutOf } from './keep-fields.ts';
import { deliveryOf } from './keep-progressive.ts';
import type { FieldOwner } from './named.ts';
import type { Controller, Workload, WorkloadKind } from './objects.ts';

const templateSchema = part({ spec: part({ containers: containersSchema, initContainers: containersSchema }) });

const workloadSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    replicas: z.number().optional().catch(undefined),
    paused: orElse(z.boolean(), false),
    suspend: orElse(z.boolean(), false),
    completions: z.number().optional().catch(undefined),
    progressDeadlineSeconds: orElse(z.number(), 600),
    updateStrategy: z
      .object({ type: orElse(z.string(), ''), rollingUpdate: z.object({ partition: countSchema }).optional() })
      .optional()
      .catch(undefined),
    template: templateSchema,
    jobTemplate: z
      .object({ spec: part({ template: templateSchema }) })
      .optional()
      .catch(undefined),
  }),
  status: part({
    observedGeneration: z.number().optional().catch(undefined),
    replicas: countSchema,
    updatedReplicas: countSchema,
    availableReplicas: countSchema,
    readyReplicas: countSchema,
    desiredNumberScheduled: countSchema,
    updatedNumberScheduled: countSchema,
    currentNumberScheduled: countSchema,
    numberAvailable: countSchema,
    succeeded: countSchema,
    conditions: conditionsSchema,
  }),
});
type Raw = z.infer<typeof workloadSchema>;
const specSchema = z.object({ spec: z.unknown() });

/** Keeps workloads that Flux applied, by itself or by a HelmRelease, and Flux's own; Jobs of a CronJob are not among them. */
export function keepWorkload(kind: WorkloadKind): (raw: unknown) => Workload | null {
  return (raw) => {
    const parsed = workloadSchema.safeParse(raw);
    if (!parsed.success) return null;
    const { metadata, spec, status } = parsed.data;
    const kustomization = ownerByLabel(metadata.labels, 'kustomize.toolkit.fluxcd.io');
    const helmRelease = ownerByLabel(metadata.labels, 'helm.toolkit.fluxcd.io');
    const owner = metadata.ownerReferences.find(({ controller }) => controller === true);
    const controller = controllerOf(metadata.labels);
    const isApplied = kustomization !== null || helmRelease !== null || controller !== null;
    // The copy that Flagger serves from is what its target proves itself by.
    if (owner?.kind !== 'Canary' && (!isApplied || owner !== undefined)) return null;
    const progressive = kind === 'Rollout' ? deliveryOf(raw, metadata.namespace) : null;
    const pod = (kind === 'CronJob' ? spec.jobTemplate?.spec.template : spec.template)?.spec;
    const images = [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name, image }) => ({
      container: name,
      image,
    }));
    return {
      kind,
      namespace: metadata.namespace,
      name: metadata.name,
      generation: metadata.generation,
      observed: progressive?.observed ?? status.observedGeneration ?? null,
      deleting: metadata.deletionTimestamp !== undefined,
      conditions: keepConditions(status.conditions),
      kustomization: owner === undefined ? kustomization : null,
      helmRelease: owner === undefined ? helmRelease : null,
      images,
      ...countsOf(kind, parsed.data),
      paused: spec.paused || ((kind === 'CronJob' || kind === 'Job') && spec.suspend),
      replaces: spec.updateStrategy?.type !== 'OnDelete',
      progressDeadlineMs: spec.progressDeadlineSeconds * 1000,
      ...(progressive === null ? {} : { delivery: progressive.delivery }),
      owners: fieldOwners(
        kind,
        metadata.managedFields,
        images.map(({ container }) => container),
      ),
      fields: liveFields(specSchema.parse(raw).spec, metadata.managedFields),
      optOut: optOutOf(metadata, metadata.managedFields),
      ...(controller === null ? {} : { controller }),
    };
  };
}

/** The labels of Flux's own manifests (flux2/manifests/install). */
function controllerOf(labels: Readonly<Record<string, string>>): Controller | null {
  const component = labels['app.kubernetes.io/component'];
  if (labels['app.kubernetes.io/part-of'] !== 'flux' || component === undefined) return null;
  return { component, version: labels['app.kubernetes.io/version'] ?? null };
}

function countsOf(
  kind: WorkloadKind,
  { spec, status }: Raw,
): Pick<Workload, 'wanted' | 'kept' | 'total' | 'updated' | 'available'> {
  switch (kind) {
    case 'DaemonSet':
      return {
        wanted: status.desiredNumberScheduled,
        kept: 0,
        total: status.currentNumberScheduled,
        updated: status.updatedNumberScheduled,
        available: status.numberAvailable,
      };
    case 'StatefulSet': {
      // Ordinals below the partition keep the old revision on purpose.
      const kept = Math.min(spec.replicas ?? 1, spec.updateStrategy?.rollingUpdate?.partition ?? 0);
      return {
        wanted: spec.replicas ?? 1,
        kept,
        total: status.replicas,
        updated: Math.min(status.replicas, status.updatedReplicas + kept),
        available: Math.max(status.availableReplicas, 0),
      };
    }
    case 'Job':
      return {
        wanted: spec.completions ?? 1,
        kept: 0,
        total: status.succeeded,
        updated: status.succeeded,
        available: status.succeeded,
      };
    case 'CronJob':
      return { wanted: 0, kept: 0, total: 0, updated: 0, available: 0 };
    case 'Rollout':
    case 'Deployment':
      return {
        wanted: spec.replicas ?? 1,
        kept: 0,
        total: status.replicas,
        updated: status.updatedReplicas,
        available: status.availableReplicas,
      };
  }
}

function fieldOwners(
  kind: WorkloadKind,
  fields: readonly ManagedField[],
  containers: readonly string[],
): Record<string, FieldOwner[]> {
  const template = kind === 'CronJob' ? ['f:spec', 'f:jobTemplate', 'f:spec', 'f:template'] : ['f:spec', 'f:template'];
  const owners: Record<string, FieldOwner[]> = { replicas: ownersOf(fields, ['f:spec', 'f:replicas']) };
  for (const name of containers) {
    const entry = `k:${JSON.stringify({ name })}`;
    const path = (list: string) => [...template, 'f:spec', list, entry, 'f:image'];
    owners[`image:${name}`] = [
      ...ownersOf(fields, path('f:containers')),
      ...ownersOf(fields, path('f:initContainers')),
    ];
  }
  return owners;
}
