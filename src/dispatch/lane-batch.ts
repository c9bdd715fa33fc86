import type { At } from '../doors/fault-points.ts';
import type { Clock } from '../doors/time.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import type { Release } from '../vocabulary/release.ts';
import { type Checked, type CheckPorts, checkRelease, placesOf } from './lane-check.ts';
import type { Batch, LaneGitops, Moved, Transition } from './ports.ts';
import { refusedPlan } from './replan.ts';
import { beingWritten, mayArrive } from './under-way.ts';

export interface BatchPorts extends CheckPorts {
  readonly transitionAll: (list: Transition[]) => Promise<Moved[]>;
  readonly gitops: LaneGitops;
  /** Tells Flux that there is something to fetch. */
  readonly afterPush: (lane: Lane, head: CommitSha) => void;
  readonly clock: Clock;
  /** For how old facts are: it never jumps. */
  readonly steady: Clock;
  /** The second look that a written release wants; undefined where it wants none. */
  readonly reviewOf: (release: Release) => Release['review'];
  readonly laneRefused: (lane: Lane, because: string) => Promise<void>;
  /** Until somebody resumes it. */
  readonly stopLane: (lane: Lane, because: string) => Promise<void>;
  readonly at?: At | undefined;
}

export type Pass =
  /** `unsure`: nothing went, and what may not go is perhaps on its way by an earlier push. */
  | { readonly kind: 'pushed' | 'nothing' | 'behind' | 'left' | 'unsure' }
  | { readonly kind: 'refused' | 'unreachable'; readonly because: string };

/** Judges, commits and pushes one batch on top of a fetched head. */
export async function writeBatch(
  ports: BatchPorts,
  lane: Lane,
  head: CommitSha,
  chosen: readonly Release[],
  signal: AbortSignal,
): Promise<Pass> {
  const known = await findWritten(ports, lane, head, chosen);
  await move(ports, 'found', known);
  const found = new Set(known.map(({ before }) => before.id));
  const open = chosen.filter(({ id }) => !found.has(id));
  const takenUp = open.filter(({ state }) => state.kind === 'writing');
  const begun = await beginWriting(ports, head, open);
  const writing = [...takenUp, ...begun].toSorted(byId);
  if (writing.length === 0) return { kind: 'nothing' };
  const batch = ports.gitops.begin(lane, head);
  await batch.prefetch([...new Set(writing.flatMap(({ plan }) => (plan?.places ?? []).map(({ path }) => path)))]);
  const fresh = { head };
  const readAtMs = ports.steady.now();
  const checked = await Promise.all(writing.map((release) => checkRelease(ports, batch, fresh, release)));
  const staying = checked.filter((each) => each.kind === 'stay');
  const sure = staying.filter(({ before }) => begun.includes(before) || !mayArrive(before, head, ports.clock));
  await move(ports, 'stay', sure);
  const going = await claim(ports, head, checked, takenUp);
  const committed = await commitAll(ports, batch, going);
  if (committed.length === 0) return { kind: sure.length < staying.length ? 'unsure' : 'nothing' };
  // From here on the commits would be out of our hands; a worker that was replaced must not go on.
  if (signal.aborted) return { kind: 'left' };
  // Nor one that stood still: rights and locks may have changed since it looked.
  if (ports.steady.now() - readAtMs > factsLimitMs) return { kind: 'behind' };
  return push(ports, lane, batch, committed);
}

/** Facts that are older than this are read again before anything is pushed on them. */
const factsLimitMs = 10_000;

interface Committed {
  readonly release: Release;
  readonly commit: CommitSha;
}

async function push(ports: BatchPorts, lane: Lane, batch: Batch, committed: readonly Committed[]): Promise<Pass> {
  await ports.at?.('push.before');
  const pushed = await batch.push();
  await ports.at?.('push.after');
  switch (pushed.kind) {
    case 'pushed':
      await move(
        ports,
        'written',
        committed.map(({ release, commit }) => landed(ports, lane, release, commit)),
      );
      ports.afterPush(lane, pushed.head);
      return { kind: 'pushed' };
    case 'behind':
      return { kind: 'behind' };
    case 'unreachable':
      // The remote may have taken the push before the line was cut, so these stay `writing` and cannot be cancelled:
      // the next fetch shows whether they landed.
      return pushed;
    case 'refused': {
      // Told first, stopped last: a crash on the way only asks the remote once more.
      await ports.laneRefused(lane, pushed.because);
      const text = `${lane.repository}/${lane.branch} refused the push: ${pushed.because}`;
      await move(
        ports,
        'refused',
        committed.map(({ release }) => ({
          before: release,
          change: { state: { kind: 'queued' } },
          entry: { event: 'release.refused', text },
        })),
      );
      await ports.stopLane(lane, pushed.because);
      return pushed;
    }
  }
}

function landed(ports: BatchPorts, lane: Lane, release: Release, commit: CommitSha): Transition {
  const review = ports.reviewOf(release);
  return {
    before: release,
    change: {
      state: { kind: 'written', commit },
      ...(release.decision === undefined ? {} : { decision: release.decision }),
      ...(review === undefined ? {} : { review }),
    },
    entry: { event: 'release.written', text: `written to ${lane.repository}/${lane.branch} as ${commit.slice(0, 7)}` },
  };
}

async function move(ports: BatchPorts, step: string, list: Transition[]): Promise<Moved[]> {
  if (list.length === 0) return [];
  await ports.at?.(`${step}.before`);
  const moved = await ports.transitionAll(list);
  await ports.at?.(`${step}.after`);
  return moved;
}

/** Releases whose commit is on the branch already: a worker ended between its push and the record. */
async function findWritten(
  ports: BatchPorts,
  lane: Lane,
  head: CommitSha,
  chosen: readonly Release[],
): Promise<Transition[]> {
  const heads = [...new Set(chosen.flatMap(({ plan }) => (plan === undefined ? [] : [plan.head])))];
  const found = new Map<string, CommitSha>();
  for (const since of await oldest(ports, lane, heads)) {
    if (since === head) continue;
    for (const [id, commit] of await ports.gitops.written(lane, since, head)) found.set(id, commit);
  }
  return chosen.flatMap((release) => {
    const commit = found.get(release.id);
    return commit === undefined ? [] : [landed(ports, lane, release, commit)];
  });
}

/** The commits that all others descend from: one, unless the branch was reset meanwhile. */
async function oldest(ports: BatchPorts, lane: Lane, heads: readonly CommitSha[]): Promise<CommitSha[]> {
  const roots: CommitSha[] = [];
  for (const head of heads) {
    const covered = await Promise.all(roots.map((root) => ports.gitops.isAncestor(lane.repository, root, head)));
    if (covered.includes(true)) continue;
    const kept: CommitSha[] = [];
    for (const root of roots) if (!(await ports.gitops.isAncestor(lane.repository, head, root))) kept.push(root);
    roots.splice(0, roots.length, ...kept, head);
  }
  return roots;
}

/** From here on nobody can cancel them; those that somebody changed meanwhile drop out. */
async function beginWriting(ports: BatchPorts, head: CommitSha, releases: readonly Release[]): Promise<Release[]> {
  const queued = releases.filter(({ state }) => state.kind === 'queued');
  const change = { state: beingWritten(head, ports.clock) };
  const moved = await move(
    ports,
    'writing',
    queued.map((before) => ({ before, change, entry: { event: 'release.writing' } })),
  );
  return moved.flatMap(({ kind, record }) => (kind === 'done' ? [record] : []));
}

/**
 * Writes down new plans, and that this worker writes what another one had begun: where both look at a release at once,
 * what the slower one then has to say of it no longer counts. Returns what is to be committed, as its record says it.
 */
async function claim(
  ports: BatchPorts,
  head: CommitSha,
  checked: readonly Checked[],
  takenUp: readonly Release[],
): Promise<Release[]> {
  const going = checked.filter((each) => each.kind === 'go');
  const isChanged = ({ isNew, before }: (typeof going)[number]) => isNew || takenUp.includes(before);
  const state = beingWritten(head, ports.clock);
  const moved = await move(
    ports,
    'replan',
    going.filter(isChanged).map(({ before, isNew, release: { plan, decision } }) => ({
      before,
      change: { state, ...(plan === undefined ? {} : { plan }), ...(decision === undefined ? {} : { decision }) },
      entry: isNew
        ? { event: 'release.replanned', text: 'planned again on what others have written since' }
        : { event: 'release.writing' },
    })),
  );
  const claimed = moved.flatMap(({ kind, record }) => (kind === 'done' ? [record] : []));
  const begun = going.filter((each) => !isChanged(each)).map(({ release }) => release);
  return [...begun, ...claimed].toSorted(byId);
}

function byId(a: Release, b: Release): number {
  return a.id < b.id ? -1 : 1;
}

async function commitAll(ports: BatchPorts, batch: Batch, going: readonly Release[]): Promise<Committed[]> {
  const committed: Committed[] = [];
  const taken = new Set<string>();
  const stopped: Transition[] = [];
  for (const release of going) {
    const places = placesOf(release);
    // A new plan may have led to a place that another one of this batch has: it is the next batch's turn.
    if (places.some((place) => taken.has(place))) continue;
    for (const place of places) taken.add(place);
    await ports.at?.('commit.before');
    const made = await batch.commit(release);
    await ports.at?.('commit.after');
    if (made.kind === 'committed') committed.push({ release, commit: made.commit });
    else stopped.push(uncommitted(release, made));
  }
  await move(ports, 'uncommitted', stopped);
  return committed;
}

function uncommitted(
  before: Release,
  made: { readonly kind: 'unchanged' } | { readonly kind: 'missing' | 'refused'; readonly because: string },
): Transition {
  if (made.kind === 'unchanged')
    return { before, change: { state: { kind: 'unchanged' } }, entry: { event: 'release.unchanged' } };
  const code = made.kind === 'missing' ? 'place-not-found' : 'place-refused';
  const decision = refusedPlan([{ code, effect: 'deny', text: made.because }]);
  return {
    before,
    change: { state: { kind: 'denied' }, decision },
    entry: { event: 'release.denied', text: made.because },
  };
}
