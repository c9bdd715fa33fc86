import type { NamedInGit } from '../named-in-git.ts';
import { type ClusterView, type Kustomization, keyOf } from '../objects.ts';
import type { Question } from './coverage.ts';
import type { Unit } from './own.ts';

/** Whose an object is that a Kustomization names as the cause of its failure. `unclear`: then it stands for the whole Kustomization. */
export type Whose = 'own' | 'neighbour' | 'unclear';

/** The objects that "timeout waiting for: [Deployment/apps/backend status: 'InProgress', …]" names (fluxcd/pkg/ssa/manager_wait.go). */
export function unhealthyObjects(message: string): string[] {
  return [...message.matchAll(/([A-Za-z]+\/(?:[^\s/[\]]+\/)?[^\s/[\]]+) status:/g)].map(([, key = '']) => key);
}

/** "Deployment/apps/web dry-run failed (Invalid): …" blames one object (fluxcd/pkg/ssa/errors); one without namespace is shorter. */
export function refusedObject(message: string): string | null {
  return /^([A-Z][A-Za-z]*\/(?:[^\s/]+\/)?[^\s/]+) /.exec(message)?.[1] ?? null;
}

/**
 * Tells by what runs, by the files of the service, and by names: `web-config` belongs to web, unless a neighbour's name fits it better.
 */
export function whoseIs(question: Question, unit: Unit, key: string): Whose {
  const { view, expected } = question;
  const own = [...unit.workloads, ...unit.helmReleases];
  if (own.some((each) => keyOf(each) === key)) return 'own';
  const told = question.files ? byFiles(question.files, own.map(keyOf), key) : 'unclear';
  if (told !== 'unclear') return told;
  const others = neighboursOf(view, unit, expected.service);
  if (others.some((each) => each.key === key)) return 'neighbour';
  const name = key.split('/').at(-1) ?? '';
  const mine = longestPrefix(name, [expected.service, ...own.map((each) => each.name)]);
  const theirs = longestPrefix(
    name,
    others.map((each) => each.name),
  );
  if (theirs > mine) return 'neighbour';
  if (own.length === 0) return name === expected.service || isAlone(unit, others) ? 'own' : 'unclear';
  // Another workload may be another service's, whatever its name begins with.
  if (isWorkload(key)) return mine > theirs ? 'unclear' : 'neighbour';
  // In a Kustomization that brings this service alone, everything is its own.
  return mine > theirs || others.length === 0 ? 'own' : 'unclear';
}

/** Where the files do not name what surely is the service's own, names are changed on the way, and they tell nothing. */
function byFiles({ objects, complete }: NamedInGit, own: readonly string[], key: string): Whose {
  const isNamed = (wanted: string): boolean => {
    const parts = wanted.split('/');
    const [kind, name] = [parts[0], parts.at(-1)];
    const namespace = parts.length > 2 ? parts[1] : null;
    return objects.some(
      (each) =>
        each.kind === kind &&
        each.name === name &&
        (each.namespace === null || namespace === null || each.namespace === namespace),
    );
  };
  if (!own.every(isNamed)) return 'unclear';
  if (isNamed(key)) return 'own';
  return complete && own.length > 0 ? 'neighbour' : 'unclear';
}

/** The only thing of its Kustomization that an operator makes something of, with no workload beside it. */
function isAlone({ kustomization }: Unit, others: readonly unknown[]): boolean {
  return others.length === 0 && kustomization.custom.length === 1 && kustomization.inventory.length === 0;
}

function isWorkload(key: string): boolean {
  return /^(Deployment|StatefulSet|DaemonSet|CronJob|Job|HelmRelease|Rollout|Kustomization)\//.test(key);
}

/** Everything in the Kustomization that can be seen and is not the service's own. */
function neighboursOf(
  view: ClusterView,
  unit: Unit,
  service: string,
): { readonly key: string; readonly name: string }[] {
  const { kustomization, workloads, helmReleases } = unit;
  const own = new Set([...workloads, ...helmReleases].map(keyOf));
  const name = `${kustomization.namespace}/${kustomization.name}`;
  const seen = [...view.workloadsOf(name), ...view.helmReleases(name)].map((each) => ({
    key: keyOf(each),
    name: each.name,
  }));
  return [...seen, ...remoteNeighbours(kustomization, service)].filter(({ key }) => !own.has(key));
}

/** Of objects in another cluster only the inventory tells. */
function remoteNeighbours(
  kustomization: Kustomization,
  service: string,
): { readonly key: string; readonly name: string }[] {
  if (!kustomization.remote) return [];
  const named = kustomization.inventory.map((key) => ({ key, name: key.split('/').at(-1) ?? '' }));
  return named.filter(({ name }) => longestPrefix(name, [service]) === 0);
}

/** How many characters of a name are one of these names, alone or before a dash. */
function longestPrefix(name: string, prefixes: readonly string[]): number {
  const fitting = prefixes.filter((prefix) => name === prefix || name.startsWith(`${prefix}-`));
  return Math.max(0, ...fitting.map(({ length }) => length));
}
