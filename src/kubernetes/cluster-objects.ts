import { imageParts, isImageOf } from '../vocabulary/image.ts';
import type { Companion } from './companion.ts';
import type { Custom, CustomKind, Sight } from './custom-objects.ts';
import {
  type Canary,
  type ClusterView,
  type HelmRelease,
  type Kept,
  type Kustomization,
  keyOf,
  type Pod,
  type RunReport,
  type Source,
  type Workload,
} from './objects.ts';

export interface ClusterObjects extends ClusterView {
  readonly put: (object: Kept) => void;
  readonly drop: (object: Kept) => void;
  /** Says that pods may not be seen, so that verdicts rest on what workloads say of them. */
  readonly blindToPods: (blind: boolean) => void;
  readonly sight: (kind: CustomKind, sight: Sight) => void;
}

/** What is known of one cluster, found by the ways that verdicts ask for it. */
export function createClusterObjects(): ClusterObjects {
  const sources = new Map<string, Source>();
  const kustomizations = new Map<string, Kustomization>();
  const helmReleases = new Map<string, HelmRelease>();
  const workloads = new Map<string, Workload>();
  /** By the workload whose versions they let in. */
  const canaries = new Map<string, Canary>();
  const rollouts = new Map<string, string>();
  const controllers = new Set<string>();
  const pods = new Map<string, Map<string, Pod>>();
  const byFolder = createIndex();
  const byImage = createIndex();
  const byKustomization = createIndex();
  const byHelmRelease = createIndex();
  const releasesByKustomization = createIndex();
  const reports = new Map<string, RunReport>();
  const customs = new Map<string, Custom>();
  const companions = new Map<string, Companion>();
  const sights = new Map<string, Sight>();
  let blind = false;

  const nameOf = (object: Kept) => `${object.namespace}/${object.name}`;
  const imagesOf = (workload: Workload) => workload.images.map(({ image }) => lastName(image));

  const putWorkload = (put: Workload, key: string) => {
    const before = workloads.get(key);
    const workload = before === undefined ? put : withApplied(put, before);
    if (before !== undefined) dropWorkload(before, key);
    workloads.set(key, workload);
    if (workload.controller !== undefined) controllers.add(key);
    if (workload.delivery?.template) rollouts.set(workload.delivery.template, key);
    for (const image of imagesOf(workload)) byImage.add(image, key);
    if (workload.helmRelease !== null) byHelmRelease.add(workload.helmRelease, key);
    else if (workload.kustomization !== null) byKustomization.add(workload.kustomization, key);
  };
  const dropWorkload = (workload: Workload, key: string) => {
    workloads.delete(key);
    controllers.delete(key);
    if (workload.delivery?.template) rollouts.delete(workload.delivery.template);
    for (const image of imagesOf(workload)) byImage.remove(image, key);
    if (workload.helmRelease !== null) byHelmRelease.remove(workload.helmRelease, key);
    if (workload.kustomization !== null) byKustomization.remove(workload.kustomization, key);
  };
  const known = (keys: readonly string[]) => keys.flatMap((key) => workloads.get(key) ?? []);
  const released = (kustomization: string) =>
    releasesByKustomization.get(kustomization).flatMap((name) => helmReleases.get(name) ?? []);

  return {
    put: (object) => {
      if (object.kind === 'Pod') {
        const siblings = pods.get(object.owner) ?? new Map<string, Pod>();
        pods.set(object.owner, siblings.set(object.name, object));
      } else if (object.kind === 'Kustomization') {
        const name = nameOf(object);
        const before = kustomizations.get(name);
        kustomizations.set(name, object);
        if (before?.path === object.path) return;
        if (before !== undefined) byFolder.remove(before.path, name);
        byFolder.add(object.path, name);
      } else if (object.kind === 'HelmRelease') {
        const before = helmReleases.get(nameOf(object));
        if (before?.kustomization) releasesByKustomization.remove(before.kustomization, nameOf(object));
        helmReleases.set(nameOf(object), object);
        if (object.kustomization !== null) releasesByKustomization.add(object.kustomization, nameOf(object));
      } else if (object.kind === 'Canary') canaries.set(object.target, object);
      else if (object.kind === 'Event') reports.set(nameOf(object), object);
      else if (object.kind === 'Custom') customs.set(`${groupKind(object.of)}/${nameOf(object)}`, object);
      else if (isSource(object)) sources.set(keyOf(object), object);
      else if (isCompanion(object)) companions.set(keyOf(object), object);
      else putWorkload(object, keyOf(object));
    },
    drop: (object) => {
      if (object.kind === 'Pod') {
        const siblings = pods.get(object.owner);
        siblings?.delete(object.name);
        if (siblings?.size === 0) pods.delete(object.owner);
      } else if (object.kind === 'Kustomization') {
        kustomizations.delete(nameOf(object));
        byFolder.remove(object.path, nameOf(object));
      } else if (object.kind === 'HelmRelease') {
        helmReleases.delete(nameOf(object));
        if (object.kustomization !== null) releasesByKustomization.remove(object.kustomization, nameOf(object));
      } else if (object.kind === 'Canary') canaries.delete(object.target);
      else if (object.kind === 'Event') reports.delete(nameOf(object));
      else if (object.kind === 'Custom') customs.delete(`${groupKind(object.of)}/${nameOf(object)}`);
      else if (isSource(object)) sources.delete(keyOf(object));
      else if (isCompanion(object)) companions.delete(keyOf(object));
      else dropWorkload(object, keyOf(object));
    },
    blindToPods: (value) => {
      blind = value;
    },
    sight: (kind, sight) => void sights.set(groupKind(kind), sight),
    source: (key) => sources.get(key),
    sources: () => sources.values(),
    kustomization: (name) => kustomizations.get(name),
    kustomizations: () => kustomizations.values(),
    kustomizationsAt: (folder) => byFolder.get(folder).flatMap((name) => kustomizations.get(name) ?? []),
    helmReleases: released,
    helmRelease: (name) => helmReleases.get(name),
    allHelmReleases: () => helmReleases.values(),
    controllers: () => [...controllers].flatMap((key) => workloads.get(key) ?? []),
    workload: (key) => workloads.get(key),
    carriers: (image) =>
      known(byImage.get(lastName(image))).filter(({ images }) => images.some((each) => isImageOf(each.image, image))),
    workloadsOf: (kustomization) => [
      ...known(byKustomization.get(kustomization)),
      ...released(kustomization).flatMap((release) => known(byHelmRelease.get(nameOf(release)))),
    ],
    delivererOf: (workload) => canaries.get(workload) ?? workloads.get(rollouts.get(workload) ?? ''),
    companions: () => companions.values(),
    reports: () => reports.values(),
    pods: (workload) => (blind ? null : [...(pods.get(workload)?.values() ?? [])]),
    podsWith: (namespace, image) =>
      [...pods.values()]
        .flatMap((siblings) => [...siblings.values()])
        .filter((pod) => pod.namespace === namespace && pod.images.some((each) => isImageOf(each.image, image))),
    custom: (ref) => customs.get(`${groupKind(ref)}/${ref.namespace}/${ref.name}`),
    sightOf: (kind) => sights.get(groupKind(kind)) ?? 'unlisted',
  };
}

/** The edited fields with what Flux had there, as long as the edit lasts. */
function withApplied(workload: Workload, before: Workload): Workload {
  if (workload.fields.every(({ editor }) => editor === null)) return workload;
  const known = new Map(before.fields.map((field) => [field.path, field]));
  const fields = workload.fields.map((field) => {
    const was = field.editor === null ? undefined : known.get(field.path);
    const applied = was?.editor === null ? was.live : was?.applied;
    return applied === undefined ? field : { ...field, applied };
  });
  return { ...workload, fields };
}

function groupKind({ group, kind }: Pick<CustomKind, 'group' | 'kind'>): string {
  return `${group}/${kind}`;
}

function isCompanion(object: Kept): object is Companion {
  return 'refs' in object;
}

function isSource(object: Kept): object is Source {
  return (
    object.kind === 'GitRepository' ||
    object.kind === 'OCIRepository' ||
    object.kind === 'ExternalArtifact' ||
    object.kind === 'Bucket'
  );
}

function lastName(image: string): string {
  return imageParts(image).repository.split('/').at(-1) ?? '';
}

const none: readonly string[] = [];

/** Most keys have one value, which is held without a list around it. */
function createIndex() {
  const held = new Map<string, string | string[]>();
  const get = (key: string): readonly string[] => {
    const found = held.get(key);
    if (found === undefined) return none;
    return typeof found === 'string' ? [found] : found;
  };
  return {
    get,
    add: (key: string, value: string) => {
      const found = held.get(key);
      if (found === undefined) held.set(key, value);
      else if (typeof found === 'string') held.set(key, found === value ? value : [found, value]);
      else if (!found.includes(value)) found.push(value);
    },
    remove: (key: string, value: string) => {
      const rest = get(key).filter((each) => each !== value);
      const [first] = rest;
      if (first === undefined) held.delete(key);
      else held.set(key, rest.length === 1 ? first : rest);
    },
  };
}
