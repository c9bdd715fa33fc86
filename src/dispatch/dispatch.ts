import { createErrorListener } from '../doors/error-listener.ts';
import { messageOf, Refusal } from '../doors/errors.ts';
import { type At, around } from '../doors/fault-points.ts';
import { key, openRedis } from '../doors/redis.ts';
import type { Pulse } from '../doors/telemetry.ts';
import { pause, steadyClock } from '../doors/time.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import type { Release } from '../vocabulary/release.ts';
import { type AutoReleasePorts, releaseArtifact } from './auto-release.ts';
import { advanceChain, type ChainPorts } from './chain.ts';
import { consider } from './consider.ts';
import { type LaneOutcome, runLane } from './lane.ts';
import {
  type Decide,
  type Entry,
  type LaneGitops,
  laneWork,
  type Moved,
  type PlanRequest,
  type ReadLast,
  type ReadRelease,
  type ReleaseChange,
  type Transition,
} from './ports.ts';
import { createQueue, type QueueSettings } from './queue.ts';
import { tellSeldom } from './reachable.ts';
import { reviewOf } from './review.ts';
import { type TurnPorts, takeTurn } from './turn.ts';
import { wake } from './wake.ts';
import { createWork, laneOf } from './work.ts';

/** What dispatch needs of the ledger. */
export interface DispatchLedger {
  readonly release: ReadRelease;
  readonly open: (filter?: { readonly service?: string; readonly environment?: string }) => Promise<Release[]>;
  readonly waiting: (lane: Lane) => Promise<Release[]>;
  readonly transition: (before: Release, change: ReleaseChange, entry: Entry) => Promise<Moved>;
  readonly transitionAll: (list: Transition[]) => Promise<Moved[]>;
  readonly due: (nowMs: number) => Promise<readonly { readonly work: string; readonly mark: string }[]>;
  readonly markOf: (work: string) => Promise<string | null>;
  readonly markDue: (work: string, atMs?: number) => Promise<void>;
  readonly markAllDue: (works: readonly string[]) => Promise<void>;
  readonly settle: (work: string, mark: string, againAtMs?: number) => Promise<boolean>;
  readonly expireHolds: (nowMs: number) => Promise<readonly unknown[]>;
  readonly lastWritten: ReadLast;
  readonly turn: TurnPorts['turn'];
  readonly chain: ChainPorts['chain'];
  readonly healthy: ChainPorts['healthy'];
}

export interface DispatchPorts extends DispatchLedger, Omit<AutoReleasePorts, 'nudge'> {
  readonly redisUrl: string;
  readonly pulse: Pulse;
  readonly plan: PlanRequest;
  readonly clockSkew: () => Promise<string | null>;
  readonly decide: Decide;
  readonly gitops: LaneGitops;
  readonly clustersOf: ChainPorts['clustersOf'];
  /** Where the working days of an environment are counted; default: UTC. */
  readonly timeZoneOf?: (environment: string) => string;
  readonly afterPush: (lane: Lane, head: CommitSha) => unknown;
  readonly laneRefused: (lane: Lane, because: string) => Promise<void>;
  readonly laneResumed?: (lane: Lane) => Promise<void>;
  /** Null when it can be reached again. */
  readonly laneUnreachable: (lane: Lane, because: string | null) => Promise<void>;
  /** Writes what else waits in a lane, before its releases. */
  readonly policyLane?: (
    lane: Lane,
    signal: AbortSignal,
    afterPush: (lane: Lane, head: CommitSha) => void,
  ) => Promise<LaneOutcome>;
  readonly at?: At | undefined;
  readonly queue?: Partial<QueueSettings>;
}

export interface Dispatch {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Has the work looked at now instead of at the next sweep; the due mark is what makes it certain. */
  readonly nudge: (work: string) => void;
  /** Lets a lane go on whose remote had refused a push; a string is `repository/branch`. */
  readonly resumeLane: (lane: Lane | string) => Promise<void>;
  readonly isStopped: (lane: Lane) => Promise<boolean>;
}

/** When does it go? Every replica may run one; BullMQ shares the work out, and the record makes doubling harmless. */
export function createDispatch(ports: DispatchPorts): Dispatch {
  const { log } = ports;
  const redis = openRedis({ url: ports.redisUrl }, 'commands', createErrorListener(log, 'Redis'));
  const ending = new AbortController();
  let waking: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;
  const nudge = (work: string) =>
    void queue.add(work).catch((error) => log.debug({ work, err: messageOf(error) }, 'the sweep will find it'));
  const stoppedKey = (lane: Lane) => key('stopped-lane', lane.repository, lane.branch);
  const isStopped = async (lane: Lane) => (await redis.exists(stoppedKey(lane))) === 1;
  const lanePorts = {
    ...ports,
    laneUnreachable: tellSeldom(ports.laneUnreachable, steadyClock),
    reviewOf: (release: Release) =>
      reviewOf(release, ports.timeZoneOf?.(release.request.environment) ?? 'UTC', ports.clock.now()),
    isStopped,
    // A hint to Flux that fails costs a little time and nothing else.
    afterPush: (lane: Lane, head: CommitSha) =>
      void Promise.resolve(ports.afterPush(lane, head)).catch((error) =>
        log.warn({ err: messageOf(error) }, 'Flux was not told'),
      ),
    stopLane: async (lane: Lane, because: string) => void (await redis.set(stoppedKey(lane), because.slice(0, 500))),
    pause,
    steady: steadyClock,
    random: Math.random,
  };
  const considerPorts = { ...ports, nudge };
  const run = createWork({
    ...ports,
    random: Math.random,
    consider: (id) => consider(considerPorts, id),
    takeTurn: (of) => takeTurn(considerPorts, of),
    advanceChain: (id) => advanceChain(considerPorts, id),
    releaseArtifact: (named) => releaseArtifact(considerPorts, named),
    runLane: async (lane, signal) => {
      // Stricter rules go before the releases that they are for.
      const policies = (await isStopped(lane)) ? null : await ports.policyLane?.(lane, signal, lanePorts.afterPush);
      const releases = await runLane(lanePorts, lane, signal);
      return releases.kind === 'done' && policies?.kind === 'later' ? policies : releases;
    },
  });
  const jobs = createQueue({ redisUrl: ports.redisUrl, log, run, settings: ports.queue ?? {} });
  const queue = { ...jobs, add: around(ports.at, 'job', jobs.add) };
  const stop = async () => {
    ending.abort();
    await waking;
    await queue.stop();
    redis.disconnect();
  };
  return {
    nudge,
    isStopped,
    start: async () => {
      queue.start();
      waking = wake({ ...ports, add: queue.add }, ending.signal);
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    resumeLane: async (named) => {
      const lane = typeof named === 'string' ? laneOf(`lane/${named}`) : named;
      if (lane === null)
        throw new Refusal(`${named} is not a lane. Name it as repository/branch, such as gitops/main.`);
      await redis.del(stoppedKey(lane));
      await ports.markDue(laneWork(lane));
      await ports.laneResumed?.(lane);
      nudge(laneWork(lane));
    },
  };
}
