import { type Companion, generatorSwitch } from '../companion.ts';
import { isFluxManager } from '../flux/managers.ts';
import type { Suspendable } from '../named.ts';
import { keyOf } from '../objects.ts';
import { about, type Candidate, type DriftSubject, fluxObjects, type Rule, type Scene } from './rule.ts';

/** What somebody paused by hand, and may forget; a pause that Git asks for is applied by Flux and is no drift. */
export const suspended: Rule = {
  signal: 'suspended',
  find: (scene) => [
    ...fluxObjects(scene).flatMap(({ object, subjects }) => candidates(object, 'spec.suspend', subjects)),
    ...companionsOf(scene).flatMap(({ object, subjects }) => candidates(object, switchOf(object), subjects)),
  ],
};

function candidates(
  object: Suspendable & Parameters<typeof keyOf>[0],
  field: string,
  subjects: readonly DriftSubject[],
): Candidate[] {
  const by = object.suspendedBy;
  if (!object.suspended || (by !== null && isFluxManager(by.manager))) return [];
  return [
    {
      ...about(subjects),
      object: keyOf(object),
      field,
      live: 'true',
      wanted: 'false',
      manager: by?.manager ?? '',
      since: by?.at ?? null,
      appliedBy: keyOf(object),
    },
  ];
}

function switchOf({ kind }: Companion): string {
  return kind === 'ArtifactGenerator' ? `metadata.annotations[${generatorSwitch}]` : 'spec.suspend';
}

/** Receivers, Alerts and their like that are for an object which brings a service. */
function companionsOf(scene: Scene): { readonly object: Companion; readonly subjects: readonly DriftSubject[] }[] {
  const paused = [...scene.view.companions()].filter((object) => object.suspended);
  if (paused.length === 0) return [];
  const brought = fluxObjects(scene);
  return paused.flatMap((object) => {
    const found = brought.filter((each) => object.refs.some((ref) => isFor(ref, keyOf(each.object))));
    const subjects = [...new Set(found.flatMap((each) => each.subjects))];
    return subjects.length === 0 ? [] : [{ object, subjects }];
  });
}

function isFor(ref: string, key: string): boolean {
  return ref === key || (ref.endsWith('/*') && key.startsWith(ref.slice(0, -1)));
}
