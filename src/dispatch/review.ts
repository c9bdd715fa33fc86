import { instantOf, nextWorkingDayMs } from '../doors/time.ts';
import type { Release } from '../vocabulary/release.ts';

/** The hour at which a second look is late, as clocks of the environment show it. */
const dueHour = 17;

/** What passed a policy, or went back past them all, is looked at again by somebody else on the next working day. */
export function reviewOf(
  release: Release,
  timezone: string,
  nowMs: number,
): NonNullable<Release['review']> | undefined {
  const { request, plan, decision } = release;
  const isOverride = (decision?.overridden ?? []).length > 0;
  const isBack = request.intent === 'rollback' && plan?.knownGood === true;
  if (!isOverride && !isBack) return undefined;
  const dueAt = instantOf(nextWorkingDayMs(nowMs, timezone, dueHour));
  return { why: isOverride ? 'override' : 'rollback', dueAt, timezone };
}
