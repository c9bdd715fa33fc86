import { createHash } from 'node:crypto';

/** Where a scenario plays: names that nothing else on the cluster uses. */
export interface Place {
  /** Namespace of the workloads, and part of every folder and image. */
  readonly name: string;
  /** Namespace of the GitRepository and the Kustomizations. */
  readonly flux: string;
}

export interface Workload {
  readonly service: string;
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob' | 'HelmRelease' | 'Site';
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: object;
  /** Laid over the spec of its pods. */
  readonly pod: object;
}

/** One Flux Kustomization with what it applies. */
export interface Unit {
  readonly name: string;
  readonly workloads: readonly Workload[];
  /** Laid over the spec of the Kustomization. */
  readonly flux: object;
  /** Below the folder of the place; `path` is what the Kustomization says, where that differs. */
  readonly folder: string;
  readonly path: string;
  /** Where the version stands: `images` of kustomization.yaml, with its digest, or the Flux Kustomization itself. */
  readonly versionIn: 'kustomize' | 'kustomize-digest' | 'flux-images' | 'substitute';
  /** The unit whose folder holds this Kustomization; else the root applies it. */
  readonly under: string | null;
  /** More resources of kustomization.yaml, which nobody has written. */
  readonly missing: readonly string[];
}

export type Versions = Readonly<Record<string, string>>;

export function workload(service: string, over: Partial<Workload> = {}): Workload {
  return { service, name: service, kind: 'Deployment', annotations: {}, spec: {}, pod: {}, ...over };
}

/** A Kustomization that brings the service of its own name. */
export function unit(name: string, over: Partial<Unit> = {}): Unit {
  return {
    name,
    workloads: [workload(name)],
    flux: {},
    folder: over.folder ?? name,
    path: over.folder ?? name,
    versionIn: 'kustomize',
    under: null,
    missing: [],
    ...over,
  };
}

export function imageOf(place: Place, service: string): string {
  return `registry.example.com/${place.name}/${service}`;
}

/** The digest that the registry of the scenarios has for an image: both kubelets report it. */
export function digestOf(image: string): string {
  return `sha256:${createHash('sha256').update(image).digest('hex')}`;
}

/** Files of the whole repository; JSON is YAML. */
export function filesOf(place: Place, units: readonly Unit[], versions: Versions): Record<string, string> {
  const files: Record<string, string> = { [`clusters/${place.name}/README.md`]: 'What this cluster runs.\n' };
  for (const each of units) {
    const file = `${each.under === null ? `clusters/${place.name}` : `apps/${place.name}/${each.under}`}/${each.name}.yaml`;
    files[file] = json(kustomizationOf(place, each, versions));
    if (each.workloads.length === 0) continue;
    const folder = `apps/${place.name}/${each.folder}`;
    for (const item of each.workloads)
      files[`${folder}/${item.name}.yaml`] = json(manifestOf(place, each, item, versions));
    files[`${folder}/kustomization.yaml`] = json({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: place.name,
      resources: [...each.workloads.map(({ name }) => `${name}.yaml`), ...each.missing],
      images: each.versionIn.startsWith('kustomize') ? imagesOf(place, each, versions) : [],
    });
  }
  return files;
}

/** The files that hold the version of a service. */
export function pathsOf(place: Place, units: readonly Unit[], service: string): string[] {
  return units.flatMap((each) => {
    const own = each.workloads.find((item) => item.service === service);
    if (own === undefined) return [];
    if (own.kind === 'HelmRelease' || own.kind === 'Site')
      return [`apps/${place.name}/${each.folder}/${own.name}.yaml`];
    if (each.versionIn.startsWith('kustomize')) return [`apps/${place.name}/${each.folder}/kustomization.yaml`];
    return [`${each.under === null ? `clusters/${place.name}` : `apps/${place.name}/${each.under}`}/${each.name}.yaml`];
  });
}

function imagesOf(place: Place, { workloads, versionIn }: Unit, versions: Versions): object[] {
  const services = [
    ...new Set(workloads.filter(({ kind }) => kind !== 'HelmRelease' && kind !== 'Site').map(({ service }) => service)),
  ];
  return services.map((service) => {
    const [name, newTag] = [imageOf(place, service), versions[service] ?? ''];
    return { name, newTag, ...(versionIn === 'kustomize-digest' ? { digest: digestOf(`${name}:${newTag}`) } : {}) };
  });
}

function kustomizationOf(place: Place, each: Unit, versions: Versions): object {
  const [first] = each.workloads;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: each.name, namespace: place.flux },
    spec: {
      interval: '10m',
      retryInterval: '5s',
      timeout: '2m',
      path: `./apps/${place.name}/${each.path}`,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      ...(each.versionIn === 'flux-images' ? { images: imagesOf(place, each, versions) } : {}),
      ...(each.versionIn === 'substitute'
        ? { postBuild: { substitute: { VERSION: versions[first?.service ?? ''] ?? '' } } }
        : {}),
      ...each.flux,
    },
  };
}

const apiVersions: Readonly<Record<string, string>> = {
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Site: 'apps.example.com/v1',
};

function manifestOf(place: Place, { versionIn }: Unit, item: Workload, versions: Versions): object {
  const name = imageOf(place, item.service);
  const image = versionIn === 'substitute' ? `${name}:\${VERSION}` : `${name}:0`;
  const labels = { app: item.name };
  const pod = {
    // Nobody schedules or starts these pods: whoever plays the kubelet writes what became of them.
    schedulerName: 'nobody',
    containers: [{ name: item.service, image }],
    ...item.pod,
  };
  const template = { metadata: { labels }, spec: pod };
  const selector = { matchLabels: labels };
  const once = { ...template, spec: { ...pod, restartPolicy: 'Never' } };
  const spec = {
    Deployment: { replicas: 2, selector, template },
    StatefulSet: { replicas: 2, serviceName: item.name, selector, template },
    DaemonSet: { selector, template },
    Job: { backoffLimit: 1, template: once },
    Site: { image: `${name}:${versions[item.service]}` },
    CronJob: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } } },
    HelmRelease: {
      interval: '10m',
      timeout: '12s',
      chart: {
        spec: {
          chart: item.service,
          version: '0.1.0',
          sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: place.flux },
        },
      },
      upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
      values: { image: { repository: name, tag: versions[item.service] }, replicaCount: 2 },
    },
  }[item.kind];
  return {
    apiVersion: apiVersions[item.kind] ?? 'apps/v1',
    kind: item.kind,
    metadata: { name: item.name, annotations: item.annotations },
    spec: { ...spec, ...item.spec },
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
