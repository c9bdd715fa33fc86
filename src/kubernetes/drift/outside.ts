import { instantOf } from '../../doors/time.ts';
import type { CommitSha } from '../../vocabulary/change.ts';
import type { SeenDrift } from '../../vocabulary/drift.ts';
import type { Release } from '../../vocabulary/release.ts';
import type { Deployed } from '../expectations.ts';
import { driftId } from './drift-tracker.ts';

export interface OutsideCommit {
  readonly commit: CommitSha;
  readonly author: string;
  readonly atMs: number;
  readonly title: string;
}

export interface OutsidePorts {
  readonly isAncestor: (repository: string, ancestor: string, descendant: string) => Promise<boolean>;
  /** The last commit up to `head`, and not reachable from `since`, that changed a file and is not of Sluice. */
  readonly changedOutside: (
    repository: string,
    since: CommitSha,
    head: CommitSha,
    path: string,
  ) => Promise<OutsideCommit | null>;
}

/** Flux's own image automation commits under the name that its guide gives it. */
const robots = /\bfluxcdbot\b/i;

/**
 * Versions in Git that Sluice did not write although it wrote the one before: somebody changed the line past it. Where Sluice never
 * released a service, Git may hold whatever it holds.
 */
export async function changedOutside(
  ports: OutsidePorts,
  deployed: readonly Deployed[],
  newest: readonly Release[],
): Promise<SeenDrift[]> {
  const byPlace = new Map(
    newest.map((release) => [`${release.request.environment}/${release.request.service}`, release]),
  );
  const found = deployed.map(async (place): Promise<SeenDrift[]> => {
    const release = byPlace.get(`${place.environment}/${place.service}`);
    const wrote = release?.plan?.artifact.version;
    if (release?.state.kind !== 'written' || wrote === undefined || wrote === place.version) return [];
    const { commit } = release.state;
    // Where its commit is not in the branch any more, the branch was reset, which is told; or this clone is late.
    if (commit === place.commit || !(await ports.isAncestor(place.repository, commit, place.commit))) return [];
    const [path = ''] = place.paths;
    const by = await ports.changedOutside(place.repository, commit, place.commit, path);
    return by === null || robots.test(by.author) ? [] : [outsideDrift(place, wrote, by, path)];
  });
  return (await Promise.all(found)).flat();
}

function outsideDrift(
  { service, environment, repository, branch, version }: Deployed,
  wrote: string,
  { author, atMs, title, commit }: OutsideCommit,
  path: string,
): SeenDrift {
  return {
    id: driftId(`${repository}/${branch}`, `${environment}/${service}`, 'outside'),
    cluster: `${repository}/${branch}`,
    environment,
    service,
    signal: 'outside',
    object: path,
    field: 'version',
    live: version,
    wanted: wrote,
    manager: '',
    note: `${commit.slice(0, 7)} by ${author}: ${title}`,
    since: instantOf(atMs),
  };
}
