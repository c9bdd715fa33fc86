import { createCluster } from '../../../src/playground/cluster/cluster.ts';
import { type JsonObject, textAt, toJson, toJsonObject } from '../../../src/playground/cluster/json.ts';
import { createGitRemote } from '../../support/git-remote.ts';

export const token = 'a-token';
export const image = 'registry.example.com/acme/web';

export const overlay = (tag: string, more = '') => `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources: [../base]
images:
  - name: ${image}
    newTag: ${tag}
${more}`;

export const release = (tag: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: search, namespace: shop}
spec:
  interval: 10m
  timeout: 12s
  chart: {spec: {chart: search, version: 0.1.0, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
  upgrade: {remediation: {retries: 0, remediateLastFailure: true}}
  values: {image: {repository: registry.example.com/acme/search, tag: ${tag}}, replicaCount: 1}
`;

const kustomization = (name: string, path: string, more: string) => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 10m
  retryInterval: 5s
  timeout: 30s
  path: ${path}
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  ${more}
`;

export const files: Readonly<Record<string, string>> = {
  'clusters/dev/apps.yaml': `${kustomization('web', './apps/web/dev', 'wait: true')}${kustomization('search', './apps/search', 'dependsOn: [{name: web}]')}`,
  'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml, service.yaml]\n',
  'apps/web/base/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n',
  'apps/web/base/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "${image}:0"}]}
`,
  'apps/web/dev/kustomization.yaml': overlay('1.0.0'),
  'apps/search/release.yaml': release('1.0.0'),
};

/** A cluster that has synced the repository above, and ways to look at it as a program would: over http. */
export async function startCluster(speed = 20) {
  const remote = createGitRemote(files);
  const cluster = await createCluster({ name: 'dev', git: { url: remote.url }, path: 'clusters/dev', token, speed });
  await cluster.ready();
  const call = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(`${cluster.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  const get = async (path: string): Promise<JsonObject> => toJsonObject(await (await call(path)).json());
  return {
    remote,
    cluster,
    call,
    get,
    close: async () => {
      await cluster.close();
      remote.close();
    },
  };
}

export interface Seen {
  readonly type: string;
  readonly object: JsonObject;
}

/** Collects what a watch tells until it ends. */
export function collect(response: Response) {
  const seen: Seen[] = [];
  const done = (async () => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = toJsonObject(toJson(JSON.parse(line)));
        seen.push({ type: textAt(event, 'type') ?? '', object: toJsonObject(event['object']) });
      }
    }
  })().catch(() => {});
  return { seen, done };
}

export const paths = {
  kustomizations: '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations',
  web: '/apis/apps/v1/namespaces/shop/deployments/web',
  search: '/apis/helm.toolkit.fluxcd.io/v2/namespaces/shop/helmreleases/search',
} as const;
