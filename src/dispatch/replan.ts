import type { Decision, Reason } from '../vocabulary/reasons.ts';
import { isAutomatic, type Plan, type Release, type Request } from '../vocabulary/release.ts';
import { shownChanges } from '../vocabulary/shown.ts';

/** The request as it is planned again: the version that was shown stays, whatever "newest" would mean by now. */
export function pinnedRequest(release: Release): Request {
  const version = release.plan?.artifact.version ?? release.chain?.version;
  return version === undefined ? release.request : { ...release.request, wanted: { kind: 'named', name: version } };
}

/** A later plan of the same release: how it came to be asked for stays, and so does the head to look for its trailer from. */
export function laterPlan(earlier: Plan | undefined, later: Plan): Plan {
  if (earlier === undefined) return later;
  const sameLane = earlier.lane.repository === later.lane.repository && earlier.lane.branch === later.lane.branch;
  return {
    ...later,
    intent: earlier.intent,
    ...(earlier.chosen === undefined ? {} : { chosen: earlier.chosen }),
    head: sameLane ? earlier.head : later.head,
  };
}

/**
 * A later decision of the same release. What cannot be known just now takes nothing away from what was shown and voted on;
 * what is another now is said with old and new; and asking again gains no time.
 */
export function laterDecision(earlier: Decision | undefined, later: Decision): Decision {
  if (earlier === undefined) return later;
  const { bound, shown, changed, askedAt, remindedAt, approvals } = earlier;
  const kept = { ...given({ askedAt, remindedAt }), ...later };
  if (later.bound === undefined) return { ...given({ bound, shown, changed, approvals }), ...kept };
  if (bound === undefined || bound === later.bound) return { ...given({ changed }), ...kept };
  return { ...kept, changed: changesOf(shown, later.shown) };
}

/** A record of an earlier Sluice does not say what was shown. */
function changesOf(before: Decision['shown'], now: Decision['shown']): string[] {
  return before === undefined || now === undefined ? [] : [...shownChanges(before, now)];
}

/** Without the members that are not there. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

/** For the thread, where something other than what was shown is to be decided: old and new; null where it is the same. */
export function whatChanged(before: Release, decision: Decision): string | null {
  const bound = before.decision?.bound;
  if (bound === undefined || decision.bound === undefined || bound === decision.bound) return null;
  const votes = before.votes.length === 0 ? '' : ', so votes are asked for again';
  const { changed = [] } = decision;
  return [
    `Changed since it was shown${votes}${changed.length === 0 ? '.' : ':'}`,
    ...changed.map((what) => `• ${what}`),
  ].join('\n');
}

/** Approvals that counted and count no longer, although what is decided is the same. */
export function lostVotes(before: Release, decision: Decision): readonly string[] {
  const known = new Set(before.decision?.uncounted?.map(({ user }) => user));
  return (decision.uncounted ?? [])
    .filter(({ user }) => !known.has(user))
    .map(({ user, because }) => {
      const name = before.votes.find(({ person }) => person.user === user)?.person.name ?? user;
      return `The approval of ${name} does not count any more: ${name} ${because}.`;
    });
}

/** All reasons in one line: `1. … 2. …`. */
export function reasonsLine(reasons: readonly Reason[]): string {
  if (reasons.length === 1) return reasons[0]?.text ?? '';
  return reasons.map(({ text }, index) => `${index + 1}. ${text}`).join('  ');
}

/** What stands where nothing could be decided: it waits, and says why. */
export function heldBecause(code: Reason['code'], text: string): Decision {
  return { kind: 'held', reasons: [{ code, effect: 'hold', text }] };
}

/**
 * What a lock or a freeze has held does not go by itself when that ends: the day may be another one, and forty releases must
 * not start at once. Its requester is asked, or it waits for its turn where the window says so; where votes are still
 * missing, the last of them lets it go.
 */
export function askedFirst(release: Release, decision: Decision): Decision {
  const before = release.state.kind === 'held' ? (release.decision?.reasons ?? []) : [];
  const stopped = before.filter(({ code }) => endsInAQuestion.has(code));
  if (stopped.length === 0 || decision.kind === 'denied' || decision.reasons.some(waitsForPeople)) return decision;
  return { ...decision, kind: 'held', reasons: [...decision.reasons, whatNow(release, stopped)] };
}

function whatNow(release: Release, stopped: readonly Reason[]): Reason {
  const ends = stopped.flatMap(({ auto }) => auto ?? []);
  const last = ends.toSorted().at(-1);
  if (last !== undefined && ends.length === stopped.length)
    return {
      code: 'awaits-turn',
      effect: 'hold',
      text: 'the freeze is over; it goes by itself when those before it have arrived',
      auto: last,
    };
  const asked = stopped.find(({ code }) => code === 'needs-go');
  const over = stopped.some(({ code }) => code === 'locked') ? 'the lock has ended' : 'the freeze is over';
  const who = isAutomatic(release.request) ? 'whoever may release it' : 'its requester';
  return { code: 'needs-go', effect: 'hold', text: asked?.text ?? over, next: `${who} presses Go or Cancel` };
}

const endsInAQuestion: ReadonlySet<Reason['code']> = new Set(['locked', 'frozen', 'needs-go', 'awaits-turn']);
const stoppedByPeople: ReadonlySet<Reason['code']> = new Set([
  'locked',
  'frozen',
  'approvals-missing',
  'behind-another',
  'rolled-back',
]);

/** Whether a reason lasts until somebody does something, and not until a fact can be read again. */
export function waitsForPeople({ code }: Pick<Reason, 'code'>): boolean {
  return stoppedByPeople.has(code);
}

/** A plan that was refused, as a decision: a hold only where every reason may pass by itself. */
export function refusedPlan(reasons: readonly Reason[]): Decision {
  const waits = reasons.length > 0 && reasons.every(({ effect }) => effect === 'hold');
  return { kind: waits ? 'held' : 'denied', reasons: [...reasons] };
}
