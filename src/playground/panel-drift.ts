import type { Cluster } from './cluster/cluster.ts';
import { objectAt } from './cluster/json.ts';
import type { GitServer } from './git.ts';
import { commitFromOutside } from './outside.ts';
import type { Action, Parameter } from './panel-action.ts';
import { imageOf } from './seed/versions.ts';

export interface DriftActionPorts {
  readonly git: GitServer;
  readonly named: (cluster: string | undefined) => readonly Cluster[];
  readonly service: Parameter;
  readonly cluster: Parameter;
  readonly environment: Parameter;
}

/** What people do to a cluster or to Git past Sluice: one action for each kind of drift that can be made by hand. */
export function driftActions({ git, named, service, cluster, environment }: DriftActionPorts): readonly Action[] {
  const live = (
    id: string,
    label: string,
    description: string,
    act: (on: Cluster, name: string) => void,
    said: (name: string) => string,
  ): Action => ({
    ...{ id, label, description },
    group: 'Drift',
    params: [service, cluster],
    run: (params) => {
      const name = params['service'] ?? '';
      const clusters = named(params['cluster']);
      for (const each of clusters) act(each, name);
      return `${said(name)} on ${clusters.map((each) => each.name).join(', ')}.`;
    },
  });
  const edited = (name: string) => `${imageOf(name)}:0.0.0-edited`;
  return [
    live(
      'edit',
      'Edit live',
      'Somebody runs kubectl edit and changes the image; Flux corrects it within a minute.',
      (on, name) => on.liveEdit('default', name, edited(name), 'kubectl-edit'),
      (name) => `${name} was edited to ${edited(name)}`,
    ),
    live(
      'scale',
      'Scale live',
      'Somebody runs kubectl scale; Flux corrects it within a minute.',
      (on, name) => on.scale('default', name, 7, 'kubectl'),
      (name) => `${name} was scaled to 7`,
    ),
    live(
      'delete',
      'Delete live',
      'Somebody runs kubectl delete; Flux brings it back within a minute.',
      (on, name) => on.remove('Deployment', 'default', name),
      (name) => `${name} was deleted`,
    ),
    live(
      'restart',
      'Restart',
      'Somebody runs kubectl rollout restart, which Flux undoes with a second restart.',
      (on, name) =>
        on.change('Deployment', 'default', name, 'kubectl-rollout', (object) => {
          const metadata = objectAt(object, 'spec', 'template', 'metadata');
          const annotations = objectAt(metadata, 'annotations');
          metadata['annotations'] = { ...annotations, 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
        }),
      (name) => `${name} was restarted`,
    ),
    live(
      'leave-alone',
      'Opt out',
      'Somebody tells Flux to leave a Deployment alone, and edits it.',
      (on, name) => {
        on.change('Deployment', 'default', name, 'kubectl-annotate', (object) => {
          const metadata = objectAt(object, 'metadata');
          const annotations = objectAt(metadata, 'annotations');
          metadata['annotations'] = { ...annotations, 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' };
        });
        on.scale('default', name, 1, 'kubectl');
      },
      (name) => `Flux leaves ${name} alone now, which was scaled to 1`,
    ),
    {
      id: 'break-build',
      group: 'Drift',
      label: 'Break the build',
      description: 'Somebody commits a kustomization.yaml that cannot be built, or mends it again.',
      params: [service, environment],
      run: (params) => {
        const commit = commitFromOutside(
          git,
          'broken build',
          params['service'] ?? 'web',
          params['environment'] ?? 'dev',
        );
        return `Committed ${commit.slice(0, 7)} as somebody else.`;
      },
    },
  ];
}
