import type { Catalog } from './catalog/ports.ts';
import { rollsBackNow } from './decision/on-failure.ts';
import { type OnFailurePorts, rollBackFailed } from './dispatch/on-failure.ts';
import type { Bells } from './doors/bell.ts';
import { Retryable } from './doors/errors.ts';
import { type At, around } from './doors/fault-points.ts';
import type { Lease } from './doors/lease.ts';
import type { Log, Pulse } from './doors/telemetry.ts';
import { type Clock, instantOf } from './doors/time.ts';
import type { Gitops } from './gitops/gitops.ts';
import { changedOutside } from './kubernetes/drift/outside.ts';
import { expectations } from './kubernetes/expectations.ts';
import { createKubernetes } from './kubernetes/kubernetes.ts';
import { recordArrival, recordPodLog } from './kubernetes/record-arrival.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createRollbackLocks } from './ledger/rollback-lock.ts';
import type { Settled } from './settle.ts';
import { changesWhatRuns } from './vocabulary/drift.ts';

export interface ArrivalRooms {
  readonly settled: Settled;
  readonly clock: Clock;
  readonly log: Log;
  readonly pulse: Pulse;
  readonly lease: Lease;
  readonly bells: Bells;
  readonly ledger: Ledger;
  /** Takes nothing from a replica that does not lead any more. */
  readonly leading: Ledger;
  readonly gitops: Gitops;
  readonly catalog: Catalog;
  readonly nudge: (work: string) => void;
  /** Looks again at everything that is held. */
  readonly reconsider: () => Promise<void>;
  readonly at: At | undefined;
}

/** Watches the clusters for what Git wants of them, and writes down what became of it. */
export function joinArrival(rooms: ArrivalRooms) {
  const { settled, clock, lease, bells, ledger, leading, gitops, catalog, nudge, reconsider, at } = rooms;
  const leaveLocks = createRollbackLocks(leading.hold);
  const onFailure: OnFailurePorts = {
    ...leading,
    clock,
    rollsBack: (where) => rollsBackNow(catalog.snapshot(), where),
    nudge,
  };
  return createKubernetes({
    ...settled,
    clock,
    log: rooms.log,
    pulse: rooms.pulse,
    isAncestor: gitops.isAncestor,
    onUnknownCommit: gitops.fetch,
    readFile: async (...where) => (await gitops.read(...where))?.text ?? null,
    expected: async () => {
      const arriving = await ledger.arriving();
      if (lease.held()) {
        await leaveLocks(arriving);
        await rollBackFailed(onFailure, arriving);
      }
      return expectations({
        deployed: async () => {
          if (gitops.head(settled.policyLane) === null) throw new Retryable('no commit has been fetched yet');
          return catalog.deployed();
        },
        isTakenOut: catalog.isTakenOut,
        arriving: async () => arriving,
        isAncestor: gitops.isAncestor,
        leave: async (release, verdict, clusters) => {
          if (!lease.held()) return;
          const verdicts = Object.fromEntries(clusters.map((cluster) => [cluster, verdict(cluster)]));
          await recordArrival(leading, release.id, verdicts);
        },
        now: () => instantOf(clock.now()),
      });
    },
    outside: async () => changedOutside(gitops, await catalog.deployed(), await ledger.arriving()),
    openDrifts: ledger.drifts,
    term: lease.term,
    pushes: () => bells.rings('pushed'),
    onVerdict: around(at, 'arrival', async ({ release }, cluster, { verdict, steps, earlier }) => {
      if (release === undefined) return;
      await recordArrival(leading, release, { [cluster]: verdict }, { [cluster]: steps }, { [cluster]: earlier });
    }),
    showsLogs: (environment) => catalog.environment(environment)?.logs === 'thread',
    onPodLog: async ({ release }, cluster, log) => {
      if (release !== undefined) await recordPodLog(leading, release, cluster, log);
    },
    onHealthy: async (healthy) => {
      if (await ledger.recordHealthy(healthy)) await reconsider();
    },
    onHealth: leading.recordHealth,
    onDrift: async (drift) => void (await leading.openDrift({ kind: 'drift', ...drift })),
    onDriftEnded: async (id, how) => {
      const drift = await ledger.drift(id);
      if (drift?.state.kind === 'open' && drift.service !== undefined && changesWhatRuns(drift))
        await leading.restartHealthyTime({ ...drift, service: drift.service });
      await leading.changeDrift(id, { state: { kind: 'ended', at: instantOf(clock.now()), how } });
    },
  });
}
