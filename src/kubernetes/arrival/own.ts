import { isImageOf, isVersion } from '../../vocabulary/image.ts';
import type { Expected } from '../expected.ts';
import {
  type ClusterView,
  type HelmRelease,
  type Kustomization,
  keyOf,
  type Source,
  type Workload,
} from '../objects.ts';
import { coverageOf, type IsAncestor } from './ancestry.ts';

/** One Kustomization that brings a service, with what of it is the service's own. */
export interface Unit {
  readonly kustomization: Kustomization;
  readonly source: Source | undefined;
  /** The Kustomizations that apply this one, nearest first. */
  readonly parents: readonly Kustomization[];
  /** Those that Flux waits for before it begins. */
  readonly dependencies: readonly Kustomization[];
  readonly helmReleases: readonly HelmRelease[];
  readonly workloads: readonly Workload[];
}

const nameOf = (object: { readonly namespace: string; readonly name: string }) => `${object.namespace}/${object.name}`;

/**
 * The Kustomizations that bring a service to this cluster. They are found by the image in their workloads and by the folder that
 * holds the version; where the two disagree, the folder decides, unless it only leads to the Kustomization that has the workload.
 */
export function unitsOf(view: ClusterView, expected: Expected, isAncestor: IsAncestor): Unit[] {
  const isOurs = repositoryTest(view, expected, isAncestor);
  const carrying = view
    .carriers(expected.image)
    .flatMap((workload) => view.kustomization(kustomizationOf(view, workload) ?? '') ?? []);
  const byImage = [...new Set(carrying)].filter(isOurs);
  const byPath = [...new Set(expected.paths.flatMap((path) => nearestByPath(view, path, isOurs)))];
  const chosen = byPath.flatMap((root) => {
    const below = byImage.filter((each) => each === root || parentsOf(view, each).includes(root));
    return below.length > 0 ? below : [root];
  });
  const found = [...new Set(byPath.length > 0 ? chosen : narrowed(byImage, expected.environment))];
  // One that is being deleted, as after a rename, hands its objects over to another.
  const staying = found.filter(({ deleting }) => !deleting);
  return (staying.length > 0 ? staying : found).map((kustomization) => unitOf(view, kustomization, expected));
}

/**
 * Whether the source of a Kustomization follows our repository: a revision that our clone knows of tells; where there is none yet, it may.
 * A revision that is related to nothing is ours only after a forced push: then no other source has one that is.
 */
function repositoryTest(
  view: ClusterView,
  expected: Expected,
  isAncestor: IsAncestor,
): (each: Kustomization) => boolean {
  const isRelated = (each: Kustomization): boolean | null => {
    const origin = view.source(each.source)?.origin ?? null;
    return origin === null ? null : coverageOf(origin, expected.commit, isAncestor) !== 'diverged';
  };
  let someRelated: boolean | undefined;
  return (each) => {
    const related = isRelated(each);
    if (related !== false) return true;
    const source = view.source(each.source);
    if (source === undefined || !follows(source, expected.branch)) return false;
    someRelated ??= [...view.kustomizations()].some((other) => isRelated(other) === true);
    return !someRelated;
  };
}

/** After a forced push nothing is an ancestor any more, yet it is the same branch. */
function follows(source: Source, branch: string): boolean {
  return source.follows?.kind === 'branch' && source.follows.name === branch;
}

/** The Kustomizations of ours with the longest folder that holds a path. */
function nearestByPath(
  view: ClusterView,
  path: string,
  isOurs: (each: Kustomization) => boolean,
): readonly Kustomization[] {
  const parts = path.split('/');
  for (let length = parts.length - 1; length >= 0; length -= 1) {
    const there = view.kustomizationsAt(parts.slice(0, length).join('/')).filter(isOurs);
    if (there.length > 0) return there;
  }
  return [];
}

/** Where one cluster holds several environments, those that name this one; all of them where none does. */
function narrowed(kustomizations: readonly Kustomization[], environment: string): readonly Kustomization[] {
  const naming = kustomizations.filter(
    (each) =>
      each.path.split('/').includes(environment) ||
      each.namespace === environment ||
      each.name.split('-').includes(environment),
  );
  return naming.length > 0 ? naming : kustomizations;
}

/** The Kustomizations above, nearest first; a chain that bites its tail ends there. */
export function parentsOf(view: ClusterView, kustomization: Kustomization): Kustomization[] {
  const parents: Kustomization[] = [];
  let next = kustomization.parent;
  while (next !== null) {
    const parent = view.kustomization(next);
    if (parent === undefined || parent === kustomization || parents.includes(parent)) return parents;
    parents.push(parent);
    next = parent.parent;
  }
  return parents;
}

/** `namespace/name` of the Kustomization that brings a workload, also by way of a HelmRelease. */
function kustomizationOf(view: ClusterView, workload: Workload): string | null {
  if (workload.helmRelease === null) return workload.kustomization;
  return view.helmRelease(workload.helmRelease)?.kustomization ?? workload.kustomization;
}

function unitOf(view: ClusterView, kustomization: Kustomization, expected: Expected): Unit {
  const name = nameOf(kustomization);
  const workloads = view
    .workloadsOf(name)
    .filter(({ images }) => images.some(({ image }) => isImageOf(image, expected.image)))
    .filter((workload) => !isLeftBehind(kustomization, workload, expected));
  const releases = view.helmReleases(name);
  const carrying = releases.filter((release) => workloads.some(({ helmRelease }) => helmRelease === nameOf(release)));
  return {
    kustomization,
    source: view.source(kustomization.source),
    parents: parentsOf(view, kustomization),
    dependencies: kustomization.dependsOn.flatMap((name) => view.kustomization(name) ?? []),
    helmReleases: carrying.length > 0 ? carrying : workloads.length > 0 ? [] : likelyReleases(releases, expected),
    workloads: workloads.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b))),
  };
}

/** What Flux applied once and no longer holds, such as the Job of an older version where nothing is pruned. */
function isLeftBehind(kustomization: Kustomization, workload: Workload, expected: Expected): boolean {
  const { inventory } = kustomization;
  if (workload.helmRelease !== null || inventory.length === 0 || inventory.includes(keyOf(workload))) return false;
  return !workload.images.some(({ image }) => isImageOf(image, expected.image) && isVersion(image, expected));
}

/** Before a HelmRelease has made anything, its values, its being alone or its name tell that it is the service's. */
function likelyReleases(releases: readonly HelmRelease[], expected: Expected): readonly HelmRelease[] {
  const naming = releases.filter(({ values }) =>
    values.some((value) => value.includes('/') && isImageOf(value, expected.image)),
  );
  if (naming.length > 0) return naming;
  if (releases.length === 1) return releases;
  return releases.filter(({ name }) => name === expected.service);
}

/** What is suspended anywhere on the way of a service, from its source to its HelmReleases. */
export function suspendedIn(units: readonly Unit[]): string[] {
  const all = units.flatMap(({ source, kustomization, parents, helmReleases }) => [
    ...(source === undefined ? [] : [source]),
    ...parents.toReversed(),
    kustomization,
    ...helmReleases,
  ]);
  const paused = all.filter(({ suspended }) => suspended).map(({ kind, name }) => `${kind} ${name}`);
  return [...new Set(paused)];
}
