import { instantOf } from '../doors/time.ts';
import type { Verdict } from '../vocabulary/verdict.ts';
import { isOverdue } from './arrival/deadline.ts';
import { oneLine } from './arrival/finding.ts';
import type { Expected } from './expected.ts';

/** What is said of a cluster that has shown nothing yet: what was proven before stands, everything else waits. */
export function unreachableVerdict(
  cluster: string,
  because: string,
  expected: Expected,
  previous: Verdict | undefined,
  nowMs: number,
): Verdict {
  if (previous !== undefined && previous.kind !== 'waiting' && previous.kind !== 'unverified') return previous;
  const stage = previous?.stage ?? 'source';
  const since = previous?.since ?? instantOf(nowMs);
  const kind = isOverdue(expected, [], Date.parse(since), nowMs) ? 'unverified' : 'waiting';
  const running = previous?.running === undefined ? {} : { running: previous.running };
  return { kind, stage, because: `${cluster} cannot be reached: ${oneLine(because)}`, ...running, since };
}
