import type { SeenDrift } from '../../vocabulary/drift.ts';
import type { OptOut } from '../named.ts';
import { keyOf } from '../objects.ts';
import { appliedBy } from './live-edits.ts';
import { about, type Candidate, type DriftSubject, fluxObjects, type Rule, type Scene } from './rule.ts';

/**
 * Somebody told Flux by hand to leave an object, or a part of its work, alone. Where Git says so it is meant, and only what differs is
 * told.
 */
export const optOut: Rule = {
  signal: 'opt-out',
  find: (scene) => [
    ...scene.subjects.flatMap((subject) =>
      subject.units
        .flatMap(({ workloads }) => workloads)
        .flatMap((workload) => candidates([subject], keyOf(workload), workload.optOut, appliedBy(workload))),
    ),
    ...fluxObjects(scene).flatMap(({ object, subjects }) => {
      const out = object.kind === 'Kustomization' || object.kind === 'HelmRelease' ? object.optOut : null;
      return candidates(subjects, keyOf(object), out, { appliedBy: keyOf(object) });
    }),
  ],
  end: (scene, { object }) => (isThere(scene, object) ? 'corrected' : 'gone'),
};

function candidates(
  subjects: readonly DriftSubject[],
  object: string,
  out: OptOut | null,
  more: Pick<Candidate, 'appliedBy'>,
): Candidate[] {
  if (out === null || out.by === null) return [];
  const { field, value, by } = out;
  return [{ ...about(subjects), object, field, live: value, wanted: '', manager: by.manager, since: by.at, ...more }];
}

function isThere({ view }: Scene, object: string): boolean {
  const name = object.slice(object.indexOf('/') + 1);
  if (object.startsWith('Kustomization/')) return view.kustomization(name) !== undefined;
  if (object.startsWith('HelmRelease/')) return view.helmRelease(name) !== undefined;
  return view.workload(object) !== undefined;
}

/** Whether a drift is that Flux was told to leave an object alone, and not what came of it. */
export function isSwitch({ signal, field }: Pick<SeenDrift, 'signal' | 'field'>): boolean {
  return signal === 'opt-out' && field.startsWith('metadata.');
}
