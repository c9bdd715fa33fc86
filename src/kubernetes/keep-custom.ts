import { z } from 'zod';
import type { Custom, CustomKind } from './custom-objects.ts';
import { imageScalars } from './image-scalars.ts';
import { conditionsSchema, keepConditions, metadataSchema, part } from './keep.ts';

const customSchema = z.object({
  metadata: metadataSchema,
  spec: z.unknown().optional(),
  status: part({ observedGeneration: z.number().optional().catch(undefined), conditions: conditionsSchema }),
});

const imageLimit = 50;

/** Keeps an object of a kind that only its operator knows. */
export function keepCustom({ group, kind }: CustomKind): (raw: unknown) => Custom | null {
  const of = { group, kind };
  return (raw) => {
    const parsed = customSchema.safeParse(raw);
    if (!parsed.success) return null;
    const { metadata, spec, status } = parsed.data;
    return {
      kind: 'Custom',
      of,
      namespace: metadata.namespace,
      name: metadata.name,
      generation: metadata.generation,
      observed: status.observedGeneration ?? null,
      deleting: metadata.deletionTimestamp !== undefined,
      conditions: keepConditions(status.conditions),
      images: imageScalars(spec).slice(0, imageLimit),
    };
  };
}
