import { fluxStateOf } from '../flux/state.ts';
import type { ClusterView } from '../objects.ts';
import { about, type Candidate, kustomizationsOf, type Rule, type Scene } from './rule.ts';

/** A Job that is done may be taken away by its time to live. */
const followed = /^(Deployment|StatefulSet|DaemonSet|CronJob|HelmRelease|Kustomization)\//;

/** An object that Flux says it applied, that was there, and is not any more; Flux brings it back at its next run. */
export function createDeletions(known: readonly { readonly object: string }[] = []): Rule {
  const seen = new Set(known.map(({ object }) => object));
  return {
    signal: 'deleted',
    find: (scene) => {
      const listed = new Set<string>();
      const found = kustomizationsOf(scene).flatMap(({ object: kustomization, subjects }): Candidate[] => {
        if (kustomization.remote) return [];
        // While a run is under way, its inventory is not the last word.
        const unsure = fluxStateOf(kustomization) === 'progressing' || kustomization.deleting;
        return kustomization.inventory.flatMap((object) => {
          if (!followed.test(object)) return [];
          listed.add(object);
          if (isThere(scene.view, object)) {
            seen.add(object);
            return [];
          }
          if (!seen.has(object) || unsure) return [];
          return [
            {
              ...about(subjects),
              object,
              field: 'object',
              live: 'deleted',
              wanted: 'present',
              manager: '',
              appliedBy: `Kustomization/${kustomization.namespace}/${kustomization.name}`,
              settleMs: 1_000,
            },
          ];
        });
      });
      for (const object of seen) if (!listed.has(object)) seen.delete(object);
      return found;
    },
    lasts: (scene, { object }) => !isThere(scene.view, object) && isListed(scene, object),
    end: ({ view }, { object }) => (isThere(view, object) ? 'corrected' : 'released'),
  };
}

function isListed(scene: Scene, object: string): boolean {
  return kustomizationsOf(scene).some((each) => each.object.inventory.includes(object));
}

function isThere(view: ClusterView, object: string): boolean {
  const name = object.slice(object.indexOf('/') + 1);
  if (object.startsWith('HelmRelease/')) return view.helmRelease(name) !== undefined;
  if (object.startsWith('Kustomization/')) return view.kustomization(name) !== undefined;
  return view.workload(object) !== undefined;
}
