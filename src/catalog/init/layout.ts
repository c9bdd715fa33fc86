import { nameSchema } from '../../vocabulary/name.ts';
import { sameStep, stepOf, wordIn } from './environment-words.ts';
import type { Seen } from './sightings.ts';

export interface EnvironmentGuess {
  readonly name: string;
  readonly clusters: readonly string[];
  /** The one that versions come from. */
  readonly after?: string | undefined;
  /** Nothing in the repository says which clusters it has. */
  readonly isGuessed: boolean;
}

export interface Layout {
  readonly environments: readonly EnvironmentGuess[];
  /** The path with its placeholder, and the environment that it was seen in; null where it is in none. */
  readonly templateOf: (path: string) => { readonly environment: string; readonly template: string } | null;
}

const clusterPattern = /(?:^|\/)clusters?\/([^/]+)\//;

/** Finds out of paths what environments and clusters there are: a folder or a file for each, or a folder for each cluster. */
export function layoutOf({ sightings, applied }: Pick<Seen, 'sightings' | 'applied'>): Layout {
  const paths = [...sightings.map(({ place }) => place.path), ...applied.map(({ path }) => `${path}/`)];
  const named = [...new Set(paths.flatMap((path) => wordOf(path)?.word ?? []))];
  const definitions = [...applied.map(({ file }) => file), ...paths];
  const clusters = [...new Set(definitions.flatMap((path) => clusterPattern.exec(path)?.[1] ?? []))].filter(
    (name) => nameSchema.safeParse(name).success,
  );
  const environmentOf = (cluster: string): string => {
    const word = wordIn(cluster);
    return word === null ? cluster : sameStep(word, named);
  };
  // Where one environment has several, all folders of clusters are told by their cluster.
  const isByCluster = clusters.some((cluster) => environmentOf(cluster) !== cluster);
  const templateOf: Layout['templateOf'] = (path) => {
    const cluster = clusterPattern.exec(path)?.[1];
    const found = wordOf(path);
    if (cluster === undefined || !clusters.includes(cluster) || (found !== null && !isByCluster))
      return found === null ? null : { environment: found.word, template: found.template };
    return {
      environment: environmentOf(cluster),
      template: path.replace(/((?:^|\/)clusters?\/)[^/]+\//, '$1{cluster}/'),
    };
  };
  const used = [...new Set(sightings.flatMap(({ place }) => templateOf(place.path)?.environment ?? []))];
  const environments = used
    .toSorted((a, b) => (stepOf(a) ?? 9) - (stepOf(b) ?? 9) || a.localeCompare(b))
    .map((name, _, all): EnvironmentGuess => {
      const own = clustersOf(name, clusters, environmentOf, applied);
      return {
        name,
        clusters: own.length === 0 ? [name] : own,
        after: before(name, all),
        isGuessed: own.length === 0,
      };
    });
  return { environments, templateOf };
}

/** Flux of a cluster applies a folder of the environment, else the name of the cluster says it. */
function clustersOf(
  environment: string,
  clusters: readonly string[],
  environmentOf: (cluster: string) => string,
  applied: Seen['applied'],
): readonly string[] {
  const applying = clusters.filter((cluster) =>
    applied.some(
      ({ file, path }) => clusterPattern.exec(file)?.[1] === cluster && path.split('/').includes(environment),
    ),
  );
  return applying.length > 0 ? applying : clusters.filter((cluster) => environmentOf(cluster) === environment);
}

/** The last environment of an earlier step. */
function before(name: string, ordered: readonly string[]): string | undefined {
  const step = stepOf(name);
  return step === null ? undefined : ordered.findLast((each) => (stepOf(each) ?? 9) < step);
}

/** The first folder that is called like an environment, else such a word in the name of the file. */
function wordOf(path: string): { readonly word: string; readonly template: string } | null {
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  const at = parts.slice(0, -1).findIndex((part) => stepOf(part) !== null);
  if (at !== -1) {
    const template = parts.map((part, index) => (index === at ? '{environment}' : part)).join('/');
    return { word: parts[at] ?? '', template };
  }
  const word = file
    .split('.')[0]
    ?.split(/[-_]/)
    .find((each) => stepOf(each) !== null);
  if (word === undefined || clusterPattern.test(path)) return null;
  const renamed = file.replace(new RegExp(`(^|[-_])${word}(?=[-_.]|$)`), '$1{environment}');
  return { word, template: [...parts.slice(0, -1), renamed].join('/') };
}
