import { spokenDuration } from '../../time.ts';
import { type Kustomization, keyOf } from '../objects.ts';
import { about, type Candidate, kustomizationsOf, type Rule, type Scene, type Watched } from './rule.ts';

const graceMs = 120_000;

/** Flux itself has not run for longer than twice its interval: a controller that is down tells nothing of itself. */
export const silent: Rule = {
  signal: 'silent',
  find: (scene) => {
    const judged = kustomizationsOf(scene).filter(({ object }) => !object.suspended && lastSignOf(object) !== null);
    const quiet = judged.filter(({ object }) => isSilent(object, scene.nowMs));
    if (quiet.length === 0) return [];
    // Where all are silent it is the controller, which is one message.
    const all = quiet.length === judged.length && judged.length > 1;
    return all ? [controller(quiet, scene)] : quiet.map((each) => one(each, scene));
  },
};

function one({ object, subjects }: Watched<Kustomization>, { nowMs }: Scene): Candidate {
  const lastMs = lastSignOf(object) ?? nowMs;
  return {
    ...about(subjects),
    object: keyOf(object),
    field: 'status.history',
    live: `no run since ${new Date(lastMs).toISOString().slice(0, 16)}Z`,
    wanted: `a run every ${spokenDuration(object.intervalMs)}`,
    manager: '',
    since: new Date(lastMs).toISOString(),
    appliedBy: keyOf(object),
  };
}

function controller(all: readonly Watched<Kustomization>[], scene: Scene): Candidate {
  const [latest] = all.toSorted((a, b) => (lastSignOf(b.object) ?? 0) - (lastSignOf(a.object) ?? 0));
  const shown = latest === undefined ? undefined : one(latest, scene);
  return {
    ...about(all.flatMap(({ subjects }) => subjects)),
    object: 'Deployment/flux-system/kustomize-controller',
    field: 'status.history',
    live: shown?.live ?? 'no run',
    wanted: shown?.wanted ?? 'runs',
    manager: '',
    since: shown?.since ?? null,
    note: `none of its ${all.length} Kustomizations has run`,
  };
}

/** Anything that kustomize-controller wrote to its status last, in epoch milliseconds. */
function lastSignOf({ lastRun, conditions }: Kustomization): number | null {
  const times = [lastRun?.at, ...conditions.map(({ at }) => at)].map((at) => Date.parse(at ?? ''));
  const known = times.filter((at) => !Number.isNaN(at));
  return lastRun === null || known.length === 0 ? null : Math.max(...known);
}

function isSilent(object: Kustomization, nowMs: number): boolean {
  const last = lastSignOf(object);
  return last !== null && nowMs - last > 2 * object.intervalMs + object.timeoutMs + graceMs;
}
