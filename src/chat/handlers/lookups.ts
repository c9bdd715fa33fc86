import { epochMsOf, type Instant } from '../../doors/time.ts';
import type { Artifact } from '../../vocabulary/artifact.ts';
import { type Release, releaseIdSchema } from '../../vocabulary/release.ts';
import { code, type MessageBody } from '../../words/blocks.ts';
import { typed } from '../command-table.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import type { Target } from '../target.ts';
import { artifactReply, type Fared, releaseReply, whichReply } from '../views/describe.ts';
import { diffReply } from '../views/diff.ts';
import { type SeenOn, type Stand, whereReply } from '../views/where.ts';
import { reply } from '../views/words.ts';
import { previewOf } from './preview.ts';

/** What a release would change, if this person asked for it now. */
export async function compare(ports: ChatPorts, asker: Asker, target: Omit<Target, 'kind'>): Promise<MessageBody> {
  return diffReply(target, await previewOf(ports, asker, target));
}

/** Which version of a service stands and runs where, and what is on its way. */
export async function locate(ports: ChatPorts, service: string): Promise<MessageBody> {
  const [deployed, open] = await Promise.all([ports.catalog.deployed(), ports.open({ service })]);
  const own = deployed.filter((each) => each.service === service);
  const stands = await Promise.all(own.map((each) => standOf(ports, each, open)));
  const order = ports.catalog.names().environments;
  return whereReply(
    service,
    stands.toSorted((a, b) => order.indexOf(a.environment) - order.indexOf(b.environment)),
  );
}

/** A watch that begins or was cut for a moment is no silence. */
const silentMs = 10_000;

interface Place {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
}

async function standOf(ports: ChatPorts, { service, environment, version }: Place, open: readonly Release[]) {
  const [last, times] = await Promise.all([
    ports.lastWritten(service, environment),
    ports.healthyTimes(service, environment),
  ]);
  const written = last?.plan?.artifact.version === version ? last : undefined;
  const statuses = ports.clusters();
  const seenOn = (cluster: string): SeenOn => {
    const status = statuses.find((each) => each.cluster === cluster);
    const verdict = status?.services.find(
      (each) => each.service === service && each.environment === environment,
    )?.verdict;
    const healthy = times.find((each) => each.cluster === cluster && each.version === version && each.isRunning);
    // What this process has seen may be younger than what is so.
    const since: Instant | undefined = verdict?.kind === 'healthy' ? healthy?.since : verdict?.since;
    const stale = status?.staleSince;
    const isSilent = stale !== undefined && ports.clock.now() - epochMsOf(stale) > silentMs;
    return { cluster, verdict, since, ...(isSilent ? { stale } : {}) };
  };
  const stand: Stand = {
    environment,
    version,
    written,
    clusters: (ports.catalog.environment(environment)?.clusters ?? []).map(seenOn),
    open: open.filter(({ id, request }) => request.environment === environment && id !== written?.id),
  };
  return stand;
}

/** A release by its id or its commit, else an artifact by its version or the commit that it was built from. */
export async function describe(
  ports: ChatPorts,
  { name, service }: { readonly name: string; readonly service?: string },
): Promise<MessageBody> {
  if (service === undefined) {
    const [release, ...others] = await findReleases(ports, name);
    if (others.length > 0) return reply(`${others.length + 1} releases are called ${code(name)}; type more of it.`);
    if (release !== undefined) return releaseReply(release);
  }
  const artifacts = await ports.catalog.find(name, service);
  const [artifact, ...others] = artifacts;
  if (artifact !== undefined)
    return others.length > 0 ? whichReply(name, artifacts) : describeArtifact(ports, artifact);
  return reply(
    service === undefined
      ? `None of the last releases, and no artifact, is called ${code(name)}.`
      : `There is no ${code(`${service} ${name}`)}.`,
    `Releases: ${code(typed('history', service ?? ''))}, artifacts: ${code(typed('artifacts', service ?? 'SERVICE'))}`,
  );
}

const releasesLookedAt = 100;
const releasesShown = 5;

async function describeArtifact(ports: ChatPorts, artifact: Artifact): Promise<MessageBody> {
  const { service, version } = artifact;
  const [deployed, past] = await Promise.all([
    ports.catalog.deployed(),
    ports.history({ service, limit: releasesLookedAt }),
  ]);
  const order = ports.catalog.names().environments;
  const fared = await Promise.all(
    order.map(async (environment): Promise<Fared> => {
      const healthy = await ports.healthy(service, environment);
      const stands = deployed.some(
        (each) => each.service === service && each.environment === environment && each.version === version,
      );
      return {
        environment,
        stands,
        healthy: healthy.find((record) => record.version === version) ?? null,
        clusters: ports.catalog.environment(environment)?.clusters ?? [],
      };
    }),
  );
  const releases = past.filter(({ plan }) => plan?.artifact.version === version).slice(0, releasesShown);
  const next = fared.find(({ stands, healthy }) => !stands && healthy === null)?.environment;
  return artifactReply(artifact, fared, releases, next && typed('release', `${service} ${next} ${version}`));
}

/** By its whole id, by the end of it as the lists show it, or by the beginning of its commit. */
export async function findReleases(ports: ChatPorts, name: string): Promise<Release[]> {
  const id = name.toUpperCase();
  const whole = releaseIdSchema.safeParse(id);
  if (whole.success) {
    const release = await ports.release(whole.data);
    return release === null ? [] : [release];
  }
  const commit = name.toLowerCase();
  const isMeant = ({ id: each, state }: Release) =>
    (id.length >= 4 && each.endsWith(id)) ||
    (commit.length >= 7 && state.kind === 'written' && state.commit.startsWith(commit));
  const near = [
    ...(await ports.open()),
    ...(await ports.reviews()),
    ...(await ports.history({ limit: releasesLookedAt })),
  ];
  return [...new Map(near.filter(isMeant).map((release) => [release.id, release])).values()];
}

/** The one release of the last ones that is called so, or what to say instead. */
export async function oneRelease(
  ports: ChatPorts,
  name: string,
): Promise<{ readonly release: Release } | { readonly body: MessageBody }> {
  const [release, ...others] = await findReleases(ports, name);
  if (release !== undefined && others.length === 0) return { release };
  return {
    body:
      release === undefined
        ? reply(
            `None of the last releases is ${code(name)}.`,
            `Those that wait: ${code(typed('queue', ''))}, the last ones: ${code(typed('history', ''))}`,
          )
        : reply(`${others.length + 1} releases are called ${code(name)}; type more of it.`),
  };
}
