import { messageOf } from '../doors/errors.ts';
import type { Log, Pulse } from '../doors/telemetry.ts';
import { type Clock, pause } from '../doors/time.ts';
import type { Release } from '../vocabulary/release.ts';

export interface WakePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly pulse: Pulse;
  readonly due: (nowMs: number) => Promise<readonly { readonly work: string }[]>;
  /** Adds work to the queue unless it is there already. */
  readonly add: (work: string) => Promise<void>;
  readonly open: () => Promise<readonly Release[]>;
  readonly markAllDue: (works: readonly string[]) => Promise<void>;
  /** Null where this machine's clock is right: by a wrong one no lock ends. */
  readonly clockSkew: () => Promise<string | null>;
  readonly expireHolds: (nowMs: number) => Promise<readonly unknown[]>;
}

const sweepMs = 1_000;
const heldMs = 15_000;
const backoffLimitMs = 5_000;

/** What one sweep does: the due work is added again, so that no job has to survive anything. */
export async function sweep(ports: WakePorts, lookAtHeld: boolean): Promise<void> {
  const ended = (await ports.clockSkew()) === null ? await ports.expireHolds(ports.clock.now()) : [];
  if (lookAtHeld || ended.length > 0) {
    const undecided = (await ports.open()).filter(({ state }) => state.kind === 'held' || state.kind === 'requested');
    await ports.markAllDue(undecided.map(({ id }) => `release/${id}`));
  }
  const due = await ports.due(ports.clock.now());
  await Promise.all(due.map(({ work }) => ports.add(work)));
}

/** Sweeps every second until the signal; trouble is logged once and tried again, a little later each time. */
export async function wake(ports: WakePorts, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let heldAtMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    ports.pulse.beat('dispatch', 30_000);
    const nowMs = ports.clock.now();
    try {
      const isHeldTurn = nowMs - heldAtMs >= heldMs;
      await sweep(ports, isHeldTurn);
      if (isHeldTurn) heldAtMs = nowMs;
      if (failures > 0) ports.log.info({ failures }, 'the sweep goes on');
      failures = 0;
    } catch (error) {
      if (failures === 0) ports.log.warn({ err: messageOf(error) }, 'the sweep failed and is tried again');
      failures += 1;
    }
    await pause(failures === 0 ? sweepMs : Math.min(sweepMs * failures, backoffLimitMs), signal);
  }
  ports.pulse.stop('dispatch');
}
