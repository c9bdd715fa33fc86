import { type Release, releaseSchema } from '../release.ts';
import { type Clock, instantOf } from '../time.ts';
import { consequences, memberships } from './indexes.ts';
import { type Entry, type Moved, type Records, readStored, type Write, type WriteOutcome } from './record.ts';

export type ReleaseChange = Partial<
  Pick<Release, 'state' | 'plan' | 'decision' | 'votes' | 'arrival' | 'failed' | 'turn' | 'undone' | 'review'>
>;

export interface Transition {
  readonly before: Release;
  readonly change: ReleaseChange;
  readonly entry: Entry;
}

export function releaseSubject(id: string): string {
  return `release/${id}`;
}

/** The only way that a release changes: each by compare-and-set of its revision, all in one round trip. */
export function createTransition({ records, clock }: { readonly records: Records; readonly clock: Clock }) {
  return async (list: readonly Transition[]): Promise<Moved<Release>[]> => {
    const steps = list.map(({ before, change, entry }) => {
      const after = changed(before, change, clock.now());
      return { after, write: releaseWrite(before, after, entry) };
    });
    const outcomes = await records.write(steps.map(({ write }) => write));
    return steps.map(({ after, write }, index) => movedOf(after, write.subject, outcomes[index]));
  };
}

function changed(before: Release, change: ReleaseChange, nowMs: number): Release {
  const moves = change.state !== undefined && change.state.kind !== before.state.kind;
  return {
    ...before,
    ...change,
    revision: before.revision + 1,
    since: moves ? instantOf(nowMs) : before.since,
  };
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
