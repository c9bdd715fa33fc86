import { oneLine } from '../arrival/finding.ts';
import { conditionOf, fluxStateOf } from '../flux/state.ts';
import { type FluxObject, keyOf } from '../objects.ts';
import { about, type Candidate, fluxObjects, type Rule } from './rule.ts';

/** Longer than one retry that helps. */
const settleMs = 60_000;

/** Flux fails at an object and tries again: what is in Git does not get into the cluster. */
export const stuck: Rule = {
  signal: 'stuck',
  find: (scene) =>
    fluxObjects(scene).flatMap(({ object, subjects }): Candidate[] => {
      if (!isFailing(object)) return [];
      // The release whose commit fails says so itself; a neighbour of it needs no second message.
      if (subjects.some(({ told }) => told)) return [];
      const stalled = conditionOf(object, 'Stalled');
      const trouble = stalled?.status === 'True' ? stalled : conditionOf(object, 'Ready');
      const reason = trouble?.reason ?? 'Failed';
      return [
        {
          ...about(subjects),
          object: keyOf(object),
          field: 'status.conditions[Ready]',
          live: reason,
          wanted: 'True',
          manager: '',
          appliedBy: keyOf(object),
          note: oneLine(trouble?.message ?? ''),
          settleMs,
        },
      ];
    }),
  // Every retry goes through "progressing".
  lasts: (scene, drift) =>
    fluxObjects(scene).some(
      ({ object, subjects }) =>
        keyOf(object) === drift.object && fluxStateOf(object) === 'progressing' && !subjects.some(({ told }) => told),
    ),
  end: (scene, drift) =>
    fluxObjects(scene).some(({ object }) => keyOf(object) === drift.object) ? 'corrected' : 'gone',
};

export function isFailing(object: FluxObject): boolean {
  const state = fluxStateOf(object);
  return state === 'failing' || state === 'stalled';
}
