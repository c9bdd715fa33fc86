import { artifactWork } from '../doors/due.ts';
import { messageOf } from '../doors/errors.ts';
import type { ReadFile, SluiceFile, Snapshot } from '../sluice-yaml.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import { squadOf } from '../vocabulary/scope.ts';
import { createArtifacts, findArtifacts } from './artifacts.ts';
import { createDeployed } from './deployed.ts';
import { createIncoming } from './incoming.ts';
import { createLag } from './lag.ts';
import { type PlanPorts, planRelease } from './plan.ts';
import type { Catalog, CatalogPorts } from './ports.ts';
import { createRenderedStore } from './rendered-store.ts';
import { discoveredServices, discoveryFolder, namedService } from './services.ts';
import { createSnapshots } from './snapshots.ts';

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
