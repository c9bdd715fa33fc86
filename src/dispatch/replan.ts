import type { Placed } from '../change.ts';
import type { Decision, Reason } from '../reasons.ts';
import { isAutomatic, type Plan, type Release, type Request } from '../release.ts';

/** The request as it is planned again: the version that was shown stays, whatever "newest" would mean by now. */
export function pinnedRequest(release: Release): Request {
  if (release.plan === undefined) return release.request;
  return { ...release.request, wanted: { kind: 'named', name: release.plan.artifact.version } };
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

/** A later decision of the same thing expires when the earlier one would have: asking again gains no time. */
export function laterDecision(earlier: Decision | undefined, later: Decision): Decision {
  const same = earlier?.bound !== undefined && earlier.bound === later.bound;
  return same && earlier.expiresAt !== undefined && later.expiresAt !== undefined
    ? { ...later, expiresAt: earlier.expiresAt }
    : later;
}

/** One line for the thread where something other than what was shown is to be decided; null where it is the same. */
export function whatChanged(before: Release, plan: Plan, decision: Decision | undefined): string | null {
  const shown = before.plan;
  const bound = before.decision?.bound;
  if (shown === undefined || bound === undefined || decision?.bound === undefined || bound === decision.bound)
    return null;
  const was = stepOf(shown);
  const is = stepOf(plan);
  const votes = before.votes.length === 0 ? '' : '; votes for the former no longer count';
  if (was !== is) return `changed since it was shown: ${was} is now ${is}${votes}`;
  const paths = (of: Plan) => of.places.map(({ path }) => path).join(', ');
  if (paths(shown) !== paths(plan))
    return `changed since it was shown: its version now lives in ${paths(plan)}${votes}`;
  return `changed since it was shown: the policies that hold for it${votes}`;
}

function stepOf(plan: Plan): string {
  return `${spoken(plan.from)} → ${spoken(plan.artifact)}`;
}

function spoken(placed: Placed | Plan['artifact'] | null): string {
  if (placed === null) return 'nothing';
  return placed.digest === undefined ? placed.version : `${placed.version} (${placed.digest.slice(7, 14)})`;
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
  return { code: 'needs-go', effect: 'hold', text: asked?.text ?? `${over}; ${who} is asked` };
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
