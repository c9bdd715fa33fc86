import { commitOf } from '../flux/revision.ts';
import { fluxStateOf } from '../flux/state.ts';
import { type Kustomization, keyOf, type RunReport } from '../objects.ts';
import { about, type Candidate, kustomizationsOf, type Rule, type Scene, type Watched } from './rule.ts';

/** It is over when it is seen; it is shown as open for this long, so that it is told at all. */
const shownMs = 2_000;
/** A report of a run that never ends well is not waited for longer. */
const patienceMs = 600_000;
const memoryLimit = 5_000;

interface Baseline {
  readonly of: string;
  /** When the run ended by which this revision was applied for the first time, as Flux tells. */
  readonly atMs: number;
}

/**
 * What Flux put back although nobody here saw it change: a change that a run reports at a revision and a digest that it had applied
 * before, with the Kustomization itself unchanged. The first report of a revision is its deployment. What was put back before anybody
 * watched, `sinceMs`, is the past.
 */
export function createCorrected(sinceMs: number): Rule {
  const baselines = new Map<string, Baseline>();
  const judged = new Map<string, string>();
  const shown: { untilMs: number; candidate: Candidate }[] = [];

  const baselineOf = (kustomization: Kustomization): Baseline | null => {
    const { lastRun, applied, generation } = kustomization;
    if (lastRun === null || applied === null || !lastRun.succeeded) return null;
    const of = `${applied} ${lastRun.digest} ${generation}`;
    const known = baselines.get(keyOf(kustomization));
    if (known?.of === of) return known;
    const made = { of, atMs: Date.parse(known === undefined ? lastRun.firstAt : lastRun.at) };
    baselines.set(keyOf(kustomization), made);
    return made;
  };

  return {
    signal: 'corrected',
    find: (scene) => {
      const watched = new Map(
        kustomizationsOf(scene).map((each) => [`${each.object.namespace}/${each.object.name}`, each]),
      );
      const settled = new Map(
        [...watched].flatMap(([name, { object }]) => {
          const baseline = fluxStateOf(object) === 'ready' ? baselineOf(object) : null;
          return baseline === null ? [] : [[name, baseline] as const];
        }),
      );
      for (const report of scene.view.reports()) {
        const id = `${report.namespace}/${report.name}`;
        if (judged.get(id) === report.at) continue;
        const atMs = Date.parse(report.at);
        const on = watched.get(report.kustomization);
        const baseline = settled.get(report.kustomization);
        const runIsOver = on !== undefined && Date.parse(on.object.lastRun?.at ?? '') >= atMs;
        if (baseline !== undefined && on !== undefined && runIsOver) {
          judged.set(id, report.at);
          if (atMs >= sinceMs && isCorrection(report, on.object, baseline))
            for (const candidate of candidatesOf(report, on, scene))
              shown.push({ untilMs: scene.nowMs + shownMs, candidate });
        } else if (scene.nowMs - atMs > patienceMs) judged.set(id, report.at);
      }
      if (judged.size > memoryLimit) for (const id of [...judged.keys()].slice(0, memoryLimit / 2)) judged.delete(id);
      const open = shown.filter(({ untilMs }) => untilMs > scene.nowMs);
      shown.splice(0, shown.length, ...open);
      return open.map(({ candidate }) => candidate);
    },
  };
}

function isCorrection(report: RunReport, { applied }: Kustomization, baseline: Baseline): boolean {
  // Where many Events are combined into one, the revision is lost, and so is what it was about.
  if (report.revision === null || commitOf(report.revision) !== commitOf(applied)) return false;
  return Date.parse(report.at) > baseline.atMs;
}

function candidatesOf(
  report: RunReport,
  { object: kustomization, subjects }: Watched<Kustomization>,
  scene: Scene,
): Candidate[] {
  const atMs = Date.parse(report.at);
  return report.changes
    .filter(({ object }) => !scene.isExplained(object, atMs))
    .map(({ object, how }) => ({
      ...about(subjects),
      object,
      field: 'object',
      live: how === 'created' ? 'deleted' : 'changed',
      wanted: 'as in Git',
      manager: '',
      since: report.at,
      appliedBy: keyOf(kustomization),
    }));
}
