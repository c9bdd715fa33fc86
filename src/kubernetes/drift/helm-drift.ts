import { listed, oneLine } from '../arrival/finding.ts';
import { conditionOf } from '../flux/state.ts';
import { type HelmRelease, keyOf } from '../objects.ts';
import { about, fluxObjects, type Rule } from './rule.ts';

/** A HelmRelease with drift detection says so itself; the condition stays when detection is switched off, and means nothing then. */
export const helmDrift: Rule = {
  signal: 'helm',
  find: (scene) =>
    fluxObjects(scene).flatMap(({ object, subjects }) => {
      if (object.kind !== 'HelmRelease' || !object.detectsDrift || object.suspended) return [];
      const drifted = conditionOf(object, 'Drifted');
      if (drifted?.status !== 'True' || subjects.some(({ releasing }) => releasing)) return [];
      const changes = changesIn(drifted.message);
      return [
        {
          ...about(subjects),
          object: keyOf(object),
          field: 'status.conditions[Drifted]',
          live: changes.length === 0 ? oneLine(drifted.message) : listed(changes),
          wanted: 'as released',
          manager: '',
          since: drifted.at,
          appliedBy: keyOf(object),
          note: oneLine(drifted.message),
        },
      ];
    }),
  end: ({ view }, drift) => (view.helmRelease(nameIn(drift.object)) === undefined ? 'gone' : 'corrected'),
};

/** `Deployment/default/x changed (0 additions, 1 changes, 0 removals)`, `ConfigMap/default/y removed`: a line each. */
function changesIn(message: string): string[] {
  return message
    .split('\n')
    .flatMap((line) => /^\s*(\w+\/\S+ (?:changed|removed))/.exec(line)?.[1] ?? [])
    .slice(0, 50);
}

function nameIn(object: string): string {
  return object.slice(('HelmRelease' satisfies HelmRelease['kind']).length + 1);
}
