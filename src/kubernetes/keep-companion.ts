import { z } from 'zod';
import { type Companion, type CompanionKind, generatorSwitch } from './companion.ts';
import { listOf, metadataSchema, orElse, ownersOf, part } from './keep.ts';

const refSchema = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional().catch(undefined) });

const companionSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    suspend: orElse(z.boolean(), false),
    resources: listOf(refSchema),
    eventSources: listOf(refSchema),
    sources: listOf(refSchema),
    sourceRef: refSchema.optional().catch(undefined),
  }),
});

const refLimit = 50;

export function keepCompanion(kind: CompanionKind): (raw: unknown) => Companion | null {
  return (raw) => {
    const parsed = companionSchema.safeParse(raw);
    if (!parsed.success) return null;
    const { metadata, spec } = parsed.data;
    const isOff = metadata.annotations[generatorSwitch]?.toLowerCase() === 'disabled';
    const suspended = kind === 'ArtifactGenerator' ? isOff : spec.suspend;
    const path =
      kind === 'ArtifactGenerator' ? ['f:metadata', 'f:annotations', `f:${generatorSwitch}`] : ['f:spec', 'f:suspend'];
    const refs = [
      ...spec.resources,
      ...spec.eventSources,
      ...spec.sources,
      ...(spec.sourceRef === undefined ? [] : [spec.sourceRef]),
    ];
    return {
      kind,
      namespace: metadata.namespace,
      name: metadata.name,
      suspended,
      suspendedBy: (suspended ? ownersOf(metadata.managedFields, path).at(-1) : undefined) ?? null,
      refs: refs.slice(0, refLimit).map((ref) => `${ref.kind}/${ref.namespace ?? metadata.namespace}/${ref.name}`),
    };
  };
}
