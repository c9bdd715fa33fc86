import { spokenDuration } from '../../doors/time.ts';
import { fluxStateOf } from '../flux/state.ts';
import { type HelmRelease, type Kustomization, keyOf } from '../objects.ts';
import { about, type Candidate, fluxObjects, type Rule, type Scene, type Watched } from './rule.ts';

const graceMs = 120_000;

type Run = Kustomization | HelmRelease;

const controllers = { Kustomization: 'kustomize-controller', HelmRelease: 'helm-controller' } as const;

/** Flux itself has not run for longer than twice its interval: a controller that is down tells nothing of itself. */
export const silent: Rule = {
  signal: 'silent',
  find: (scene) =>
    (['Kustomization', 'HelmRelease'] as const).flatMap((kind) => {
      const judged = fluxObjects(scene).flatMap(({ object, subjects }): Watched<Run>[] =>
        object.kind === kind && isDue(object) ? [{ object, subjects }] : [],
      );
      const quiet = judged.filter(({ object }) => isSilent(object, scene.nowMs));
      if (quiet.length === 0) return [];
      // Where all are silent it is the controller, which is one message.
      const all = quiet.length === judged.length && judged.length > 1;
      return all ? [controller(kind, quiet, scene)] : quiet.map((each) => one(each, scene));
    }),
};

/** What is paused does not run, nor what was given up until somebody changes it. */
function isDue(object: Run): boolean {
  return !object.suspended && fluxStateOf(object) !== 'stalled' && lastSignOf(object) !== null;
}

function one({ object, subjects }: Watched<Run>, { nowMs }: Scene): Candidate {
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

function controller(kind: Run['kind'], all: readonly Watched<Run>[], scene: Scene): Candidate {
  const [latest] = all.toSorted((a, b) => (lastSignOf(b.object) ?? 0) - (lastSignOf(a.object) ?? 0));
  const shown = latest === undefined ? undefined : one(latest, scene);
  return {
    ...about(all.flatMap(({ subjects }) => subjects)),
    object: `Deployment/flux-system/${controllers[kind]}`,
    field: 'status.history',
    live: shown?.live ?? 'no run',
    wanted: shown?.wanted ?? 'runs',
    manager: '',
    since: shown?.since ?? null,
    note: `none of its ${all.length} ${kind}s has run`,
  };
}

/** Anything that its controller wrote to its status last, in epoch milliseconds; null where none of it is dated by runs. */
function lastSignOf(object: Run): number | null {
  const run = object.kind === 'Kustomization' ? object.lastRun?.at : object.reportedAt;
  const times = [run, ...object.conditions.map(({ at }) => at)].map((at) => Date.parse(at ?? ''));
  const known = times.filter((at) => !Number.isNaN(at));
  return run == null || known.length === 0 ? null : Math.max(...known);
}

function isSilent(object: Run, nowMs: number): boolean {
  const last = lastSignOf(object);
  return last !== null && nowMs - last > 2 * object.intervalMs + object.timeoutMs + graceMs;
}
