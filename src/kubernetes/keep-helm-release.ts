import { z } from 'zod';
import { imageScalars } from './image-scalars.ts';
import {
  conditionsSchema,
  countSchema,
  durationSchema,
  listOf,
  metadataSchema,
  orElse,
  ownerByLabel,
  part,
} from './keep.ts';
import { helmOptOut, reportedAt } from './keep-by-hand.ts';
import { namedOf, suspension } from './keep-flux.ts';
import type { HelmRelease } from './objects.ts';

const text = z.string().nullish().catch(null);

const remediation = z
  .object({ remediation: z.object({ retries: countSchema }).optional() })
  .optional()
  .catch(undefined);

const helmReleaseSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    interval: durationSchema(600_000),
    timeout: durationSchema(300_000),
    suspend: orElse(z.boolean(), false),
    install: remediation,
    upgrade: remediation,
    values: z.unknown().optional(),
    driftDetection: z.object({ mode: text }).optional().catch(undefined),
    chart: z
      .object({ spec: z.object({ version: text }) })
      .optional()
      .catch(undefined),
  }),
  status: part({
    observedGeneration: z.number().optional().catch(undefined),
    conditions: conditionsSchema,
    history: listOf(z.object({ status: text })),
  }),
});

export function keepHelmRelease(raw: unknown): HelmRelease | null {
  const parsed = helmReleaseSchema.safeParse(raw);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const retries = Math.max(spec.install?.remediation?.retries ?? 0, spec.upgrade?.remediation?.retries ?? 0);
  return {
    kind: 'HelmRelease',
    ...namedOf(metadata, status),
    ...suspension(metadata, spec.suspend),
    kustomization: ownerByLabel(metadata.labels, 'kustomize.toolkit.fluxcd.io'),
    intervalMs: spec.interval,
    timeoutMs: spec.timeout,
    retries: Math.max(0, retries),
    newest: status.history[0]?.status ?? null,
    optOut: helmOptOut(metadata, spec.driftDetection?.mode),
    reportedAt: reportedAt(metadata),
    detectsDrift: spec.driftDetection?.mode === 'enabled' || spec.driftDetection?.mode === 'warn',
    values: [...imageScalars(spec.values), ...(spec.chart?.spec.version ? [spec.chart.spec.version] : [])].slice(
      0,
      200,
    ),
  };
}
