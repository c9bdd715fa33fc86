import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import { type Clock, epochMsOf } from '../doors/time.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import type { Person } from '../vocabulary/person.ts';
import type { PolicyChange, PolicyEdit } from '../vocabulary/policy-change.ts';
import type { Reason } from '../vocabulary/reasons.ts';
import type { LaneOutcome } from './lane.ts';
import { type Entry, laneWork } from './ports.ts';

type Because<K extends string> = { readonly kind: K; readonly because: string };

interface PolicyBatch {
  readonly commitFile: (
    path: string,
    edit: (text: string) => string,
    by: Person,
    message: string,
  ) => Promise<
    | { readonly kind: 'committed'; readonly commit: CommitSha }
    | { readonly kind: 'unchanged' }
    | Because<'missing' | 'refused'>
  >;
  readonly push: () => Promise<
    | { readonly kind: 'pushed'; readonly head: CommitSha }
    | { readonly kind: 'behind' }
    | Because<'refused' | 'unreachable'>
  >;
}

type Move = Partial<Pick<PolicyChange, 'state' | 'reasons' | 'bound' | 'expiresAt'>>;

export interface PolicyLanePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly openChanges: () => Promise<readonly PolicyChange[]>;
  readonly moveChange: (
    before: PolicyChange,
    change: Move,
    entry: Entry,
  ) => Promise<{ readonly kind: 'done' | 'moved'; readonly record: PolicyChange }>;
  readonly markDue: (work: string, atMs?: number) => Promise<void>;
  /** Decides on facts that are read for it, after the fetch. */
  readonly judgeChange: (change: PolicyChange) => Promise<
    | {
        readonly kind: 'judged';
        readonly decision: {
          readonly kind: 'allowed' | 'held' | 'denied';
          readonly reasons: readonly Reason[];
          readonly bound: string;
          readonly expiresAt?: string | undefined;
        };
        readonly policy: { readonly blob: string };
      }
    | Because<'unknown'>
  >;
  readonly policyFile: string;
  readonly editPolicies: (
    text: string,
    edit: PolicyEdit,
  ) => { readonly kind: 'edited'; readonly text: string } | Because<'unchanged' | 'refused'>;
  readonly policyMessage: (change: PolicyChange, policy: string) => string;
  readonly gitops: {
    readonly fetch: (
      lane: Lane,
    ) => Promise<{ readonly kind: 'fetched'; readonly head: CommitSha } | Because<'unreachable'>>;
    readonly written: (
      lane: Lane,
      since: CommitSha,
      head: CommitSha,
      trailer: 'Sluice-Policy-Change',
    ) => Promise<ReadonlyMap<string, CommitSha>>;
    readonly begin: (lane: Lane, head: CommitSha) => PolicyBatch;
  };
  readonly afterPush: (lane: Lane, head: CommitSha) => void;
}

const behindLimit = 12;

/** Writes the changes of the policies that wait in a lane, each a commit and a push of its own, before any release goes. */
export async function writePolicyChanges(
  ports: PolicyLanePorts,
  lane: Lane,
  signal: AbortSignal,
): Promise<LaneOutcome> {
  const waiting = (await ports.openChanges()).filter(
    (change) => change.lane.repository === lane.repository && change.lane.branch === lane.branch,
  );
  let fetched: Fetched | null = null;
  for (const first of waiting) {
    let change = first;
    for (let round = 0; ; round += 1) {
      if (signal.aborted) return { kind: 'left' };
      if (round >= behindLimit) return { kind: 'later', because: 'others were faster each time' };
      // Those that only wait for votes share one fetch.
      if (fetched === null || isOld(ports, fetched)) {
        const answer = await ports.gitops.fetch(lane);
        if (answer.kind === 'unreachable') return { kind: 'later', because: answer.because };
        fetched = { head: answer.head, atMs: ports.clock.now() };
      }
      const outcome = await writeChange(ports, change, fetched, signal);
      if (outcome === 'waits') break;
      fetched = null;
      if (outcome === 'done') break;
      if (outcome.kind !== 'behind') return outcome;
      change = outcome.change;
    }
  }
  return { kind: 'done' };
}

interface Fetched {
  readonly head: CommitSha;
  readonly atMs: number;
}

/** Facts are decided by while they are fresh; what took longer is judged again. */
const factsLimitMs = 10_000;

function isOld({ clock }: PolicyLanePorts, { atMs }: Fetched): boolean {
  return clock.now() - atMs > factsLimitMs;
}

/** `behind`: the change as it stands on record by now; `waits`: nothing was written to Git for it. */
type Attempt = 'done' | 'waits' | { readonly kind: 'behind'; readonly change: PolicyChange } | LaneOutcome;

/** One attempt on a fetched head: already written, still to wait, or committed and pushed. */
async function writeChange(
  ports: PolicyLanePorts,
  change: PolicyChange,
  fetched: Fetched,
  signal: AbortSignal,
): Promise<Attempt> {
  const { head } = fetched;
  // A worker may have ended between its push and the record.
  const known = await ports.gitops.written(change.lane, change.head, head, 'Sluice-Policy-Change');
  const already = known.get(change.id);
  if (already !== undefined) return settle(ports, change, { state: { kind: 'written', commit: already } });
  if (change.expiresAt !== undefined && epochMsOf(change.expiresAt) <= ports.clock.now())
    return settle(ports, change, { state: { kind: 'expired' } });
  const judged = await ports.judgeChange(change);
  if (judged.kind === 'unknown') {
    await hold(ports, change, { reasons: [{ code: 'policy-file-unreadable', effect: 'hold', text: judged.because }] });
    return { kind: 'later', because: judged.because };
  }
  const { decision, policy } = judged;
  if (decision.kind === 'denied') return refuse(ports, change, decision.reasons[0]?.text ?? 'it may not be');
  if (decision.kind === 'held') {
    const { reasons, bound, expiresAt } = decision;
    await hold(ports, change, { reasons: [...reasons], bound, ...(expiresAt === undefined ? {} : { expiresAt }) });
    if (expiresAt !== undefined) await ports.markDue(laneWork(change.lane), epochMsOf(expiresAt));
    return 'waits';
  }
  const claimed = await claim(ports, change, decision.bound);
  return claimed === null ? 'waits' : commit(ports, claimed, fetched, policy.blob, signal);
}

/** Null where somebody voted, rejected or withdrew since it was read: that made the lane due, so it is judged again. */
async function claim(ports: PolicyLanePorts, change: PolicyChange, bound: string): Promise<PolicyChange | null> {
  if (change.state.kind === 'writing') return { ...change, bound };
  const move = { bound, state: { kind: 'writing' as const } };
  const moved = await ports.moveChange(change, move, { event: 'policy-change.writing' });
  return moved.kind === 'done' ? moved.record : null;
}

async function commit(
  ports: PolicyLanePorts,
  change: PolicyChange,
  fetched: Fetched,
  policy: string,
  signal: AbortSignal,
): Promise<Attempt> {
  const batch = ports.gitops.begin(change.lane, fetched.head);
  let why: string | null = null;
  const edit = (text: string): string => {
    const edited = ports.editPolicies(text, change.edit);
    if (edited.kind === 'edited') return edited.text;
    why = edited.because;
    return text;
  };
  const made = await batch.commitFile(ports.policyFile, edit, change.by, ports.policyMessage(change, policy));
  if (made.kind !== 'committed')
    return refuse(ports, change, why ?? ('because' in made ? made.because : 'nothing would change'));
  if (signal.aborted) return { kind: 'left' };
  if (isOld(ports, fetched)) return { kind: 'behind', change };
  const pushed = await batch.push();
  switch (pushed.kind) {
    case 'behind':
      return { kind: 'behind', change };
    case 'unreachable':
      return { kind: 'later', because: pushed.because };
    case 'refused':
      return refuse(
        ports,
        change,
        `${change.lane.repository}/${change.lane.branch} refused the push: ${pushed.because}`,
      );
    case 'pushed':
      ports.afterPush(change.lane, pushed.head);
      return settle(ports, change, { state: { kind: 'written', commit: made.commit }, reasons: [] });
  }
}

async function hold(ports: PolicyLanePorts, change: PolicyChange, more: Move): Promise<void> {
  const isSame =
    change.state.kind === 'held' && JSON.stringify(change.reasons ?? []) === JSON.stringify(more.reasons ?? []);
  if (isSame) return;
  const text = (more.reasons ?? []).map((reason) => reason.text).join('; ');
  // Whoever votes or withdraws meanwhile makes the lane due again.
  await ports.moveChange(change, { ...more, state: { kind: 'held' } }, { event: 'policy-change.held', text });
}

async function refuse(ports: PolicyLanePorts, change: PolicyChange, because: string): Promise<'done'> {
  return settle(ports, change, { state: { kind: 'refused', because: because.slice(0, 500) } });
}

async function settle(
  ports: PolicyLanePorts,
  change: PolicyChange,
  more: Move & Required<Pick<Move, 'state'>>,
): Promise<'done'> {
  let before = change;
  for (;;) {
    const event = `policy-change.${more.state.kind}`;
    const moved = await ports.moveChange(before, more, { event });
    if (moved.kind === 'done') return 'done';
    // A vote came in between; what was written stays written.
    if (more.state.kind !== 'written') {
      ports.log.info({ change: change.id }, 'a change of the policies moved on while it was judged');
      return 'done';
    }
    before = moved.record;
  }
}

/** Also for those who cannot hold a lane up: a failure is told and tried again with the lane. */
export async function attemptPolicyChanges(
  ports: PolicyLanePorts,
  lane: Lane,
  signal: AbortSignal,
): Promise<LaneOutcome> {
  try {
    return await writePolicyChanges(ports, lane, signal);
  } catch (error) {
    return { kind: 'later', because: messageOf(error) };
  }
}
