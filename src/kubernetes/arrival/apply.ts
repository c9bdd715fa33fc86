import { conditionOf, fluxStateOf } from '../flux/state.ts';
import type { Condition } from '../named.ts';
import type { ClusterView, Kustomization, Workload } from '../objects.ts';
import { covers, shortCommit } from './ancestry.ts';
import { attemptOf, hasApplied, hasSucceeded, healthCheckOf, type Question } from './coverage.ts';
import { failureFinding, healthCheckFinding, stalledFinding } from './failure.ts';
import { clockTime, type Finding, listed, oneLine, waiting } from './finding.ts';
import type { Unit } from './own.ts';

/**
 * What stands between the fetched commit and its objects in the cluster; null when nothing does any more. `own` is what the
 * service's own objects say.
 */
export function applyFinding(question: Question, unit: Unit, own: Finding | undefined): Finding | null {
  const { kustomization, source } = unit;
  const { name } = kustomization;
  const state = fluxStateOf(kustomization);
  const ready = conditionOf(kustomization, 'Ready');
  if (state === 'terminating') return waiting('apply', `Kustomization ${name} is being deleted`);
  if (state === 'failing' && ready?.reason === 'HealthCheckFailed' && hasApplied(question, kustomization, source))
    return healthCheckFinding(question, unit, ready, own);
  // What is wrong with a later run takes nothing back of what was applied.
  if (hasSucceeded(question, kustomization, source)) return null;
  switch (state) {
    case 'suspended':
      return hasApplied(question, kustomization, source)
        ? null
        : waiting('apply', `Kustomization ${name} is suspended`);
    case 'stalled':
      return stalledFinding(question, unit);
    case 'waiting':
      return waiting('apply', waitsFor(question, kustomization, ready));
    case 'failing':
      return ready === undefined ? null : failureFinding(question, unit, ready);
    case 'progressing':
    case 'ready':
    case 'unknown':
      return covers(attemptOf(question, kustomization, source)) ? null : notAttempted(question, unit);
  }
}

function notAttempted(question: Question, unit: Unit): Finding {
  const check = healthCheckOf(unit.kustomization);
  const commit = shortCommit(question.expected.commit);
  if (check === null)
    return waiting('apply', `Flux has fetched ${commit}; Kustomization ${unit.kustomization.name} applies it next`);
  const names = unfinished(question.view, unit).map(({ name }) => name);
  const whose = names.length === 0 ? 'a health check' : `${listed(names)}'s health check`;
  const until = check.until === null ? '' : ` until ${clockTime(check.until)}`;
  return waiting('apply', `Flux waits for ${whose}${until} before it applies ${commit}`);
}

/** The workloads of a Kustomization that are not rolled out: what its health check is waiting for. */
function unfinished(view: ClusterView, { kustomization }: Unit): Workload[] {
  return view
    .workloadsOf(`${kustomization.namespace}/${kustomization.name}`)
    .filter(({ updated, available, wanted, observed, generation }) =>
      observed === null || observed < generation ? true : updated < wanted || available < wanted,
    );
}

function waitsFor({ view }: Question, kustomization: Kustomization, ready: Condition | undefined): string {
  const message = ready?.message ?? '';
  const named = /dependency '([^']+)'/.exec(message)?.[1] ?? kustomization.dependsOn[0];
  if (ready?.reason !== 'DependencyNotReady' || named === undefined)
    return `Kustomization ${kustomization.name} waits: ${oneLine(message)}`;
  const dependency = view.kustomization(named);
  const why = dependency === undefined ? undefined : conditionOf(dependency, 'Ready');
  const short = named.split('/').at(-1) ?? named;
  const more = dependency?.suspended
    ? ' (it is suspended)'
    : why?.status === 'False'
      ? ` (${why.reason}: ${oneLine(why.message)})`
      : '';
  return `Flux waits for Kustomization ${short}, which ${kustomization.name} depends on${more}`;
}
