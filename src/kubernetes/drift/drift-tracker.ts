import { createHash } from 'node:crypto';
import { type Instant, instantOf } from '../../doors/time.ts';
import { type DriftEnd, type DriftSignal, type SeenDrift, signalOf } from '../../vocabulary/drift.ts';
import { createBehind } from './behind.ts';
import { createCorrected } from './corrected.ts';
import { createDeletions } from './deleted.ts';
import { createFlapping } from './flapping.ts';
import { helmDrift } from './helm-drift.ts';
import { createLiveEdits } from './live-edits.ts';
import { isSwitch, optOut } from './opt-out.ts';
import { orphan } from './orphan.ts';
import { otherImage } from './other-image.ts';
import type { Candidate, Rule, Scene } from './rule.ts';
import { silent } from './silent.ts';
import { stuck } from './stuck.ts';
import { suspended } from './suspended.ts';

export interface DriftStep {
  readonly seen: readonly SeenDrift[];
  readonly ended: readonly { readonly id: string; readonly how: DriftEnd }[];
}

interface Open {
  readonly rule: Rule | null;
  readonly drift: SeenDrift;
}

interface Found {
  readonly rule: Rule | null;
  readonly signal: DriftSignal;
  readonly candidate: Candidate;
}

/** What Flux puts back; of these a habit can come. */
const correctable: ReadonlySet<DriftSignal> = new Set(['edit', 'deleted', 'corrected']);
/** A correction is explained by a drift that ended up to this long before its report, or is still to end. */
const explainedMs = 90_000;

/** Follows where a cluster differs from Git, kind by kind: says what is new, and what has ended. */
export function createDriftTracker(
  cluster: string,
  known: readonly SeenDrift[] = [],
  sinceMs = Number.NEGATIVE_INFINITY,
) {
  const of = (signal: DriftSignal) => known.filter((drift) => signalOf(drift) === signal);
  const edits = createLiveEdits([...of('edit'), ...of('restart'), ...of('opt-out')]);
  const rules: readonly Rule[] = [
    edits,
    createDeletions(of('deleted')),
    optOut,
    suspended,
    stuck,
    createBehind(),
    otherImage,
    helmDrift,
    silent,
    orphan,
    createCorrected(sinceMs),
  ];
  const flapping = createFlapping(of('flapping'));
  const ruleOf = (drift: SeenDrift): Rule | null => {
    const signal = signalOf(drift);
    if (signal === 'restart' || (signal === 'opt-out' && !drift.field.startsWith('metadata.'))) return edits;
    return rules.find((rule) => rule.signal === signal) ?? null;
  };
  let open = new Map<string, Open>(
    known.filter((drift) => signalOf(drift) !== 'many').map((drift) => [drift.id, { rule: ruleOf(drift), drift }]),
  );
  let pending = new Map<string, number>();
  const closed = new Map<string, number>();

  const isExplained = (object: string, atMs: number): boolean => {
    if ([...open.values()].some(({ drift }) => drift.object === object && Date.parse(drift.since) <= atMs + 1_000))
      return true;
    const endedMs = closed.get(object);
    return endedMs !== undefined && Math.abs(endedMs - atMs) <= explainedMs;
  };

  const findAll = (scene: Scene): Map<string, Found> => {
    const found = new Map<string, Found>();
    const habits = flapping.find(scene);
    const habitual = new Set(habits.map(({ object }) => object));
    for (const candidate of habits)
      found.set(driftId(cluster, candidate.object, 'flapping'), { rule: null, signal: 'flapping', candidate });
    for (const rule of rules) {
      for (const candidate of rule.find(scene)) {
        const signal = candidate.signal ?? rule.signal;
        if (habitual.has(candidate.object) && correctable.has(signal)) {
          // It goes on: the habit is what is told.
          flapping.note({ ...seenDrift(cluster, '', candidate, signal, scene.nowMs) }, scene.nowMs);
          continue;
        }
        const id = driftId(cluster, candidate.object, signal === 'corrected' ? signal : candidate.field);
        if (!found.has(id)) found.set(id, { rule, signal, candidate });
      }
    }
    tellTogether(found, (id) => open.has(id));
    return found;
  };

  return {
    /** Whether time alone will make a difference. */
    waits: (): boolean => pending.size > 0,
    step: (asked: Omit<Scene, 'isExplained'>): DriftStep => {
      const scene: Scene = { ...asked, isExplained };
      const { nowMs } = scene;
      const next = new Map<string, Open>();
      const waiting = new Map<string, number>();
      for (const [id, { rule, signal, candidate }] of findAll(scene)) {
        const before = open.get(id);
        const foundMs = candidate.foundMs ?? pending.get(id) ?? nowMs;
        if (before === undefined && nowMs - foundMs < (candidate.settleMs ?? 0)) waiting.set(id, foundMs);
        else {
          const drift = seenDrift(cluster, id, candidate, signal, foundMs);
          next.set(id, { rule, drift: before === undefined ? drift : { ...drift, since: before.drift.since } });
        }
      }
      const ended: { id: string; how: DriftEnd }[] = [];
      for (const [id, each] of open) {
        if (next.has(id)) continue;
        const { rule, drift } = each;
        if (!isWatched(scene, drift)) {
          ended.push({ id, how: 'gone' });
          continue;
        }
        if (rule?.lasts?.(scene, drift) === true) {
          next.set(id, each);
          continue;
        }
        const how = rule?.end?.(scene, drift) ?? 'corrected';
        ended.push({ id, how });
        closed.set(drift.object, nowMs);
        if (how === 'corrected' && correctable.has(signalOf(drift))) flapping.note(drift, nowMs);
      }
      for (const [object, atMs] of closed) if (nowMs - atMs > 2 * explainedMs) closed.delete(object);
      const seen = [...next].flatMap(([id, { drift }]) => (isNews(open.get(id)?.drift, drift) ? [drift] : []));
      open = next;
      pending = waiting;
      return { seen, ended };
    },
  };
}

/** That Flux was told to leave an object alone and what was changed of it since are one message: the one that is open already. */
function tellTogether(found: Map<string, Found>, isOpen: (id: string) => boolean): void {
  const all = [...found].map(([id, each]) => ({
    id,
    ...each,
    field: each.candidate.field,
    object: each.candidate.object,
  }));
  const outs = all.filter(({ signal }) => signal === 'opt-out');
  for (const each of outs.filter(isSwitch)) {
    const edits = outs.filter((other) => other.object === each.object && !isSwitch(other));
    if (edits.length === 0) continue;
    if (!isOpen(each.id) && edits.some(({ id }) => isOpen(id))) {
      found.delete(each.id);
      continue;
    }
    for (const { id } of edits) found.delete(id);
    const note = edits.map(
      ({ candidate: { field, live, wanted } }) => `${field} is ${live}${wanted === '' ? '' : `, Git says ${wanted}`}`,
    );
    found.set(each.id, { ...each, candidate: { ...each.candidate, note: note.slice(0, 5).join('; ') } });
  }
}

/** Whether somebody still wants something of what a drift is about: a service may be taken out of Git. */
function isWatched({ subjects }: Scene, { environment, service }: SeenDrift): boolean {
  return subjects.some(
    ({ expected }) => expected.environment === environment && (service === undefined || expected.service === service),
  );
}

function seenDrift(cluster: string, id: string, found: Candidate, signal: DriftSignal, foundMs: number): SeenDrift {
  const { settleMs: _settle, foundMs: _found, since, signal: _signal, ...rest } = found;
  return { ...rest, id, cluster, signal, since: sinceOf(since, foundMs) };
}

function isNews(before: SeenDrift | undefined, now: SeenDrift): boolean {
  return (
    before === undefined ||
    before.live !== now.live ||
    before.wanted !== now.wanted ||
    before.manager !== now.manager ||
    signalOf(before) !== signalOf(now) ||
    (isSwitch({ ...now, signal: signalOf(now) }) && before.note !== now.note)
  );
}

/** The time of a managedFields entry has no milliseconds; the subresource `scale` has none at all. */
function sinceOf(since: string | null | undefined, foundMs: number): Instant {
  const at = Date.parse(since ?? '');
  return instantOf(Number.isNaN(at) ? foundMs : Math.min(at, foundMs));
}

/** Short, as it is the value of buttons, and the same for the same place. */
export function driftId(cluster: string, object: string, field: string): string {
  return createHash('sha256').update(`${cluster}\n${object}\n${field}`).digest('hex').slice(0, 16);
}
