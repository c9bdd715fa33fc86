import type { Clock } from '../doors/time.ts';
import type { Lane } from '../vocabulary/change.ts';
import { laneWork } from './ports.ts';

/** Null when it can be reached again. */
export type TellReachable = (lane: Lane, because: string | null) => Promise<void>;

/** For so long it is not told again that a lane can be reached. */
const knownMs = 10_000;

/** That a lane can be reached ends what any replica has told of it, or this one before a restart; seldom is often enough. */
export function tellSeldom(tell: TellReachable, steady: Clock): TellReachable {
  const reachableMs = new Map<string, number>();
  return async (lane, because) => {
    const name = laneWork(lane);
    const toldMs = reachableMs.get(name);
    if (because === null && toldMs !== undefined && steady.now() - toldMs < knownMs) return;
    reachableMs.delete(name);
    await tell(lane, because);
    if (because === null) reachableMs.set(name, steady.now());
  };
}
