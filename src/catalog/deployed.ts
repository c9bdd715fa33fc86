import type { ReadFile, SluiceFile } from '../sluice-yaml.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import type { Artifacts } from './artifacts.ts';
import { findPlaces, namedService, type PlacePorts, watchedPaths } from './services.ts';

/** What the head of Git holds for one service in one environment. */
export interface Deployed {
  readonly service: string;
  readonly environment: string;
  readonly clusters: string[];
  readonly repository: string;
  readonly branch: string;
  /** The head that holds it. */
  readonly commit: CommitSha;
  readonly image: string;
  readonly version: string;
  readonly digest?: string;
  readonly paths: string[];
}

export interface DeployedPorts extends PlacePorts {
  readonly artifacts: Pick<Artifacts, 'get'>;
  readonly headOf: (repository: string | undefined) => At | null;
  /** The files below a folder. */
  readonly list: (repository: string, commit: CommitSha, folder: string) => Promise<readonly string[]>;
  /** The paths that differ between two commits; without it everything is read again at every new head. */
  readonly changedPaths?:
    | ((repository: string, from: CommitSha, to: CommitSha) => Promise<readonly string[]>)
    | undefined;
}

interface At {
  readonly lane: Lane;
  readonly head: CommitSha;
}

interface Known {
  readonly at: At;
  /** Null where the service has no place in the environment. */
  readonly deployed: Deployed | null;
  /** There is no file and no folder where its version would stand. */
  readonly gone: boolean;
}

type Touched = (at: At, before: At, paths: readonly string[]) => boolean;

/** Reads a few at a time: each may cost a round trip to the object store of Git. */
const atOnce = 16;

/** What the heads hold, for every service in every environment where it has a place; only what changed is read again. */
export function createDeployed(ports: DeployedPorts) {
  let policy: string | null = null;
  let known = new Map<string, Known>();
  let last: { readonly of: string; readonly list: Deployed[] } | null = null;

  const refreshOne = async (file: SluiceFile, name: Named, touched: Touched, into: Map<string, Known>) => {
    const at = ports.headOf(namedService(file, name.service)?.repository);
    if (at === null) return;
    const id = `${name.environment} ${name.service}`;
    const before = known.get(id);
    const same = before !== undefined && !touched(at, before.at, watchedPaths(file, name.service, name.environment));
    if (same) into.set(id, { ...before, at, deployed: before.deployed && { ...before.deployed, commit: at.head } });
    else {
      const read = await readOne(ports, file, name, at);
      into.set(id, { at, deployed: read, gone: read === null && (await isGone(ports, file, name, at)) });
    }
  };

  return {
    /** Services are those of the file and of the folders that are there now. */
    read: async (read: ReadFile, servicesIn: (environment: string) => readonly string[]): Promise<Deployed[]> => {
      const names = Object.keys(read.file.environments).flatMap((environment) =>
        servicesIn(environment).map((service) => ({ service, environment })),
      );
      const heads = names.map(({ service }) => ports.headOf(namedService(read.file, service)?.repository)?.head);
      const of = [read.blob, names.length, ...new Set(heads)].join(' ');
      if (last?.of === of) return last.list;
      if (policy !== read.blob) known = new Map();
      const touched = await readChanges(ports, [...known.values()]);
      const fresh = new Map<string, Known>();
      for (let start = 0; start < names.length; start += atOnce) {
        const some = names.slice(start, start + atOnce);
        await Promise.all(some.map((name) => refreshOne(read.file, name, touched, fresh)));
      }
      policy = read.blob;
      known = fresh;
      const list = names.flatMap(({ service, environment }) => fresh.get(`${environment} ${service}`)?.deployed ?? []);
      last = { of, list };
      return list;
    },
    /** Whether a service that is named has nothing in Git in an environment; false where that is not known. */
    lacks: (service: string, environment: string): boolean => known.get(`${environment} ${service}`)?.gone === true,
    /** An artifact came late: only it tells the image of a HelmRelease, so what was read before it is read again. */
    forget: ({ service, version }: { readonly service: string; readonly version: string }): void => {
      for (const [id, { deployed }] of known) {
        if (deployed?.service !== service || deployed.version !== version) continue;
        known.delete(id);
        last = null;
      }
    },
  };
}

interface Named {
  readonly service: string;
  readonly environment: string;
}

/** Which paths changed since what is known was read; everything, where that cannot be told. */
async function readChanges(ports: DeployedPorts, known: readonly Known[]): Promise<Touched> {
  const changed = new Map<string, ReadonlySet<string> | null>();
  for (const { at } of known) {
    const now = ports.headOf(at.lane.repository);
    if (now === null || changed.has(`${at.lane.repository} ${at.head} ${now.head}`)) continue;
    const id = `${at.lane.repository} ${at.head} ${now.head}`;
    if (at.head === now.head) changed.set(id, new Set());
    else if (ports.changedPaths === undefined) changed.set(id, null);
    else {
      const paths = await ports.changedPaths(at.lane.repository, at.head, now.head).catch(() => null);
      changed.set(id, paths === null ? null : new Set(paths.flatMap(withFolders)));
    }
  }
  return (at, before, paths) => {
    if (at.lane.repository !== before.lane.repository || at.lane.branch !== before.lane.branch) return true;
    const set = changed.get(`${at.lane.repository} ${before.head} ${at.head}`);
    return set === undefined || set === null || paths.some((path) => set.has(path));
  };
}

/** A path and every folder that it lies in. */
function withFolders(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function isGone(
  { read, list }: DeployedPorts,
  file: SluiceFile,
  { service, environment }: Named,
  { lane, head }: At,
): Promise<boolean> {
  for (const path of watchedPaths(file, service, environment)) {
    const found = await Promise.all([read(lane.repository, head, path), list(lane.repository, head, path)]);
    if (found[0] !== null || found[1].length > 0) return false;
  }
  return true;
}

async function readOne(
  ports: DeployedPorts,
  file: SluiceFile,
  { service, environment }: Named,
  at: At,
): Promise<Deployed | null> {
  const named = namedService(file, service);
  const where = { file, service, environment, repository: at.lane.repository, commit: at.head };
  const found = await findPlaces(ports, where);
  if (found.kind !== 'found') return null;
  const { place, placed } = found.places[0];
  const artifact = await ports.artifacts.get(service, placed.version);
  // A HelmRelease names no image; its artifact does, else sluice.yaml, else the service's own name is the best guess.
  const image = artifact?.image ?? named?.image ?? ('image' in place ? place.image : service);
  return {
    service,
    environment,
    clusters: [...(file.environments[environment]?.clusters ?? [])],
    repository: at.lane.repository,
    branch: at.lane.branch,
    commit: at.head,
    image,
    version: placed.version,
    ...(placed.digest === undefined ? {} : { digest: placed.digest }),
    paths: [...new Set(found.places.map(({ place: { path }, file }) => file ?? path))],
  };
}
