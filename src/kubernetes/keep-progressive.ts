import { z } from 'zod';
import { conditionsSchema, countSchema, detached, keepConditions, metadataSchema, orElse, part } from './keep.ts';
import type { Canary, Delivery } from './objects.ts';

const text = orElse(z.string(), '');

const canarySchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ targetRef: z.object({ kind: orElse(z.string(), 'Deployment'), name: z.string() }) }),
  status: part({
    phase: text,
    canaryWeight: z.number().optional().catch(undefined),
    lastTransitionTime: z.string().optional().catch(undefined),
    conditions: conditionsSchema,
  }),
});

/** A Canary of Flagger: it lets a new version of its target in, and copies it to `<target>-primary` when that went well. */
export function keepCanary(raw: unknown): Canary | null {
  const parsed = canarySchema.safeParse(raw);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const promoted = status.conditions.find(({ type }) => type === 'Promoted');
  return {
    kind: 'Canary',
    namespace: metadata.namespace,
    name: metadata.name,
    generation: metadata.generation,
    observed: null,
    deleting: metadata.deletionTimestamp !== undefined,
    conditions: keepConditions(status.conditions),
    target: `${spec.targetRef.kind}/${metadata.namespace}/${spec.targetRef.name}`,
    primary: `${spec.targetRef.kind}/${metadata.namespace}/${spec.targetRef.name}-primary`,
    phase: status.phase,
    weight: status.canaryWeight ?? null,
    message: detached(promoted?.message ?? ''),
    changedAt: status.lastTransitionTime ?? null,
  };
}

const rolloutSchema = z.object({
  spec: part({
    workloadRef: z
      .object({ kind: orElse(z.string(), 'Deployment'), name: z.string() })
      .optional()
      .catch(undefined),
    strategy: part({ canary: part({ steps: orElse(z.array(z.unknown()), []) }) }),
  }),
  status: part({
    // A number in quotes, unlike everywhere else.
    observedGeneration: z.coerce.number().optional().catch(undefined),
    phase: text,
    message: text,
    abort: orElse(z.boolean(), false),
    currentStepIndex: countSchema,
    canary: part({ weights: part({ canary: part({ weight: z.number().optional().catch(undefined) }) }) }),
  }),
});

/** What a Rollout of Argo says beyond what every workload says. */
export function deliveryOf(
  raw: unknown,
  namespace: string,
): { readonly observed: number | null; readonly delivery: Delivery } | null {
  const parsed = rolloutSchema.safeParse(raw);
  if (!parsed.success) return null;
  const { spec, status } = parsed.data;
  const { workloadRef } = spec;
  return {
    observed: status.observedGeneration ?? null,
    delivery: {
      phase: status.phase,
      message: detached(status.message),
      aborted: status.abort,
      weight: status.canary.weights.canary.weight ?? null,
      step: status.currentStepIndex,
      steps: spec.strategy.canary.steps.length,
      template: workloadRef === undefined ? null : `${workloadRef.kind}/${namespace}/${workloadRef.name}`,
    },
  };
}
