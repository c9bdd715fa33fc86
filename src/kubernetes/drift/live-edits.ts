import { imageParts, isImageOf, isVersion } from '../../image.ts';
import { isAutoscaler, isFluxManager } from '../flux/managers.ts';
import type { FieldOwner, Workload } from '../objects.ts';

/** One field of a workload that Git may set, with its live value and who owns it. */
export interface LiveField {
  /** `spec.replicas`, `spec.template.spec.containers[web].image`. */
  readonly field: string;
  readonly live: string;
  readonly owners: readonly FieldOwner[];
}

/** The fields of a workload that are watched for edits. */
export function liveFields(workload: Workload): LiveField[] {
  const template = workload.kind === 'CronJob' ? 'spec.jobTemplate.spec.template.spec' : 'spec.template.spec';
  const images = workload.images.map(({ container, image }) => ({
    field: `${template}.containers[${container}].image`,
    live: image,
    owners: workload.owners[`image:${container}`] ?? [],
  }));
  if (workload.kind !== 'Deployment' && workload.kind !== 'StatefulSet') return images;
  return [
    ...images,
    { field: 'spec.replicas', live: String(workload.wanted), owners: workload.owners['replicas'] ?? [] },
  ];
}

/**
 * Who edited a field, or null where nobody did. The API server moves a field out of Flux's entry of managedFields at the
 * edit, and back when it is corrected; what no entry owns is a default.
 */
export function editorOf({ field, owners }: LiveField): FieldOwner | null {
  if (owners.length === 0 || owners.some(({ manager }) => isFluxManager(manager))) return null;
  const editor = owners.at(-1) ?? null;
  return editor !== null && field === 'spec.replicas' && isAutoscaler(editor.manager) ? null : editor;
}

/** What a field should be: the version that Git holds, in the words of the last applied value; null where that is not known. */
export function wantedValue(
  { field, live }: LiveField,
  expected: { readonly image: string; readonly version: string; readonly digest?: string | undefined },
  lastApplied: string | undefined,
): string | null {
  if (field === 'spec.replicas' || !isImageOf(lastApplied ?? live, expected.image)) return lastApplied ?? null;
  if (lastApplied !== undefined && isVersion(lastApplied, expected)) return lastApplied;
  const written = (lastApplied ?? live).split('@')[0] ?? '';
  const { tag } = imageParts(written);
  const repository = tag === null ? written : written.slice(0, -tag.length - 1);
  return `${repository}:${expected.version}`;
}
