import type { JsonObject } from './json.ts';

/** The release of Flux whose words the simulated controllers speak, and the versions of its controllers. */
const flux = 'v2.9.0';
const controllers = {
  'source-controller': 'v1.9.0',
  'kustomize-controller': 'v1.9.0',
  'helm-controller': 'v1.6.0',
  'notification-controller': 'v1.9.0',
};

/** The Deployments of Flux itself, labelled as its own manifests label them (flux2/manifests/install). */
export const fluxControllers: readonly JsonObject[] = Object.entries(controllers).map(([name, version]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name,
    namespace: 'flux-system',
    labels: {
      'app.kubernetes.io/component': name,
      'app.kubernetes.io/instance': 'flux-system',
      'app.kubernetes.io/part-of': 'flux',
      'app.kubernetes.io/version': flux,
    },
  },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${name}:${version}` }] },
    },
  },
}));
