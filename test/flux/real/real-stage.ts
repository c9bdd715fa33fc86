import { openApi, pathOf } from '../api.ts';
import type { OpenStage } from '../stage.ts';
import type { Kubelet } from './kubelet.ts';
import type { SourceFetcher } from './source-stand-in.ts';

export interface RealCluster {
  /** `real`, or the context of a kubeconfig that was given. */
  readonly where: string;
  /** With all rights. */
  readonly kubeconfig: string;
  /** What Sluice watches with. */
  readonly reader: string;
  readonly kubelet: Kubelet;
  readonly source: SourceFetcher;
}

/** A place on a real cluster: a namespace with a GitRepository and a root Kustomization, as `flux bootstrap` leaves them. */
export function realStages(cluster: RealCluster): OpenStage {
  const api = openApi(cluster.kubeconfig);
  const make = async (kind: string, apiVersion: string, namespace: string, name: string, spec?: object) => {
    const object = { apiVersion, kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) }, spec };
    await api.must('POST', pathOf(kind, namespace), { type: 'application/json', text: JSON.stringify(object) });
  };
  return async (place, git) => {
    const { flux } = place;
    await make('Namespace', 'v1', '', place.name);
    const source = { interval: '1h', url: cluster.source.urlOf(place, git), ref: { branch: 'main' } };
    await make('GitRepository', 'source.toolkit.fluxcd.io/v1', flux, 'flux-system', source);
    await make('Kustomization', 'kustomize.toolkit.fluxcd.io/v1', flux, 'flux-system', {
      interval: '10m',
      retryInterval: '5s',
      path: `./clusters/${place.name}`,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    });
    await cluster.source.fetch(place, git);
    return {
      where: cluster.where,
      place,
      api,
      kubeconfig: cluster.reader,
      elapsed: () => performance.now(),
      patienceMs: 0,
      poke: () => cluster.source.fetch(place, git),
      decide: cluster.kubelet.decide,
      close: async () => {
        // Its Kustomization prunes what it applied; the namespace takes the rest.
        await api.call('DELETE', pathOf('Kustomization', flux, 'flux-system'));
        await api.call('DELETE', pathOf('Namespace', '', place.name));
      },
    };
  };
}
