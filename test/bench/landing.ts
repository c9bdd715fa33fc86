import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDecision } from '../../src/decision/decision.ts';
import { createDispatch } from '../../src/dispatch/dispatch.ts';
import { createPulse, type Log } from '../../src/doors/telemetry.ts';
import { instantOf, systemClock } from '../../src/doors/time.ts';
import { createGitops } from '../../src/gitops/gitops.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Lane, Place } from '../../src/vocabulary/change.ts';
import { anArtifact, ana, aPlan, aReadFile, aRequest } from '../support/builders.ts';
import type { GitRemote } from '../support/git-remote.ts';
import { startRedisWithClient } from '../support/redis.ts';
import { commitAndPush, fileOf, imageOf, manyServices, queued, unsignedAndSigned } from './many-services.ts';

// G1: 1,000 queued releases of different services, each its own commit, among 10,000 services in nested folders; against
// a loop of `git commit && git push` on a work tree of the same repository, in the same run.
const lane: Lane = { repository: 'gitops', branch: 'main' };
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Releases a second of Sluice: from queued in Redis to written on the remote, decided again on the fetched head. */
async function sluice(remote: GitRemote, key: string | null): Promise<number> {
  const { server, redis } = await startRedisWithClient();
  const data = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const clock = systemClock;
  const ledger = createLedger({ redis, clock });
  await ledger.confirm('bench');
  const gitops = createGitops({
    repositories: { gitops: { url: remote.url, branch: 'main' } },
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    ...(key === null ? {} : { signing: { key, trusted: [] } }),
    clock,
    log: quiet,
  });
  const fetched = await gitops.fetch(lane);
  if (fetched.kind !== 'fetched') throw new Error(fetched.because);
  const file = aReadFile();
  const decision = createDecision({
    ...ledger,
    snapshot: async () => file,
    membersOf: async () => [ana.user],
    person: async () => ana,
    artifact: async () => null,
    clockSkew: async () => null,
    clock,
  });
  for (let number = 0; number < queued; number += 1) {
    const service = `service-${number}`;
    const place: Place = { kind: 'kustomize-image', path: fileOf(number), image: imageOf(number) };
    const plan = aPlan({
      artifact: anArtifact({ service, version: '1.1.0' }),
      from: { version: '1.0.0' },
      places: [place],
      lane,
      head: fetched.head,
    });
    const { release } = await ledger.accept(
      aRequest({ service, environment: 'dev', requester: ana, at: instantOf(clock.now()) }),
      `bench:${number}`,
    );
    await ledger.transition(
      release,
      { plan, decision: await decision.decide(release, plan), state: { kind: 'queued' } },
      { event: 'release.queued' },
    );
    // It has been considered: only its lane is due now.
    const work = `release/${release.id}`;
    await ledger.settle(work, (await ledger.markOf(work)) ?? '');
  }
  const landedAll = Promise.withResolvers<void>();
  let written = 0;
  const dispatch = createDispatch({
    ...ledger,
    clustersOf: () => [],
    // Counted as the record says it, without asking Redis again and again.
    transitionAll: async (list) => {
      const moved = await ledger.transitionAll(list);
      written += moved.filter(({ record }) => record.state.kind === 'written').length;
      if (written === queued) landedAll.resolve();
      return moved;
    },
    clockSkew: async () => null,
    artifact: async () => null,
    newestOf: async () => null,
    autoReleases: async () => ({ requester: ana, targets: [] }),
    redisUrl: server.url,
    clock,
    log: quiet,
    pulse: createPulse(clock),
    plan: async () => ({ kind: 'unreadable', because: 'nothing is planned anew here' }),
    decide: decision.decide,
    gitops,
    afterPush: () => {},
    laneRefused: async () => {},
    laneUnreachable: async () => {},
  });
  const before = Number(remote.git('rev-list', '--count', 'main'));
  const begun = performance.now();
  await dispatch.start();
  dispatch.nudge('lane/gitops/main');
  await landedAll.promise;
  const tookMs = performance.now() - begun;
  const landed = Number(remote.git('rev-list', '--count', 'main')) - before;
  if (landed !== queued) throw new Error(`${landed} of ${queued} releases landed`);
  await dispatch.stop();
  gitops.close();
  redis.disconnect();
  await server.close();
  rmSync(data, { recursive: true, force: true });
  return queued / (tookMs / 1_000);
}

await unsignedAndSigned(async (name, key) => {
  const remote = manyServices();
  const ours = await sluice(remote, key);
  const theirs = commitAndPush(remote, key);
  console.log(
    `G1 releases landed, ${name}: ${ours.toFixed(0)}/s; git commit${key === null ? '' : ' -S'} && git push: ${theirs.toFixed(1)}/s; ratio ${(ours / theirs).toFixed(1)}x`,
  );
  remote.close();
});
