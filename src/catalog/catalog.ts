import type { ArtifactCallers } from '../artifact-settings.ts';
import type { CommitSha, Lane } from '../change.ts';
import type { DriftPolicy } from '../drift-policy.ts';
import { artifactWork } from '../due.ts';
import { messageOf } from '../errors.ts';
import type { Redis } from '../redis.ts';
import type { Artifact, Request } from '../release.ts';
import type { RenderedFiles } from '../rendered.ts';
import { squadOf } from '../scope.ts';
import type { ReadFile, SluiceFile, Snapshot } from '../sluice-yaml.ts';
import type { Log } from '../telemetry.ts';
import type { Clock } from '../time.ts';
import { createArtifacts, findArtifacts } from './artifacts.ts';
import { createDeployed, type Deployed, type DeployedPorts } from './deployed.ts';
import { createIncoming, type Incoming, type IncomingPorts } from './incoming.ts';
import { createLag, type Lag } from './lag.ts';
import { type Planned, type PlanPorts, planRelease } from './plan.ts';
import { createRenderedStore } from './rendered-store.ts';
import { discoveredServices, discoveryFolder, namedService } from './services.ts';
import type { Squad } from './sluice-file.ts';
import { createSnapshots, type SnapshotPorts } from './snapshots.ts';

export type { Deployed } from './deployed.ts';
export type { Planned } from './plan.ts';

export interface CatalogPorts {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly log: Log;
  /** Where `sluice.yaml` lives. */
  readonly policy: SnapshotPorts['policy'];
  /** Who is in a group, for owners of `sluice.yaml` that are named by one. */
  readonly membersOf: SnapshotPorts['membersOf'];
  /** The lanes of other repositories that services name, by repository. */
  readonly lanes?: Readonly<Record<string, Lane>>;
  readonly gitops: Pick<SnapshotPorts, 'fetch' | 'head' | 'read' | 'changedBy' | 'isAncestor' | 'provenance'> &
    Pick<PlanPorts, 'places' | 'readPlace' | 'editPlace' | 'folder' | 'readRendered'> &
    Pick<DeployedPorts, 'changedPaths'> & {
      readonly list: (repository: string, commit: CommitSha, folder: string) => Promise<readonly string[]>;
    };
  readonly healthy: PlanPorts['healthy'];
  readonly rolledBackFrom: PlanPorts['rolledBackFrom'];
  readonly lastWrites: PlanPorts['lastWrites'];
  /** A new artifact is kept, and this is due because of it. */
  readonly onArtifact?: (work: string) => void;
  /** A known artifact has newer checks: what waits for them is to be looked at. Never rejects. */
  readonly onChecks?: () => Promise<void>;
  /** Who may post to /artifacts; without it the route is closed. */
  readonly artifactCallers?: ArtifactCallers | undefined;
  /** The registries that may be read, by the host that images begin with. */
  readonly registries?: IncomingPorts['registries'];
}

export interface Catalog extends Incoming {
  readonly refresh: (options?: { readonly fetch?: boolean }) => Promise<Snapshot>;
  readonly snapshot: () => Snapshot;
  /**
   * The file to decide by, at the head that was fetched last. `fresh`: right before a push; where services live in other
   * repositories too, their fetch says nothing of this file, so its own remote is asked too.
   */
  readonly toDecideBy: (fresh: boolean) => Promise<Snapshot>;
  readonly names: () => { services: string[]; environments: string[]; squads: string[] };
  /** The channels of all environments. */
  readonly channels: () => string[];
  /** One artifact as it is kept now, with its newest checks. */
  readonly artifact: (service: string, version: string) => Promise<Artifact | null>;
  readonly artifacts: (
    service: string,
    options?: { readonly branch?: string; readonly limit?: number },
  ) => Promise<Artifact[]>;
  /** What CI rendered for an artifact, by its hash; null where it was forgotten. */
  readonly rendered: (
    artifact: Pick<Artifact, 'service' | 'version'>,
    content: string,
  ) => Promise<RenderedFiles | null>;
  /** How far a version is behind another, or behind the newest of the main branch. */
  readonly lag: (service: string, version: string, than?: string) => Promise<Lag>;
  /** The artifacts of this version, else those built from a commit that begins so; of one service, or of any. */
  readonly find: (name: string, service?: string) => Promise<Artifact[]>;
  readonly plan: (request: Request) => Promise<Planned>;
  readonly deployed: () => Promise<Deployed[]>;
  /** Whether Git surely holds nothing of a service in an environment any more, as it was read for `deployed`. */
  readonly isTakenOut: (service: string, environment: string) => boolean;
  readonly environment: (name: string) => {
    name: string;
    clusters: string[];
    channel: string;
    after?: string[];
    logs: 'thread' | 'off';
    timeline: 'picture' | 'text';
    /** Where its working days are counted. */
    timezone: string;
    drift?: DriftPolicy;
  } | null;
  /** The squad of a service, where it has a channel of its own. */
  readonly squad: (service: string) => (Squad & { readonly name: string }) | null;
  readonly service: (name: string) => { name: string; squad?: string; owners: string[] } | null;
}

/** A head that was fetched this long ago is fresh enough for a plan: the lane reads it again before it writes. */
const freshMs = 1_000;

/** What can be released: `sluice.yaml`, the artifacts, and where versions stand in Git. */
export function createCatalog(ports: CatalogPorts): Catalog {
  const { gitops, policy, clock, log } = ports;
  const artifacts = createArtifacts(ports.redis);
  const rendered = createRenderedStore(ports.redis);
  const snapshots = createSnapshots({ ...gitops, redis: ports.redis, log, policy, membersOf: ports.membersOf });
  let discovered: { readonly of: string; readonly byEnvironment: ReadonlyMap<string, readonly string[]> } | null = null;
  const fetchedAtMs = new Map<string, number>();

  /** The file that names things: the present one, or the last good one while that is broken. */
  const standing = (): ReadFile | null => {
    const snapshot = snapshots.snapshot();
    return snapshot.kind === 'valid' ? snapshot : (snapshot.lastGood ?? snapshots.lastGood());
  };
  const laneOf = (repository: string | undefined): Lane | null =>
    repository === undefined || repository === policy.repository ? policy.lane : (ports.lanes?.[repository] ?? null);

  const discover = async (): Promise<void> => {
    const read = standing();
    const head = gitops.head(policy.lane);
    if (read === null || head === null) return;
    const of = `${read.blob} ${head}`;
    if (discovered?.of === of) return;
    const template = read.file.services.discover;
    const byEnvironment = new Map<string, readonly string[]>();
    for (const environment of template === undefined ? [] : Object.keys(read.file.environments)) {
      const paths = await gitops.list(policy.repository, head, discoveryFolder(template ?? '', environment));
      byEnvironment.set(environment, discoveredServices(read.file, environment, paths));
    }
    discovered = { of, byEnvironment };
  };

  const refresh: Catalog['refresh'] = async (options) => {
    const snapshot = await snapshots.refresh(options);
    try {
      await discover();
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'the folders of services cannot be listed');
    }
    return snapshot;
  };

  const servicesIn = (file: SluiceFile, environment: string): readonly string[] => [
    ...new Set([...Object.keys(file.services.named), ...(discovered?.byEnvironment.get(environment) ?? [])]),
  ];
  const services = (): string[] => {
    const file = standing()?.file;
    if (file === undefined) return [];
    return [...new Set(Object.keys(file.environments).flatMap((each) => servicesIn(file, each)))].toSorted();
  };

  const isFresh = (lane: Lane): boolean =>
    clock.now() - (fetchedAtMs.get(nameOf(lane)) ?? Number.NEGATIVE_INFINITY) < freshMs;
  const headOf: PlanPorts['headOf'] = async (repository) => {
    const lane = laneOf(repository);
    if (lane === null) return { kind: 'unreachable', because: `the repository "${repository}" is not configured` };
    const known = gitops.head(lane);
    if (known !== null && isFresh(lane)) return { kind: 'head', lane, head: known };
    const fetched = await gitops.fetch(lane);
    if (fetched.kind === 'fetched') fetchedAtMs.set(nameOf(lane), clock.now());
    const head = fetched.kind === 'fetched' ? fetched.head : known;
    return head === null
      ? { kind: 'unreachable', because: fetched.kind === 'unreachable' ? fetched.because : 'it was never fetched' }
      : { kind: 'head', lane, head };
  };

  const planPorts: PlanPorts = {
    ...gitops,
    healthy: ports.healthy,
    rolledBackFrom: ports.rolledBackFrom,
    lastWrites: ports.lastWrites,
    clock,
    artifacts,
    rendered: rendered.get,
    headOf,
    services,
    policy: async () => {
      const remote = await headOf(undefined);
      const snapshot = await refresh({ fetch: false });
      const because = remote.kind === 'unreachable' ? remote.because : becauseOf(snapshot);
      return standing() ?? { kind: 'unreadable', because };
    },
  };

  const servicesWith = async (service: string): Promise<readonly string[] | null> => {
    if (services().includes(service)) return services();
    await refresh();
    return standing() === null ? null : services();
  };

  const deployed = createDeployed({
    ...gitops,
    artifacts,
    headOf: (repository) => at(gitops.head, laneOf(repository)),
  });
  const incoming = createIncoming({
    ...{ artifacts, rendered, servicesWith, clock, log },
    callers: ports.artifactCallers,
    registries: ports.registries ?? {},
    named: () => standing()?.file.services.named ?? {},
    onAdded: (artifact) => {
      deployed.forget(artifact);
      ports.onArtifact?.(artifactWork(artifact.service, artifact.version));
    },
    onRenewed: () => void ports.onChecks?.(),
  });

  return {
    refresh,
    snapshot: snapshots.snapshot,
    toDecideBy: async (fresh) => {
      const elsewhere = Object.values(ports.lanes ?? {}).some((lane) => !isLane(lane, policy.lane));
      return refresh({ fetch: fresh && elsewhere });
    },
    names: () => ({
      services: services(),
      environments: Object.keys(standing()?.file.environments ?? {}),
      squads: Object.keys(standing()?.file.squads ?? {}),
    }),
    channels: () => [...new Set(Object.values(standing()?.file.environments ?? {}).map(({ channel }) => channel))],
    ...incoming,
    artifact: artifacts.get,
    artifacts: async (service, { branch, limit = 20 } = {}) => {
      const rows = (await artifacts.rows(service)).filter((row) => branch === undefined || row.branch === branch);
      return artifacts.getAll(
        service,
        rows.slice(0, limit).map(({ version }) => version),
      );
    },
    rendered: ({ service, version }, content) => rendered.get(service, version, content),
    lag: createLag(artifacts),
    find: (name, service) => findArtifacts(artifacts, service === undefined ? services() : [service], name),
    plan: (request) => planRelease(planPorts, request),
    deployed: async () => {
      await refresh({ fetch: false });
      const read = standing();
      if (read === null) return [];
      return deployed.read(read, (environment) => servicesIn(read.file, environment));
    },
    isTakenOut: (service, environment) => {
      const snapshot = snapshots.snapshot();
      const head = gitops.head(policy.lane);
      if (snapshot.kind !== 'valid' || head === null) return false;
      const { file, blob } = snapshot;
      if (!Object.hasOwn(file.environments, environment)) return true;
      const isListed = file.services.discover === undefined || discovered?.of === `${blob} ${head}`;
      return servicesIn(file, environment).includes(service) ? deployed.lacks(service, environment) : isListed;
    },
    environment: (name) => {
      const file = standing()?.file;
      const found = file !== undefined && Object.hasOwn(file.environments, name) ? file.environments[name] : undefined;
      if (found === undefined) return null;
      const { clusters, channel, after, logs, timeline, drift, timezone = 'UTC' } = found;
      return {
        ...{ name, channel, logs, timeline, timezone, clusters: [...clusters] },
        ...(after === undefined ? {} : { after: [...after] }),
        ...(drift === undefined ? {} : { drift }),
      };
    },
    squad: (service) => {
      const file = standing()?.file;
      const name = file === undefined ? undefined : squadOf(file, service);
      const found =
        name !== undefined && file !== undefined && Object.hasOwn(file.squads, name) ? file.squads[name] : undefined;
      return name === undefined || found === undefined ? null : { name, ...found };
    },
    service: (name) => {
      const file = standing()?.file;
      if (file === undefined || !services().includes(name)) return null;
      const named = namedService(file, name);
      return {
        name,
        ...(named?.squad === undefined ? {} : { squad: named.squad }),
        owners: [...(named?.owners ?? [])],
      };
    },
  };
}

function nameOf(lane: Lane): string {
  return `${lane.repository}/${lane.branch}`;
}

function isLane(a: Lane, b: Lane): boolean {
  return a.repository === b.repository && a.branch === b.branch;
}

function at(
  headOf: (lane: Lane) => CommitSha | null,
  lane: Lane | null,
): { readonly lane: Lane; readonly head: CommitSha } | null {
  const head = lane === null ? null : headOf(lane);
  return lane === null || head === null ? null : { lane, head };
}

function becauseOf(snapshot: Snapshot): string {
  if (snapshot.kind === 'unreadable') return `sluice.yaml cannot be read: ${snapshot.because}`;
  if (snapshot.kind === 'unsigned') return snapshot.because;
  if (snapshot.kind === 'invalid')
    return `sluice.yaml line ${snapshot.problems[0]?.line}: ${snapshot.problems[0]?.message}`;
  return 'sluice.yaml cannot be read';
}
