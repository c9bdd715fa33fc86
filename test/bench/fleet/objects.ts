/** What one Kustomization of a fleet looks like on the wire: about 2.3 kB, with the fields of a real one of kustomize-controller. */
export function kustomization(cluster: number, index: number, version: number): object {
  const namespace = `team-${index % 40}`;
  const name = `service-${index}`;
  const revision = `main@sha1:${String(version).padStart(8, '0').repeat(5)}`;
  const at = new Date(1_790_000_000_000 + version).toISOString().replace(/\.\d+/, '');
  const digest = `sha256:${(cluster * 1_000_003 + index).toString(16).padStart(8, '0').repeat(8)}`;
  const manager = 'kustomize-controller';
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  const condition = (type: string, reason: string, message: string) => ({
    ...{ lastTransitionTime: at, message, observedGeneration: 1, reason, status: 'True', type },
  });
  return {
    apiVersion,
    kind: 'Kustomization',
    metadata: {
      creationTimestamp: '2026-01-05T08:00:00Z',
      finalizers: ['finalizers.fluxcd.io'],
      generation: 1,
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'flux-system',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
      managedFields: [
        {
          ...{ apiVersion, fieldsType: 'FieldsV1', manager, operation: 'Apply', time: '2026-01-05T08:00:00Z' },
          fieldsV1: {
            'f:metadata': {
              'f:labels': { 'f:kustomize.toolkit.fluxcd.io/name': {}, 'f:kustomize.toolkit.fluxcd.io/namespace': {} },
            },
            'f:spec': {
              'f:interval': {},
              'f:path': {},
              'f:prune': {},
              'f:sourceRef': {},
              'f:timeout': {},
              'f:wait': {},
            },
          },
        },
        {
          ...{ apiVersion, fieldsType: 'FieldsV1', manager, operation: 'Update', subresource: 'status', time: at },
          fieldsV1: {
            'f:status': {
              ...{ 'f:conditions': {}, 'f:history': {}, 'f:inventory': { '.': {}, 'f:entries': {} } },
              ...{ 'f:lastAppliedRevision': {}, 'f:lastAttemptedRevision': {}, 'f:observedGeneration': {} },
            },
          },
        },
      ],
      ...{ name, namespace, resourceVersion: String(version) },
      uid: `${digest.slice(7, 15)}-4ea0-4a2e-b339-${digest.slice(7, 19)}`,
    },
    spec: {
      ...{ force: false, interval: '10m', path: `./apps/production/${name}`, prune: true, retryInterval: '1m' },
      ...{ sourceRef: { kind: 'GitRepository', name: 'config', namespace: 'flux-system' }, timeout: '5m', wait: true },
    },
    status: {
      conditions: [
        condition('Ready', 'ReconciliationSucceeded', `Applied revision: ${revision}`),
        condition('Healthy', 'Succeeded', 'Health check passed in 45.579063ms'),
      ],
      history: [
        {
          ...{ digest, firstReconciled: '2026-01-05T08:00:00Z', lastReconciled: at },
          ...{ lastReconciledDuration: '387.630102ms', lastReconciledStatus: 'ReconciliationSucceeded' },
          ...{ metadata: { revision }, totalReconciliations: 2 },
        },
      ],
      inventory: {
        entries: [
          { id: `${namespace}_${name}_apps_Deployment`, v: 'v1' },
          { id: `${namespace}_${name}__Service`, v: 'v1' },
          { id: `${namespace}_${name}__ConfigMap`, v: 'v1' },
          { id: `${namespace}_${name}_networking.k8s.io_Ingress`, v: 'v1' },
          { id: `${namespace}_${name}_autoscaling_HorizontalPodAutoscaler`, v: 'v2' },
        ],
      },
      ...{ lastAppliedRevision: revision, lastAttemptedRevision: revision, observedGeneration: 1 },
    },
  };
}
