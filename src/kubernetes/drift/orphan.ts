import { fluxStateOf } from '../flux/state.ts';
import { keyOf } from '../objects.ts';
import { about, type Candidate, kustomizationsOf, type Rule } from './rule.ts';

/** A run that removes it from its inventory prunes it soon after. */
const settleMs = 600_000;

/** A workload with the mark of a Kustomization that does not apply it any more: nobody keeps it as Git says. */
export const orphan: Rule = {
  signal: 'orphan',
  find: (scene) =>
    kustomizationsOf(scene).flatMap(({ object: kustomization, subjects }): Candidate[] => {
      if (kustomization.inventory.length === 0 || fluxStateOf(kustomization) !== 'ready') return [];
      const listed = new Set(kustomization.inventory);
      const name = `${kustomization.namespace}/${kustomization.name}`;
      return scene.view
        .workloadsOf(name)
        .filter((workload) => workload.helmRelease === null && !workload.deleting && workload.kind !== 'Job')
        .filter((workload) => !listed.has(keyOf(workload)))
        .map((workload) => ({
          ...about(subjects),
          object: keyOf(workload),
          field: 'metadata.labels[kustomize.toolkit.fluxcd.io/name]',
          live: kustomization.name,
          wanted: '',
          manager: '',
          appliedBy: keyOf(kustomization),
          ...(kustomization.prunes ? {} : { note: 'spec.prune is false' }),
          settleMs,
        }));
    }),
  end: ({ view }, { object }) => (view.workload(object) === undefined ? 'gone' : 'corrected'),
};
