import { type JsonObject, objectAt, objectsAt, textAt } from './json.ts';
import { nameOf, namespaceOf } from './store.ts';
import { type Condition, sha256, type World, withConditions } from './world.ts';

const writer = { manager: 'helm-controller', operation: 'Update', subresource: 'status' } as const;

export function releaseName(release: JsonObject): string {
  return textAt(release, 'spec', 'releaseName') ?? nameOf(release);
}

export function releaseNamespace(release: JsonObject): string {
  return textAt(release, 'spec', 'targetNamespace') ?? namespaceOf(release);
}

export function chartOf(release: JsonObject): { readonly name: string; readonly version: string } {
  const spec = objectAt(release, 'spec', 'chart', 'spec');
  const chart = (textAt(spec, 'chart') ?? textAt(release, 'spec', 'chartRef', 'name') ?? nameOf(release))
    .split('/')
    .at(-1);
  const version = textAt(spec, 'version') ?? '0.1.0';
  return { name: chart ?? nameOf(release), version: /^\d/.test(version) ? version : '0.1.0' };
}

export function configDigest(values: JsonObject): string {
  return `sha256:${sha256(JSON.stringify(values))}`;
}

/** One entry of `status.history`. */
export function snapshot(
  release: JsonObject,
  values: JsonObject,
  version: number,
  action: string,
  status: string,
  first: string,
  time: string,
): JsonObject {
  const chart = chartOf(release);
  return {
    action,
    apiVersion: 'v2',
    chartName: chart.name,
    chartVersion: chart.version,
    configDigest: configDigest(values),
    digest: `sha256:${sha256(`${version} ${JSON.stringify(values)} ${status}`)}`,
    firstDeployed: first,
    lastDeployed: time,
    name: releaseName(release),
    namespace: releaseNamespace(release),
    status,
    version,
  };
}

/** Writes conditions and other members of a HelmRelease's status. */
export function writeRelease(
  world: World,
  release: JsonObject,
  set: readonly Condition[],
  drop: readonly string[],
  more: JsonObject = {},
): void {
  world.store.update('HelmRelease', namespaceOf(release), nameOf(release), writer, (draft) => {
    const conditions = withConditions(draft, set, drop, world.time());
    draft['status'] = { ...objectAt(draft, 'status'), ...more, conditions };
  });
}

/** The chart of the playground: one Deployment from image, tag, digest and replicas. */
export function render(release: JsonObject, values: JsonObject): JsonObject {
  const name = releaseName(release);
  const repository = textAt(values, 'image', 'repository') ?? name;
  const tag = objectAt(values, 'image')['tag'];
  const digest = textAt(values, 'image', 'digest');
  const image = `${repository}${tag === undefined ? '' : `:${String(tag)}`}${digest === undefined ? '' : `@${digest}`}`;
  const labels = { app: name, 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
  const port = objectAt(values, 'service')['port'];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: releaseNamespace(release),
      labels: {
        ...labels,
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.toolkit.fluxcd.io/name': nameOf(release),
        'helm.toolkit.fluxcd.io/namespace': namespaceOf(release),
      },
      annotations: {
        'meta.helm.sh/release-name': name,
        'meta.helm.sh/release-namespace': releaseNamespace(release),
      },
    },
    spec: {
      replicas: values['replicaCount'] ?? 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name, image, ...(typeof port === 'number' ? { ports: [{ containerPort: port }] } : {}) }],
        },
      },
    },
  };
}

/** Values of the newest entry that was ever deployed, which a rollback goes back to. */
export function deployedBefore(release: JsonObject): JsonObject | null {
  return objectsAt(release, 'status', 'history').find((entry) => entry['status'] === 'deployed') ?? null;
}

/** The history once something newer is deployed. */
export function superseded(history: readonly JsonObject[]): JsonObject[] {
  return history.map((each) => (each['status'] === 'deployed' ? { ...each, status: 'superseded' } : each));
}
