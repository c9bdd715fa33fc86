import { createHash } from 'node:crypto';
import { type Instant, instantOf } from '../../time.ts';
import type { Drift } from '../../verdict.ts';
import type { Unit } from '../arrival/own.ts';
import type { Expected } from '../expected.ts';
import { isFluxManager } from '../flux/managers.ts';
import { type FieldOwner, keyOf, type Workload } from '../objects.ts';
import { editorOf, type LiveField, liveFields, wantedValue } from './live-edits.ts';

export type SeenDrift = Omit<Drift, 'kind' | 'revision' | 'state' | 'message'>;

export type DriftEnd = Extract<Drift['state'], { kind: 'ended' }>['how'];

export interface DriftStep {
  readonly seen: readonly SeenDrift[];
  readonly ended: readonly { readonly id: string; readonly how: DriftEnd }[];
}

/** One service in one cluster, with its own objects. `releasing`: its commit is on its way, so that differences are expected. */
export interface DriftSubject {
  readonly expected: Expected;
  readonly units: readonly Unit[];
  readonly releasing: boolean;
}

/** Flux takes a field over a moment before it corrects it; a value that stays is what Git holds now. */
const takeoverMs = 30_000;

interface Open {
  readonly drift: SeenDrift;
  /** Since when Flux owns the edited value; null while somebody else does. */
  readonly takenOverMs: number | null;
}

/** Follows where live objects of a cluster differ from what Flux applied; remembers what Flux applied last. */
export function createDriftTracker(cluster: string, known: readonly SeenDrift[] = []) {
  const lastApplied = new Map<string, string>();
  const open = new Map<string, Open>(known.map((drift) => [drift.id, { drift, takenOverMs: null }]));

  const fieldStep = (subject: DriftSubject, workload: Workload, field: LiveField, nowMs: number): Open | null => {
    const object = keyOf(workload);
    const memory = `${object}#${field.field}`;
    const id = driftId(cluster, object, field.field);
    const before = open.get(id);
    const editor = editorOf(field);
    if (editor === null) {
      const fluxOwns = field.owners.some(({ manager }) => isFluxManager(manager));
      const takenOver = before !== undefined && fluxOwns && field.live === before.drift.live;
      const since = before?.takenOverMs ?? nowMs;
      if (takenOver && nowMs - since < takeoverMs) return { drift: before.drift, takenOverMs: since };
      if (fluxOwns) lastApplied.set(memory, field.live);
      return null;
    }
    const wanted = wantedValue(field, subject.expected, lastApplied.get(memory) ?? before?.drift.wanted);
    if (wanted === null || wanted === field.live) return null;
    if (before === undefined && subject.releasing) return null;
    return { drift: drifted(subject, { id, object, field, wanted, editor }, before, nowMs), takenOverMs: null };
  };

  const drifted = (
    { expected }: DriftSubject,
    found: { id: string; object: string; field: LiveField; wanted: string; editor: FieldOwner },
    before: Open | undefined,
    nowMs: number,
  ): SeenDrift => ({
    id: found.id,
    cluster,
    environment: expected.environment,
    service: expected.service,
    object: found.object,
    field: found.field.field,
    live: found.field.live,
    wanted: found.wanted,
    manager: found.editor.manager,
    since: before?.drift.since ?? sinceOf(found.editor, nowMs),
  });

  return {
    /** Goes through all subjects; what was open and is not found again has ended. */
    step: (subjects: readonly DriftSubject[], nowMs: number): DriftStep => {
      const found = new Map<string, Open>();
      const values = new Map<string, string>();
      for (const subject of subjects) {
        for (const suspended of suspensions(cluster, subject, subjects, nowMs)) {
          found.set(suspended.id, { drift: open.get(suspended.id)?.drift ?? suspended, takenOverMs: null });
        }
        for (const workload of subject.units.flatMap(({ workloads }) => workloads)) {
          for (const field of liveFields(workload)) {
            values.set(driftId(cluster, keyOf(workload), field.field), field.live);
            const each = fieldStep(subject, workload, field, nowMs);
            if (each !== null) found.set(each.drift.id, each);
          }
        }
      }
      const seen = [...found.values()]
        .map(({ drift }) => drift)
        .filter((drift) => isNews(open.get(drift.id)?.drift, drift));
      const ended = [...open.values()]
        .filter(({ drift }) => !found.has(drift.id))
        .map(({ drift }) => endOf(drift, values.get(drift.id)));
      open.clear();
      for (const [id, each] of found) open.set(id, each);
      return { seen, ended };
    },
  };
}

function endOf(drift: SeenDrift, live: string | undefined): { id: string; how: DriftEnd } {
  if (drift.field === 'spec.suspend') return { id: drift.id, how: 'corrected' };
  if (live === undefined) return { id: drift.id, how: 'gone' };
  return { id: drift.id, how: live === drift.wanted ? 'corrected' : 'released' };
}

function isNews(before: SeenDrift | undefined, now: SeenDrift): boolean {
  return (
    before === undefined || before.live !== now.live || before.wanted !== now.wanted || before.manager !== now.manager
  );
}

/** What somebody paused by hand; a pause that Git asks for is applied by Flux and is no drift. */
function suspensions(
  cluster: string,
  { expected, units }: DriftSubject,
  all: readonly DriftSubject[],
  nowMs: number,
): SeenDrift[] {
  const objects = units.flatMap((unit) => [
    unit.kustomization,
    ...unit.helmReleases,
    ...(unit.source === undefined ? [] : [unit.source]),
  ]);
  return objects.flatMap((object): SeenDrift[] => {
    if (!object.suspended || (object.suspendedBy !== null && isFluxManager(object.suspendedBy.manager))) return [];
    const key = keyOf(object);
    const shared = all.some(
      (other) =>
        other.expected.service !== expected.service &&
        other.units.some((unit) => unit.kustomization === object || unit.source === object),
    );
    return [
      {
        id: driftId(cluster, key, 'spec.suspend'),
        cluster,
        environment: expected.environment,
        ...(shared ? {} : { service: expected.service }),
        object: key,
        field: 'spec.suspend',
        live: 'true',
        wanted: 'false',
        manager: object.suspendedBy?.manager ?? 'unknown',
        since: sinceOf(object.suspendedBy, nowMs),
      },
    ];
  });
}

/** The time of a managedFields entry has no milliseconds; the subresource `scale` has none at all. */
function sinceOf(owner: FieldOwner | null, nowMs: number): Instant {
  const at = Date.parse(owner?.at ?? '');
  return instantOf(Number.isNaN(at) ? nowMs : at);
}

/** Short, as it is the value of buttons, and the same for the same place. */
function driftId(cluster: string, object: string, field: string): string {
  return createHash('sha256').update(`${cluster}\n${object}\n${field}`).digest('hex').slice(0, 16);
}
