import { toYaml } from '../../doors/yaml.ts';
import { casesYaml } from './cases.ts';
import { imageOf } from './versions.ts';

export const environments = { dev: ['dev'], staging: ['staging'], production: ['prod-eu', 'prod-us'] } as const;
export type EnvironmentName = keyof typeof environments;

/** What ran everywhere three weeks ago: the history leads from here to today. */
export const firstVersions: Readonly<Record<string, string>> = {
  web: '1.3.9',
  api: '2.7.0',
  search: '3.0.4',
  checkout: '0.9.3',
  payments: '5.2.0',
  mail: '1.12.0',
};

const plain = ['web', 'api', 'checkout', 'payments', 'mail'];
const folders = ['shop', 'checkout', 'payments', 'mail', 'search'];

/** Where a service's version stands in Git. */
export function placeOf(service: string, environment: string) {
  if (service === 'search')
    return { kind: 'helm-value', path: `apps/${environment}/search/release.yaml`, tag: 'image.tag' } as const;
  const folder = service === 'web' || service === 'api' ? 'shop' : service;
  return {
    kind: 'kustomize-image',
    path: `apps/${environment}/${folder}/kustomization.yaml`,
    image: imageOf(service),
  } as const;
}

export const sluiceYaml = `# Who may release what, and how. Reviewed like everything else in this repository.
version: 1
environments:
  dev:        { clusters: [dev],              channel: "#releases-dev", drift: { after: { suspended: 10s } } }
  staging:    { clusters: [staging],          channel: "#releases-staging", after: dev }
  production: { clusters: [prod-eu, prod-us], channel: "#releases",         after: staging }
services:
  checkout: apps/{environment}/{service}
  payments: apps/{environment}/{service}
  mail: apps/{environment}/{service}
  web:
    squad: storefront
    owners: ["@storefront"]
    place: { kustomize: "apps/{environment}/shop/kustomization.yaml", image: registry.acme.test/web }
  api:
    place: { kustomize: "apps/{environment}/shop/kustomization.yaml", image: registry.acme.test/api }
  search:
    place: { helm: "apps/{environment}/search/release.yaml", tag: image.tag }
squads:
  storefront: { channel: "#storefront" }
people:
  mia: { slack: UMIA, email: mia@acme.test }
roles:                                     # nobody may do what no line grants
  - { role: releaser, of: ["@developers"] }
  - { role: operator, of: [mia] }
policies:
  - { kind: branch-restriction, environments: [production], branches: "^(main|hotfix/.+)$" }
  - { kind: checks, environments: [production], checks: [ci, scan], within: 60d, vulnerabilities: { critical: 0, high: 5 } }
  - { kind: promotion-order, services: [payments], environments: [production], soak: 1m }
  - kind: rule
    name: payments-with-a-reason
    services: [payments]
    environments: [staging, production]
    expression: 'request.because.size() >= 10 || request.ref != ""'
    message: "payments goes on with a reason or a ticket; add because TEXT, or ref CHG123"
  - { kind: approvals, environments: [production], from: ["@platform", "@storefront"], count: 2, within: 4h }
  - { kind: approvals, services: [payments], environments: [production], from: ["@security"], exclude: [author] }
  - { kind: locks, override: [operator] }   # never silently: told in the channel, and reviewed the next day
`;

function deployment(service: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${service}
  labels: { app: ${service} }
spec:
  replicas: 3
  progressDeadlineSeconds: 60
  selector:
    matchLabels: { app: ${service} }
  template:
    metadata:
      labels: { app: ${service} }
    spec:
      containers:
        - name: ${service}
          image: ${imageOf(service)} # the tag comes from the environment
          ports: [{ name: http, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata:
  name: ${service}
spec:
  selector: { app: ${service} }
  ports: [{ name: http, port: 80, targetPort: http }]
`;
}

function kustomization(services: readonly string[]): string {
  const images = services.map((service) => `  - name: ${imageOf(service)}\n    newTag: ${firstVersions[service]}`);
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: default
resources:
${services.map((service) => `  - ../../base/${service}`).join('\n')}
images:
${images.join('\n')}
`;
}

const helmRelease = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: search
  namespace: default
spec:
  interval: 1m
  timeout: 1m
  driftDetection: { mode: enabled }
  chart:
    spec:
      chart: search
      version: 4.2.0
      sourceRef: { kind: HelmRepository, name: acme }
  upgrade:
    remediation: { retries: 0, remediateLastFailure: true }
  values:
    replicaCount: 2
    image:
      repository: ${imageOf('search')}
      tag: ${firstVersions['search']} # released by Sluice
`;

function fluxKustomization(name: string, environment: string): object {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      interval: '1m0s',
      retryInterval: '30s',
      timeout: '1m0s',
      path: `./apps/${environment}/${name}`,
      prune: true,
      wait: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
  };
}

/** The GitOps repository of Acme as it was three weeks ago. */
export function repositoryFiles(): Record<string, string> {
  const files: Record<string, string> = {
    'README.md': '# Acme GitOps\n\nWhat runs in our clusters. Flux applies it; Sluice writes the versions.\n',
    'sluice.yaml': sluiceYaml,
    'sluice.cases.yaml': casesYaml,
  };
  for (const service of plain) {
    files[`apps/base/${service}/deployment.yaml`] = deployment(service);
    files[`apps/base/${service}/kustomization.yaml`] =
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml]\n';
  }
  for (const [environment, clusters] of Object.entries(environments)) {
    files[`apps/${environment}/shop/kustomization.yaml`] = kustomization(['web', 'api']);
    for (const service of ['checkout', 'payments', 'mail'])
      files[`apps/${environment}/${service}/kustomization.yaml`] = kustomization([service]);
    files[`apps/${environment}/search/kustomization.yaml`] =
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [release.yaml]\n';
    files[`apps/${environment}/search/release.yaml`] = helmRelease;
    for (const cluster of clusters) {
      files[`clusters/${cluster}/apps.yaml`] = folders
        .map((name) => toYaml(fluxKustomization(name, environment)))
        .join('---\n');
      files[`clusters/${cluster}/kustomization.yaml`] =
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [apps.yaml]\n';
    }
  }
  return files;
}
