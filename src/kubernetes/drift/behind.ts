import { coverageOf, covers, shortCommit } from '../arrival/ancestry.ts';
import type { Unit } from '../arrival/own.ts';
import { commitOf } from '../flux/revision.ts';
import { keyOf } from '../objects.ts';
import { about, type Candidate, type DriftSubject, type Rule, type Scene } from './rule.ts';
import { isFailing } from './stuck.ts';

const graceMs = 60_000;

/**
 * The cluster does not follow the branch, and nothing else says why. On a busy branch Flux is always a little behind the newest commit:
 * what counts is how long it has been behind one and the same.
 */
export function createBehind(): Rule {
  const missing = new Map<string, { commit: string; foundMs: number }>();
  const find = (scene: Scene): Candidate[] => {
    const units = Map.groupBy(
      scene.subjects.flatMap((subject) => subject.units.map((unit) => ({ unit, subject }))),
      ({ unit }) => keyOf(unit.kustomization),
    );
    for (const key of missing.keys()) if (!units.has(key)) missing.delete(key);
    return [...units].flatMap(([key, members]) => {
      const [first] = members;
      if (first === undefined) return [];
      const { unit, subject } = first;
      const known = missing.get(key);
      const lacking = known !== undefined && isBehind(scene, unit, known.commit) ? known : null;
      const commit =
        lacking?.commit ?? (isBehind(scene, unit, subject.expected.commit) ? subject.expected.commit : null);
      if (commit === null || members.some((each) => each.subject.told || each.subject.releasing)) {
        missing.delete(key);
        return [];
      }
      const found = lacking ?? { commit, foundMs: scene.nowMs };
      missing.set(key, found);
      if (isExplained(unit)) return [];
      return [
        candidateOf(
          unit,
          members.map((each) => each.subject),
          found,
        ),
      ];
    });
  };
  return { signal: 'behind', find, end: (scene, drift) => (isGone(scene, drift.object) ? 'gone' : 'corrected') };
}

function candidateOf(
  { kustomization, source }: Unit,
  subjects: readonly DriftSubject[],
  { commit, foundMs }: { readonly commit: string; readonly foundMs: number },
): Candidate {
  const applied = commitOf(kustomization.applied) ?? kustomization.applied ?? 'nothing';
  return {
    ...about(subjects),
    object: keyOf(kustomization),
    field: 'status.lastAppliedRevision',
    live: shortCommit(applied),
    wanted: shortCommit(commit),
    manager: '',
    appliedBy: keyOf(kustomization),
    settleMs: (source?.intervalMs ?? 0) + kustomization.intervalMs + kustomization.timeoutMs + graceMs,
    foundMs,
  };
}

function isBehind({ isAncestor }: Scene, { kustomization, source }: Unit, commit: string): boolean {
  const direct = coverageOf(kustomization.applied, commit, isAncestor);
  if (direct !== 'unknown') return !covers(direct);
  // An artifact's digest says nothing of Git: its source says what it was made from.
  const origin = coverageOf(source?.origin ?? null, commit, isAncestor);
  return origin === 'unknown' ? false : !covers(origin);
}

/** Paused or failing: another message says so. */
function isExplained({ kustomization, source, parents }: Unit): boolean {
  return [kustomization, ...parents, ...(source === undefined ? [] : [source])].some(
    (object) => object.suspended || isFailing(object),
  );
}

function isGone({ subjects }: Scene, object: string): boolean {
  return !subjects.some(({ units }) => units.some(({ kustomization }) => keyOf(kustomization) === object));
}
