import type { SeenDrift } from '../../vocabulary/drift.ts';
import { isOperator } from '../flux/managers.ts';
import { type Kustomization, keyOf } from '../objects.ts';
import { about, type Candidate, kustomizationsOf, type Scene } from './rule.ts';

/** So many corrections one after the other are a habit. */
const habit = 3;
const graceMs = 120_000;

interface Corrected {
  readonly drift: SeenDrift;
  readonly atMs: number;
}

/** An object that is "corrected" on every run: told once, with its remedy, instead of every time. */
export function createFlapping(known: readonly SeenDrift[] = []) {
  const corrections = new Map<string, Corrected[]>();
  const resumed = new Map(known.map((drift) => [drift.object, drift]));

  const gapOf = (kustomization: Kustomization) => 2.5 * kustomization.intervalMs + graceMs;
  /** The newest corrections that follow each other as closely as the runs of Flux do. */
  const streakOf = (list: readonly Corrected[], gapMs: number): readonly Corrected[] => {
    const streak: Corrected[] = [];
    for (const each of list.toReversed()) {
      const later = streak.at(-1);
      if (later !== undefined && later.atMs - each.atMs > gapMs) break;
      streak.push(each);
    }
    return streak;
  };

  return {
    note: (drift: SeenDrift, atMs: number): void => {
      const list = [...(corrections.get(drift.object) ?? []), { drift, atMs }];
      corrections.delete(drift.object);
      corrections.set(drift.object, list.slice(-habit));
      // Those that were corrected longest ago are the first to be forgotten.
      for (const object of corrections.keys()) {
        if (corrections.size <= 1_000) break;
        corrections.delete(object);
      }
    },
    find: (scene: Scene): Candidate[] => {
      const watched = kustomizationsOf(scene);
      for (const [object, drift] of resumed) corrections.set(object, Array(habit).fill({ drift, atMs: scene.nowMs }));
      resumed.clear();
      return [...corrections].flatMap(([object, list]): Candidate[] => {
        const [last] = list.slice(-1);
        const by = last?.drift.appliedBy ?? '';
        const on = watched.find((each) => keyOf(each.object) === by) ?? watched[0];
        if (last === undefined || on === undefined) return [];
        const gapMs = gapOf(on.object);
        if (scene.nowMs - last.atMs > gapMs) {
          corrections.delete(object);
          return [];
        }
        const streak = streakOf(list, gapMs);
        return streak.length < habit ? [] : [candidateOf(scene, object, streak)];
      });
    },
  };
}

function candidateOf(scene: Scene, object: string, streak: readonly Corrected[]): Candidate {
  const named = streak.find(({ drift }) => drift.field !== 'object')?.drift ?? streak[0]?.drift;
  // Where nobody saw the edits, the one who owns a field that Git sets as well is who fights with Flux.
  const fighter = scene.view
    .workload(object)
    ?.fields.find(({ editor }) => editor !== null && isOperator(editor.manager));
  const subjects = scene.subjects.filter(({ expected }) => expected.environment === named?.environment);
  return {
    ...about(subjects),
    ...(named?.service === undefined ? {} : { service: named.service }),
    environment: named?.environment ?? subjects[0]?.expected.environment ?? '',
    object,
    field: named?.field !== 'object' && named !== undefined ? named.field : (fighter?.path ?? 'object'),
    live: named?.field !== 'object' && named !== undefined ? named.live : (fighter?.live ?? 'changed'),
    wanted: named?.wanted ?? '',
    manager: named?.manager || (fighter?.editor?.manager ?? ''),
    since: streak.at(-1)?.drift.since ?? null,
    ...(named?.appliedBy === undefined ? {} : { appliedBy: named.appliedBy }),
  };
}
