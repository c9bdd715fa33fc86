import { isFluxManager } from '../flux/managers.ts';
import { keyOf } from '../objects.ts';
import { about, fluxObjects, type Rule } from './rule.ts';

/** What somebody paused by hand, and may forget; a pause that Git asks for is applied by Flux and is no drift. */
export const suspended: Rule = {
  signal: 'suspended',
  find: (scene) =>
    fluxObjects(scene).flatMap(({ object, subjects }) => {
      const by = object.suspendedBy;
      if (!object.suspended || (by !== null && isFluxManager(by.manager))) return [];
      return [
        {
          ...about(subjects),
          object: keyOf(object),
          field: 'spec.suspend',
          live: 'true',
          wanted: 'false',
          manager: by?.manager ?? '',
          since: by?.at ?? null,
          appliedBy: keyOf(object),
        },
      ];
    }),
};
