import { type Clock, type Instant, instantOf } from '../doors/time.ts';
import { type Release, releaseSchema } from '../vocabulary/release.ts';
import { consequences, memberships } from './indexes.ts';
import type { Entry, Moved, Records, Write, WriteOutcome } from './record.ts';
import { readStored } from './stored.ts';

export type ReleaseChange = Partial<
  Pick<Release, 'state' | 'plan' | 'decision' | 'votes' | 'arrival' | 'failed' | 'turn' | 'chain' | 'undone' | 'review'>
>;

export interface Transition {
  readonly before: Release;
  readonly change: ReleaseChange;
  readonly entry: Entry;
}

/** `before` is null where it was accepted just now. */
export type OnTransition = (before: Release | null, after: Release) => void;

export function releaseSubject(id: string): string {
  return `release/${id}`;
}

/** The only way that a release changes: each by compare-and-set of its revision, all in one round trip. */
export function createTransition({
  records,
  clock,
  onTransition,
}: {
  readonly records: Records;
  readonly clock: Clock;
  readonly onTransition?: OnTransition | undefined;
}) {
  return async (list: readonly Transition[]): Promise<Moved<Release>[]> => {
    const steps = list.map(({ before, change, entry }) => {
      const after = changed(before, change, clock.now());
      return { before, after, write: releaseWrite(before, after, entry) };
    });
    const outcomes = await records.write(steps.map(({ write }) => write));
    return steps.map(({ before, after, write }, index) => {
      const moved = movedOf(after, write.subject, outcomes[index]);
      if (moved.kind === 'done') onTransition?.(before, moved.record);
      return moved;
    });
  };
}

function changed(before: Release, change: ReleaseChange, nowMs: number): Release {
  const moves = change.state !== undefined && change.state.kind !== before.state.kind;
  const after = { ...before, ...change, revision: before.revision + 1 };
  return moves ? { ...after, since: instantOf(nowMs), entered: enteredBy(after, instantOf(nowMs)) } : after;
}

/** What is queued again after a refused push waits since it was queued first; what is held again begins anew. */
function enteredBy({ state, entered = {} }: Release, now: Instant): NonNullable<Release['entered']> {
  switch (state.kind) {
    case 'held':
      return { held: entered.held ?? now };
    case 'queued':
    case 'writing':
    case 'written':
      return { ...entered, [state.kind]: entered[state.kind] ?? now };
    default:
      return entered;
  }
}

export function releaseWrite(before: Release | null, after: Release, entry: Entry): Write {
  return {
    subject: releaseSubject(after.id),
    from: before?.revision ?? 0,
    record: after,
    entry,
    dirty: true,
    effects: [...memberships(before, after), ...consequences(before, after)],
  };
}

function movedOf(after: Release, subject: string, outcome: WriteOutcome | undefined): Moved<Release> {
  if (outcome?.kind === 'moved') return { kind: 'moved', record: readStored(releaseSchema, subject, outcome.stored) };
  return { kind: 'done', record: after };
}
