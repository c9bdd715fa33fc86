import type { Instant } from '../doors/time.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { Release, ReleaseId } from '../vocabulary/release.ts';
import type { Verdict } from '../vocabulary/verdict.ts';
import type { Expected } from './expected.ts';
import { sameVerdict } from './same-verdict.ts';

/** What the head of a branch holds for one service in one environment. */
export interface Deployed {
  readonly service: string;
  readonly environment: string;
  readonly clusters: readonly string[];
  readonly repository: string;
  readonly branch: string;
  /** The head that holds it. */
  readonly commit: CommitSha;
  readonly image: string;
  readonly version: string;
  readonly digest?: string | undefined;
  readonly paths: readonly string[];
}

export interface ExpectationPorts {
  readonly deployed: () => Promise<readonly Deployed[]>;
  /** Whether Git surely holds nothing of a service in an environment any more. */
  readonly isTakenOut: (service: string, environment: string) => boolean;
  /** Written releases that are still watched. */
  readonly arriving: () => Promise<readonly Release[]>;
  readonly isAncestor: (repository: string, ancestor: string, descendant: string) => Promise<boolean>;
  /** Ends the watch over a release whose commit no longer counts. */
  readonly leave: (
    release: Release,
    verdict: (cluster: string) => Verdict,
    clusters: readonly string[],
  ) => Promise<void>;
  readonly now: () => Instant;
}

interface WrittenRelease {
  readonly release: Release;
  readonly id: ReleaseId;
  readonly commit: CommitSha;
}

/**
 * What every cluster should run: the head of Git for every service, under the release that wrote it where one did.
 * On the way it ends the watch over releases that a newer commit replaced, or whose commit left the branch.
 */
export async function expectations(ports: ExpectationPorts): Promise<Expected[]> {
  const arriving = (await ports.arriving()).toSorted((a, b) => b.id.localeCompare(a.id));
  const expected: Expected[] = [];
  const places = await ports.deployed();
  await leaveTakenOut(ports, places, arriving);
  const watched = places.map((place) => ({ place, written: writtenTo(place, arriving) }));
  // All at once, so that Git may answer them together.
  await Promise.all(
    watched.flatMap(({ place, written }) =>
      written.map(({ commit }) => ports.isAncestor(place.repository, commit, place.commit)),
    ),
  );
  for (const { place, written } of watched) {
    const current = await currentRelease(place, written, ports);
    const holds = current === null ? place : { ...place, ...wantedBy(current.release) };
    for (const cluster of place.clusters) {
      const previous = current?.release.arrival?.clusters[cluster];
      const steps = current?.release.arrival?.steps?.[cluster];
      const earlier = current?.release.arrival?.earlier?.[cluster];
      expected.push({
        service: place.service,
        environment: place.environment,
        cluster,
        repository: place.repository,
        branch: place.branch,
        commit: current?.commit ?? place.commit,
        image: place.image,
        version: holds.version,
        ...(holds.digest === undefined ? {} : { digest: holds.digest }),
        paths: [...place.paths],
        ...(current === null ? {} : { release: current.id, writtenAt: current.release.since }),
        ...(previous === undefined ? {} : { previous }),
        ...(steps === undefined ? {} : { steps }),
        ...(earlier === undefined ? {} : { earlier }),
      });
    }
  }
  return expected;
}

function writtenTo({ service, environment }: Deployed, arriving: readonly Release[]): WrittenRelease[] {
  return arriving.flatMap((release) =>
    release.request.service === service &&
    release.request.environment === environment &&
    release.state.kind === 'written'
      ? [{ release, id: release.id, commit: release.state.commit }]
      : [],
  );
}

/** Nothing is expected any more of a service that Git does not hold. */
async function leaveTakenOut(
  ports: ExpectationPorts,
  places: readonly Deployed[],
  arriving: readonly Release[],
): Promise<void> {
  const held = new Set(places.map(({ service, environment }) => `${environment}/${service}`));
  for (const release of arriving) {
    const { service, environment } = release.request;
    if (release.state.kind !== 'written' || held.has(`${environment}/${service}`)) continue;
    if (!ports.isTakenOut(service, environment)) continue;
    const verdict: Verdict = { kind: 'gone', because: `it was taken out of ${environment}`, since: ports.now() };
    await leaveOnce(ports, release, verdict, Object.keys(release.arrival?.clusters ?? {}));
  }
}

/** A release that has ended so before is left alone: its record does not grow with time. */
async function leaveOnce(
  ports: ExpectationPorts,
  release: Release,
  verdict: Verdict,
  clusters: readonly string[],
): Promise<void> {
  const known = release.arrival?.clusters ?? {};
  const isLeft = (cluster: string) => known[cluster] !== undefined && sameVerdict(known[cluster], verdict);
  const others = clusters.filter((cluster) => !isLeft(cluster));
  if (others.length > 0) await ports.leave(release, () => verdict, others);
}

function wantedBy(release: Release): { version: string; digest?: string | undefined } {
  const artifact = release.plan?.artifact;
  return artifact === undefined ? { version: '' } : { version: artifact.version, digest: artifact.digest };
}

/** The release that wrote what the branch holds; all others of the same service and environment are left. */
async function currentRelease(
  place: Deployed,
  written: readonly WrittenRelease[],
  ports: ExpectationPorts,
): Promise<WrittenRelease | null> {
  const since = ports.now();
  const leave = (release: Release, verdict: Verdict) => leaveOnce(ports, release, verdict, place.clusters);
  let current: WrittenRelease | null = null;
  for (const each of written) {
    const holds = await ports.isAncestor(place.repository, each.commit, place.commit);
    // A head that this process has not fetched yet lies behind the commit; anything else has lost it.
    if (!holds && !(await ports.isAncestor(place.repository, place.commit, each.commit)))
      await leave(each.release, { kind: 'gone', because: `its commit is no longer in ${place.branch}`, since });
    else if (current !== null)
      await leave(each.release, { kind: 'superseded', by: wantedBy(current.release).version, since });
    else if (!holds || wantedBy(each.release).version === place.version) current = each;
    else await leave(each.release, { kind: 'superseded', by: place.version, since });
  }
  return current;
}
