import { epochMsOf, instantOf } from '../doors/time.ts';
import type { Decision } from '../vocabulary/reasons.ts';
import type { Release } from '../vocabulary/release.ts';

const lastCallMs = 15 * 60_000;

/** When those who can still vote are reminded: at half time, and a quarter of an hour before the end where that is later. */
export function reminderTimes({ askedAt, expiresAt }: Pick<Decision, 'askedAt' | 'expiresAt'>): readonly number[] {
  if (askedAt === undefined || expiresAt === undefined) return [];
  const end = epochMsOf(expiresAt);
  const half = epochMsOf(askedAt) + Math.floor((end - epochMsOf(askedAt)) / 2);
  const last = end - lastCallMs;
  return [half, ...(last > half ? [last] : [])];
}

/** A held release of which a reminder is due: what is to be written down, so that it is sent once. Of several that were missed, the last. */
export function dueReminder(release: Release, nowMs: number): Pick<Release, 'decision'> | null {
  const { decision } = release;
  if (release.state.kind !== 'held' || decision === undefined || !asksForVotes(decision)) return null;
  const due = reminderTimes(decision).findLast((atMs) => atMs <= nowMs);
  if (due === undefined || instantOf(due) <= (decision.remindedAt ?? '')) return null;
  return { decision: { ...decision, remindedAt: instantOf(due) } };
}

/** When a held release is to be looked at again because of the time alone; undefined where nothing ends. */
export function nextLookMs({ state, decision }: Release, nowMs: number): number | undefined {
  if (state.kind !== 'held' || decision?.expiresAt === undefined) return undefined;
  const reminders = asksForVotes(decision) ? reminderTimes(decision) : [];
  const ahead = [...reminders, epochMsOf(decision.expiresAt)].filter((atMs) => atMs > nowMs);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function asksForVotes({ reasons }: Decision): boolean {
  return reasons.some(({ demand }) => demand !== undefined);
}
