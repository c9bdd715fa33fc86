import { messageOf } from '../doors/errors.ts';
import type { At } from '../doors/fault-points.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Clock, Instant } from '../doors/time.ts';
import type { Lane } from '../vocabulary/change.ts';
import { type ReleaseId, releaseIdSchema } from '../vocabulary/release.ts';
import { artifactOf } from './auto-release.ts';
import { chainOf } from './chain.ts';
import type { LaneOutcome } from './lane.ts';
import { turnOf } from './turn.ts';

export interface WorkPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** The mark of a work; null where there is nothing to do. */
  readonly markOf: (work: string) => Promise<string | null>;
  readonly settle: (work: string, mark: string, againAtMs?: number) => Promise<boolean>;
  /** Resolves with the moment at which the release is to be looked at again, where there is one. */
  readonly consider: (id: ReleaseId) => Promise<number | undefined>;
  readonly takeTurn: (of: Instant) => Promise<void>;
  readonly advanceChain: (id: ReleaseId) => Promise<number | undefined>;
  readonly releaseArtifact: (named: { readonly service: string; readonly version: string }) => Promise<void>;
  readonly runLane: (lane: Lane, signal: AbortSignal) => Promise<LaneOutcome>;
  readonly at?: At | undefined;
}

const firstRetryMs = 250;
const retryLimitMs = 15_000;

/**
 * The job edge: does what is due, and settles it only where nobody marked it again meanwhile. It never throws: work
 * that failed stays due, later each time up to 15 s.
 */
export function createWork(ports: WorkPorts): (work: string, signal: AbortSignal) => Promise<void> {
  const failures = new Map<string, number>();
  const retryAtMs = (work: string) => {
    const count = (failures.get(work) ?? 0) + 1;
    failures.set(work, count);
    const delayMs = Math.min(firstRetryMs * 2 ** Math.min(count - 1, 10), retryLimitMs);
    return ports.clock.now() + Math.round(delayMs * (0.75 + 0.25 * ports.random()));
  };
  const attempt = async (work: string, signal: AbortSignal): Promise<Done> => {
    try {
      return await doWork(ports, work, signal);
    } catch (error) {
      return { kind: 'later', because: messageOf(error) };
    }
  };
  return async (work, signal) => {
    try {
      // Marked again while it ran: it goes round at once; the limit lets others have their turn.
      for (let round = 0; round < 20 && !signal.aborted; round += 1) {
        const mark = await ports.markOf(work);
        if (mark === null) return;
        const outcome = await attempt(work, signal);
        await ports.at?.('settle.before');
        if (outcome.kind === 'left') return;
        if (outcome.kind === 'done') failures.delete(work);
        if (outcome.kind === 'later') ports.log.warn({ work, because: outcome.because }, 'work is tried again later');
        const againAtMs =
          outcome.kind === 'later' ? retryAtMs(work) : 'againAtMs' in outcome ? outcome.againAtMs : undefined;
        const settled = await ports.settle(work, mark, againAtMs);
        await ports.at?.('settle.after');
        if (settled) return;
      }
    } catch (error) {
      ports.log.warn({ work, err: messageOf(error) }, 'work stays due');
    }
  };
}

type Done = LaneOutcome | { readonly kind: 'done'; readonly againAtMs: number };

function againAt(againAtMs: number | undefined): Done {
  return againAtMs === undefined ? { kind: 'done' } : { kind: 'done', againAtMs };
}

async function doWork(ports: WorkPorts, work: string, signal: AbortSignal): Promise<Done> {
  const lane = laneOf(work);
  if (lane !== null) return ports.runLane(lane, signal);
  const artifact = artifactOf(work);
  const turn = turnOf(work);
  const id = releaseIdSchema.safeParse(work.startsWith('release/') ? work.slice('release/'.length) : '');
  if (id.success) return againAt(await ports.consider(id.data));
  const chain = chainOf(work);
  if (chain !== null) return againAt(await ports.advanceChain(chain));
  if (artifact !== null) await ports.releaseArtifact(artifact);
  else if (turn !== null) await ports.takeTurn(turn);
  else ports.log.error({ work }, 'nobody knows how to do this work');
  return { kind: 'done' };
}

/** The lane of `lane/<repository>/<branch>`; a branch may hold slashes, the name of a repository may not. */
export function laneOf(work: string): Lane | null {
  const [, repository, branch] = /^lane\/([^/]+)\/(.+)$/.exec(work) ?? [];
  return repository === undefined || branch === undefined ? null : { repository, branch };
}
