/** The kinds that the cluster serves. */
export interface Kind {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const row = (apiVersion: string, kind: string, plural: string, namespaced = true): Kind => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { kind, group: group ?? '', version: version ?? 'v1', plural, namespaced };
};

export const kinds: readonly Kind[] = [
  row('v1', 'Namespace', 'namespaces', false),
  row('v1', 'Pod', 'pods'),
  row('v1', 'Service', 'services'),
  row('v1', 'ServiceAccount', 'serviceaccounts'),
  row('v1', 'ConfigMap', 'configmaps'),
  row('v1', 'Event', 'events'),
  row('apps/v1', 'Deployment', 'deployments'),
  row('apps/v1', 'ReplicaSet', 'replicasets'),
  row('apps/v1', 'StatefulSet', 'statefulsets'),
  row('apps/v1', 'DaemonSet', 'daemonsets'),
  row('batch/v1', 'Job', 'jobs'),
  row('batch/v1', 'CronJob', 'cronjobs'),
  row('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  row('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  row('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  row('source.toolkit.fluxcd.io/v1', 'GitRepository', 'gitrepositories'),
  row('source.toolkit.fluxcd.io/v1', 'HelmRepository', 'helmrepositories'),
  row('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'kustomizations'),
  row('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'helmreleases'),
  // What an operator would make something of; nobody here does.
  row('apps.example.com/v1', 'Site', 'sites'),
];

export function apiVersionOf(kind: Kind): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

export function kindNamed(name: string): Kind | undefined {
  return kinds.find((kind) => kind.kind === name);
}

/** The kind of a manifest; undefined where the cluster has none such. */
export function kindOf(apiVersion: string, name: string): Kind | undefined {
  return kinds.find((kind) => kind.kind === name && apiVersionOf(kind) === apiVersion);
}

export function kindAt(group: string, version: string, plural: string): Kind | undefined {
  return kinds.find((kind) => kind.group === group && kind.version === version && kind.plural === plural);
}

export function groups(): readonly { readonly name: string; readonly version: string }[] {
  const found = new Map(kinds.filter((kind) => kind.group !== '').map((kind) => [kind.group, kind.version]));
  return [...found].map(([name, version]) => ({ name, version }));
}
