import type { CommitSha } from '../change.ts';
import type { Release, ReleaseId } from '../release.ts';
import type { Instant } from '../time.ts';
import type { Verdict } from '../verdict.ts';
import type { Expected } from './expected.ts';

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
  for (const place of await ports.deployed()) {
    const own = arriving.filter(
      ({ request }) => request.service === place.service && request.environment === place.environment,
    );
    const written = own.flatMap((release): WrittenRelease[] =>
      release.state.kind === 'written' ? [{ release, id: release.id, commit: release.state.commit }] : [],
    );
    const current = await currentRelease(place, written, ports);
    const holds = current === null ? place : { ...place, ...wantedBy(current.release) };
    for (const cluster of place.clusters) {
      const previous = current?.release.arrival?.clusters[cluster];
      const steps = current?.release.arrival?.steps?.[cluster];
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
      });
    }
  }
  return expected;
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
  const leave = (release: Release, verdict: Verdict) => ports.leave(release, () => verdict, place.clusters);
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
