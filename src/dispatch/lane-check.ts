import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import type { CommitSha, Place, Placed } from '../vocabulary/change.ts';
import type { Decision } from '../vocabulary/reasons.ts';
import type { Plan, Release } from '../vocabulary/release.ts';
import type { Batch, Decide, Entry, PlanRequest, ReleaseChange } from './ports.ts';
import {
  heldBecause,
  laterDecision,
  lostVotes,
  pinnedRequest,
  reasonsLine,
  refusedPlan,
  whatChanged,
} from './replan.ts';

/** One object for a whole batch: facts that are asked for under it are read once, after the fetch. */
export interface Fresh {
  readonly head: CommitSha;
}

export interface CheckPorts {
  readonly log: Log;
  readonly plan: PlanRequest;
  readonly decide: Decide;
}

export type Checked =
  /** It may be committed as `release` says; `isNew` where the record does not say it yet. */
  | { readonly kind: 'go'; readonly before: Release; readonly release: Release; readonly isNew: boolean }
  | { readonly kind: 'stay'; readonly before: Release; readonly change: ReleaseChange; readonly entry: Entry };

/** Right before the commit, on the fetched head and with fresh facts: is it still what was decided, and may it still go? */
export async function checkRelease(ports: CheckPorts, batch: Batch, fresh: Fresh, release: Release): Promise<Checked> {
  try {
    if (release.plan === undefined)
      return stay(release, heldBecause('content-changed', 'it was queued without a plan'));
    if (await stands(batch, release.plan)) return await judged(ports, release, release.plan, fresh);
    // Somebody else wrote the service's own line since it was planned.
    const planned = await ports.plan(pinnedRequest(release));
    switch (planned.kind) {
      case 'unreadable':
        return stay(release, heldBecause('remote-unreachable', planned.because));
      case 'refused':
        return stay(release, refusedPlan(planned.reasons));
      case 'unchanged':
        return {
          kind: 'stay',
          before: release,
          change: { state: { kind: 'unchanged' }, plan: renewed(release.plan, planned.plan, fresh.head) },
          entry: { event: 'release.unchanged', text: 'somebody else has written it already' },
        };
      case 'planned':
        return await judged(ports, release, renewed(release.plan, planned.plan, fresh.head), fresh);
    }
  } catch (error) {
    // One release that cannot be judged must not stop the others of its lane; nothing goes undecided.
    ports.log.warn({ release: release.id, err: messageOf(error) }, 'a release could not be judged and is held');
    return stay(release, heldBecause('directory-unreadable', `it could not be decided: ${messageOf(error)}`));
  }
}

/** Its trailer is not in the history up to `head`, so that is where to look from. */
function renewed(earlier: Plan, later: Plan, head: CommitSha): Plan {
  return {
    ...later,
    intent: earlier.intent,
    ...(earlier.chosen === undefined ? {} : { chosen: earlier.chosen }),
    head,
  };
}

async function judged(ports: CheckPorts, before: Release, plan: Plan, fresh: Fresh): Promise<Checked> {
  const judgement = await ports.decide(before, plan, fresh);
  if (judgement.kind !== 'allowed') return stay(before, judgement, plan);
  const decision = laterDecision(before.decision, judgement);
  return { kind: 'go', before, release: { ...before, plan, decision }, isNew: plan !== before.plan };
}

function stay(before: Release, judged: Decision, plan?: Plan): Checked {
  const decision = laterDecision(before.decision, judged);
  const told = [whatChanged(before, decision), ...lostVotes(before, decision), reasonsLine(decision.reasons)];
  const text = told.filter((part) => part !== null && part !== '').join('\n');
  const kind = decision.kind === 'denied' ? 'denied' : 'held';
  return {
    kind: 'stay',
    before,
    change: { state: { kind }, decision, ...(plan === undefined ? {} : { plan }) },
    entry: { event: `release.${kind}`, ...(text === '' ? {} : { text }) },
  };
}

async function stands(batch: Batch, plan: Plan): Promise<boolean> {
  const read = await batch.readPlaces(plan.places);
  if (read.kind === 'missing') return plan.from === null;
  return read.kind === 'found' && isSamePlaced(read.placed, plan.from);
}

function isSamePlaced(one: Placed, other: Placed | null): boolean {
  return other !== null && one.version === other.version && one.digest === other.digest;
}

/** Two releases with a place in common go into different batches. */
export function placesOf(release: Release): string[] {
  return (release.plan?.places ?? []).map(placeName);
}

function placeName(place: Place): string {
  // Whatever is to be written to a folder, it is the same folder.
  const { path, ...rest } = place;
  const where = place.kind === 'rendered-folder' ? { kind: place.kind, path } : { path, ...rest };
  return JSON.stringify(Object.entries(where).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
