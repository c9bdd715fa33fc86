import type { Kustomization, LiveField, Workload } from '../objects.ts';

/** The JSON pointer by which `spec.ignore` of a Kustomization tells Flux to leave this field alone; null where none does. */
export function ignoredBy(
  kustomization: Kustomization | undefined,
  workload: Workload,
  { path }: Pick<LiveField, 'path'>,
): string | null {
  const field = stepsOf(path);
  for (const { paths, kind, name } of kustomization?.ignores ?? []) {
    if ((kind !== null && kind !== workload.kind) || (name !== null && !isNamed(workload.name, name))) continue;
    const pointer = paths.find((each) => holds(pointerSteps(each), field));
    if (pointer !== undefined) return pointer;
  }
  return null;
}

/** `spec.template.spec.containers[web].image`: a step each, those in brackets too. */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, item, name]) => item ?? name ?? '');
}

/** RFC 6901. */
function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A pointer counts the items of a list that managedFields name. */
function holds(pointer: readonly string[], field: readonly string[]): boolean {
  return (
    pointer.length > 0 &&
    pointer.length <= field.length &&
    pointer.every((step, index) => step === field[index] || /^(\d+|-)$/.test(step))
  );
}

/** Targets name objects by a pattern; only plain names and a `*` or `.*` at the end are read. */
function isNamed(name: string, pattern: string): boolean {
  const prefix = /^([a-z0-9.-]*?)\.?\*$/.exec(pattern)?.[1];
  return prefix === undefined ? name === pattern : name.startsWith(prefix);
}
