import { Retryable } from '../doors/errors.ts';
import type { Instant } from '../doors/time.ts';
import type { Reason } from '../vocabulary/reasons.ts';
import { type Release, titleOf } from '../vocabulary/release.ts';
import { overall, type Verdict } from '../vocabulary/verdict.ts';
import type { Entry, Moved, ReleaseChange } from './ports.ts';
import { waitsForPeople } from './replan.ts';

export interface TurnPorts {
  /** What the windows that ended at one moment had held, and what is not settled of it, oldest first. */
  readonly turn: (of: Instant) => Promise<readonly Release[]>;
  readonly transition: (before: Release, change: ReleaseChange, entry: Entry) => Promise<Moved>;
  readonly markDue: (work: string) => Promise<void>;
  readonly nudge: (work: string) => void;
}

/** The moment of `turn/<instant>`. */
export function turnOf(work: string): Instant | null {
  return /^turn\/(.+)$/.exec(work)?.[1] ?? null;
}

/**
 * Lets the next of those go that a window with `auto: true` had held: when the one before has arrived. Where one failed or is not
 * proven, the others are asked about, as it may not be the only one. Every change of one of them makes this due again.
 */
export async function takeTurn(ports: TurnPorts, of: Instant): Promise<void> {
  const all = await ports.turn(of);
  const waiting = all.filter(isInLine);
  const failed = all.find((release) => ['failed', 'unverified'].includes(verdictOf(release)?.kind ?? ''));
  if (failed !== undefined) {
    for (const release of waiting) await ask(ports, release, failed);
    return;
  }
  const [next] = waiting;
  if (next === undefined || all.some(isOnItsWay)) return;
  await move(ports, next, [], { of, taken: true }, 'release.turn', 'the freeze is over, and it is its turn');
  await ports.markDue(`release/${next.id}`);
  ports.nudge(`release/${next.id}`);
}

async function ask(ports: TurnPorts, release: Release, failed: Release): Promise<void> {
  const { environment } = failed.request;
  const what = `${titleOf(failed)} ${verdictOf(failed)?.kind === 'failed' ? 'failed' : 'is not proven'} in ${environment}`;
  const next = 'its requester presses Go or Cancel';
  await move(
    ports,
    release,
    [{ code: 'needs-go', effect: 'hold', text: what, next }],
    release.turn,
    'release.held',
    what,
  );
}

async function move(
  ports: TurnPorts,
  release: Release,
  instead: readonly Reason[],
  turn: Release['turn'],
  event: string,
  text: string,
): Promise<void> {
  const others = (release.decision?.reasons ?? []).filter(({ code }) => code !== 'awaits-turn');
  const decision = { ...release.decision, kind: 'held' as const, reasons: [...others, ...instead] };
  const moved = await ports.transition(release, { decision, ...(turn === undefined ? {} : { turn }) }, { event, text });
  if (moved.kind === 'moved') throw new Retryable(`release/${release.id} moved on while it was its turn`);
}

function isInLine({ state, decision }: Release): boolean {
  return state.kind === 'held' && (decision?.reasons ?? []).some(({ code }) => code === 'awaits-turn');
}

/** What waits for people again has left the line; what waits for a remote that is away has not. */
function isOnItsWay(release: Release): boolean {
  const { state, turn, decision } = release;
  switch (state.kind) {
    case 'queued':
    case 'writing':
      return true;
    case 'held':
      return turn?.taken === true && !(decision?.reasons ?? []).some(waitsForPeople);
    case 'written':
      return (verdictOf(release)?.kind ?? 'waiting') === 'waiting';
    default:
      return false;
  }
}

function verdictOf({ arrival }: Release): Verdict | null {
  return arrival === undefined ? null : overall(arrival);
}
