import { z } from 'zod';
import { orElse } from './keep.ts';
import type { RunReport } from './objects.ts';

const reportSchema = z.object({
  metadata: z.object({
    namespace: orElse(z.string(), ''),
    name: z.string(),
    annotations: orElse(z.record(z.string(), z.string()), {}),
  }),
  involvedObject: z.object({ kind: z.literal('Kustomization'), namespace: orElse(z.string(), ''), name: z.string() }),
  message: z.string(),
  lastTimestamp: z.string().nullish().catch(null),
  firstTimestamp: z.string().nullish().catch(null),
  eventTime: z.string().nullish().catch(null),
});

const changeLimit = 50;

/**
 * Keeps the Events by which kustomize-controller lists what a run changed ("Deployment/shop/web configured", a line each). A
 * deployment and a correction look the same; which of them it is, the state of the Kustomization tells.
 */
export function keepReport(raw: unknown): RunReport | null {
  const parsed = reportSchema.safeParse(raw);
  if (!parsed.success) return null;
  const { metadata, involvedObject, message, lastTimestamp, firstTimestamp, eventTime } = parsed.data;
  const changes = message
    .slice(0, 8_000)
    .split('\n')
    .flatMap((line): RunReport['changes'][number][] => {
      const [, object, how] = /^([A-Za-z0-9]+\/\S{1,400}) (created|configured)$/.exec(line.trim()) ?? [];
      return object === undefined || how === undefined ? [] : [{ object, how: how === 'created' ? how : 'configured' }];
    });
  const at = lastTimestamp ?? eventTime ?? firstTimestamp;
  if (changes.length === 0 || typeof at !== 'string') return null;
  return {
    kind: 'Event',
    namespace: metadata.namespace,
    name: metadata.name,
    kustomization: `${involvedObject.namespace}/${involvedObject.name}`,
    revision: metadata.annotations['kustomize.toolkit.fluxcd.io/revision'] ?? null,
    at,
    changes: changes.slice(0, changeLimit),
  };
}
