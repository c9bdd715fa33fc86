import { createArtifacts } from '../../catalog/artifacts.ts';
import { openRedis, whenReady } from '../../doors/redis.ts';
import { instantOf } from '../../doors/time.ts';
import { createGitops } from '../../gitops/gitops.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Artifact } from '../../vocabulary/artifact.ts';
import type { Lane } from '../../vocabulary/change.ts';
import { type Person, userIdSchema } from '../../vocabulary/person.ts';
import type { Release } from '../../vocabulary/release.ts';
import type { Verdict } from '../../vocabulary/verdict.ts';
import type { GitServer } from '../git.ts';
import { company } from './company.ts';
import { history, type PastRelease } from './history.ts';
import { environments, firstVersions, placeOf, repositoryFiles } from './repository.ts';
import { artifacts } from './versions.ts';

export interface SeedPorts {
  readonly redisUrl: string;
  readonly git: GitServer;
  /** Folder for a clone of its own. */
  readonly data: string;
  readonly signingKey: string;
  readonly nowMs: number;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const lane: Lane = { repository: 'gitops', branch: 'main' };
const hourMs = 3_600_000;
const arrivalMs = 42_000;

/** A new company: its repository, what CI built, and three weeks of releases, in Git and in the record as Sluice writes them. */
export async function seedCompany(ports: SeedPorts): Promise<void> {
  let nowMs = ports.nowMs - 21 * 24 * hourMs;
  const clock = { now: () => nowMs };
  ports.git.commit(repositoryFiles(), {
    message: 'Describe our clusters\n',
    author: 'Cy Chen <cy@acme.test>',
    at: new Date(nowMs),
  });
  const redis = openRedis({ url: ports.redisUrl }, 'commands', () => {});
  await whenReady(redis, 10_000);
  const ledger = createLedger({ redis, clock });
  const store = createArtifacts(redis);
  const repositories = { gitops: { url: `file://${ports.git.path}`, branch: 'main' } };
  const author = { name: 'Sluice', email: 'sluice@acme.test' };
  const gitops = createGitops({
    repositories,
    data: ports.data,
    author,
    signing: { key: ports.signingKey, trusted: [] },
    clock,
    log: quiet,
  });
  const fetched = await gitops.fetch(lane);
  if (fetched.kind !== 'fetched') throw new Error(fetched.because);
  const batch = gitops.begin(lane, fetched.head);
  await batch.prefetch(history.map(({ service, environment }) => placeOf(service, environment).path));
  let { head } = fetched;
  const built = artifacts(ports.nowMs);
  for (const artifact of built) await store.add(artifact);
  await ledger.confirm('the first start');

  const running = new Map<string, string>();
  for (const [environment, clusters] of Object.entries(environments)) {
    for (const [service, version] of Object.entries(firstVersions)) {
      running.set(`${service} ${environment}`, version);
      for (const cluster of clusters)
        await ledger.recordHealthy({
          ...provenBy(find(built, service, version)),
          environment,
          cluster,
          at: instantOf(nowMs),
        });
    }
  }
  for (const past of history) {
    nowMs = ports.nowMs - past.hoursAgo * hourMs;
    const key = `${past.service} ${past.environment}`;
    const artifact = find(built, past.service, past.version);
    const written = await write(past, artifact, running.get(key) ?? null);
    running.set(key, past.version);
    nowMs += arrivalMs;
    const clusters = environments[past.environment];
    const healthy: Verdict = {
      kind: 'healthy',
      since: instantOf(nowMs),
      running: past.version,
      pods: { ready: 3, wanted: 3 },
    };
    await ledger.transition(
      written,
      { arrival: { clusters: Object.fromEntries(clusters.map((cluster) => [cluster, healthy])) } },
      { event: 'release.arrival' },
    );
    for (const cluster of clusters)
      await ledger.recordHealthy({
        ...provenBy(artifact),
        environment: past.environment,
        cluster,
        at: instantOf(nowMs),
      });
  }
  const pushed = await batch.push();
  if (pushed.kind !== 'pushed') throw new Error(`the history could not be pushed: ${JSON.stringify(pushed)}`);
  // Nobody is told today what happened last week.
  for (const { subject, mark } of await ledger.dirty(1_000)) await ledger.clean(subject, mark);
  gitops.close();
  redis.disconnect();

  async function write(past: PastRelease, artifact: Artifact, from: string | null): Promise<Release> {
    const requester = person(past.by);
    const { release } = await ledger.accept(
      {
        intent: 'release',
        service: past.service,
        environment: past.environment,
        wanted: { kind: 'named', name: past.version },
        ...(past.because === undefined ? {} : { because: past.because }),
        requester,
        at: instantOf(nowMs),
        asked: { channel: 'C0GENERAL' },
      },
      `seed:${past.service}:${past.environment}:${past.version}`,
    );
    const votes =
      past.environment !== 'production'
        ? []
        : ['bo', 'cy']
            .filter((name) => name !== past.by)
            .map((name) => ({ person: person(name), vote: 'approve' as const, at: instantOf(nowMs), bound: 'seed' }));
    const queued = await ledger.transition(
      release,
      {
        plan: {
          intent: past.environment === 'dev' ? 'release' : 'promote',
          artifact,
          from: from === null ? null : { version: from },
          lane,
          places: [placeOf(past.service, past.environment)],
          lines: [],
          commits: artifact.commits,
          commitCount: artifact.commits.length,
          backwards: false,
          knownGood: false,
          head,
        },
        decision: { kind: 'allowed', reasons: [], bound: 'seed' },
        votes,
        state: { kind: 'queued' },
      },
      { event: 'release.queued' },
    );
    const committed = await batch.commit(queued.record);
    if (committed.kind !== 'committed')
      throw new Error(`${past.service} ${past.version} could not be written: ${JSON.stringify(committed)}`);
    head = committed.commit;
    return (
      await ledger.transition(
        queued.record,
        { state: { kind: 'written', commit: committed.commit } },
        { event: 'release.written' },
      )
    ).record;
  }
}

function find(built: readonly Artifact[], service: string, version: string): Artifact {
  const artifact = built.find((each) => each.service === service && each.version === version);
  if (artifact === undefined) throw new Error(`the seed has no ${service} ${version}`);
  return artifact;
}

function provenBy({ service, version, digest }: Artifact) {
  return { service, version, ...(digest === undefined ? {} : { digest }) };
}

function person(name: string): Person {
  const user = company.users.find((each) => each.name === name);
  if (user === undefined) throw new Error(`nobody at Acme is called ${name}`);
  return { user: userIdSchema.parse(user.id), name: user.real_name, email: user.email };
}
