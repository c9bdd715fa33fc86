import type { DriftEnd, SeenDrift } from '../../vocabulary/drift.ts';
import { imageParts, isImageOf, isVersion } from '../../vocabulary/image.ts';
import type { Expected } from '../expected.ts';
import { isKubectl, isOperator } from '../flux/managers.ts';
import { keyOf, type LiveField, type Workload } from '../objects.ts';
import { ignoredBy } from './ignored.ts';
import { about, type Candidate, type DriftSubject, type Rule, type Scene } from './rule.ts';

/** Flux takes a field over a moment before it corrects it; a value that stays is what Git holds now. */
const takeoverMs = 30_000;
const restartedAt = /\.annotations\[kubectl\.kubernetes\.io\/restartedAt\]$/;

interface Edit {
  readonly candidate: Candidate;
  /** Since when Flux owns the edited value; null while somebody else does. */
  readonly takenOverMs: number | null;
}

/**
 * Live edits of workloads, from the moment of the edit until Flux has put it right. A restart by
 * hand is one too, as Flux takes its annotation away again, and an edit of what Flux is told to leave alone lasts.
 */
export function createLiveEdits(known: readonly SeenDrift[] = []): Rule {
  const unchanged = new Map<string, Workload>();
  let edits = new Map<string, Edit>();
  const before = new Map(known.map((drift) => [`${drift.object}#${drift.field}`, drift]));

  const editOf = (scene: Scene, subject: DriftSubject, workload: Workload, field: LiveField): Edit | null => {
    const object = keyOf(workload);
    const place = `${object}#${field.path}`;
    const open = edits.get(place)?.candidate ?? before.get(place);
    if (field.editor === null) {
      const since = edits.get(place)?.takenOverMs ?? scene.nowMs;
      if (open !== undefined && field.live === open.live && scene.nowMs - since < takeoverMs)
        return {
          candidate: {
            ...candidateOf(scene, subject, workload, field, open.wanted),
            manager: open.manager,
            since: open.since ?? null,
          },
          takenOverMs: since,
        };
      return null;
    }
    // Who fights with Flux over a field by itself shows as a correction on every run.
    if (isOperator(field.editor.manager)) return null;
    const wanted = wantedValue(field, subject.expected, field.applied ?? (open?.wanted || undefined));
    if (wanted === null || wanted === field.live) return null;
    if (open === undefined && subject.releasing) return null;
    return { candidate: candidateOf(scene, subject, workload, field, wanted), takenOverMs: null };
  };

  return {
    signal: 'edit',
    find: (scene) => {
      const found = new Map<string, Edit>();
      const present = new Set<string>();
      for (const subject of scene.subjects) {
        for (const workload of subject.units.flatMap(({ workloads }) => workloads)) {
          const object = keyOf(workload);
          present.add(object);
          if (unchanged.get(object) === workload) continue;
          const own = workload.fields.flatMap((field) => {
            const edit = editOf(scene, subject, workload, field);
            return edit === null ? [] : [[`${object}#${field.path}`, edit] as const];
          });
          for (const [place, edit] of own) found.set(place, edit);
          // Nothing can come of it until it changes, which makes another object of it.
          if (own.length === 0 && workload.fields.every(({ editor }) => editor === null))
            unchanged.set(object, workload);
          else unchanged.delete(object);
        }
      }
      for (const object of unchanged.keys()) if (!present.has(object)) unchanged.delete(object);
      edits = found;
      before.clear();
      return [...found.values()].map(({ candidate }) => candidate);
    },
    end: endOfEdit,
  };
}

function candidateOf(
  { view }: Scene,
  subject: DriftSubject,
  workload: Workload,
  field: LiveField,
  wanted: string,
): Candidate {
  const { optOut } = workload;
  const pointer = ignoredBy(view.kustomization(workload.kustomization ?? ''), workload, field);
  const left =
    optOut === null ? (pointer === null ? null : `spec.ignore: ${pointer}`) : `${optOut.field}: ${optOut.value}`;
  const restart = restartedAt.test(field.path);
  return {
    ...about([subject]),
    object: keyOf(workload),
    field: field.path,
    live: field.live,
    wanted,
    manager: field.editor?.manager ?? '',
    since: field.editor?.at ?? null,
    ...appliedBy(workload),
    ...(left === null ? {} : { signal: 'opt-out', note: left }),
    ...(restart && left === null ? { signal: 'restart' } : {}),
  };
}

export function appliedBy({ helmRelease, kustomization }: Workload): Pick<Candidate, 'appliedBy'> {
  if (helmRelease !== null) return { appliedBy: `HelmRelease/${helmRelease}` };
  return kustomization === null ? {} : { appliedBy: `Kustomization/${kustomization}` };
}

/** What a field should be, '' where that was not seen although Flux will take the edit back; null where it is nobody's business. */
function wantedValue(
  { path, live, editor, scaled }: LiveField,
  expected: Pick<Expected, 'image' | 'version' | 'digest'>,
  lastApplied: string | undefined,
): string | null {
  const isImage = /\.(containers|initContainers)\[[^\]]*\]\.image$/.test(path);
  if (!isImage || !isImageOf(lastApplied ?? live, expected.image)) {
    if (lastApplied !== undefined) return lastApplied;
    // kustomize-controller takes away whatever kubectl wrote, but not what was written by way of a subresource.
    return editor !== null && !scaled && isKubectl(editor.manager) ? '' : null;
  }
  if (lastApplied !== undefined && isVersion(lastApplied, expected)) return lastApplied;
  const written = (lastApplied ?? live).split('@')[0] ?? '';
  const { tag } = imageParts(written);
  const repository = tag === null ? written : written.slice(0, -tag.length - 1);
  return `${repository}:${expected.version}`;
}

/** Corrected where it is what Git says; released where Git says it, or does not say anything any more. */
export function endOfEdit({ view }: Scene, drift: SeenDrift): DriftEnd {
  const workload = view.workload(drift.object);
  if (workload === undefined) return 'gone';
  const live = workload.fields.find(({ path }) => path === drift.field)?.live ?? '';
  return live === drift.wanted || live === '' ? 'corrected' : 'released';
}
