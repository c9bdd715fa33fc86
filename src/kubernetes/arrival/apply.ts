import type { Expected } from '../expected.ts';
import { revisionIn } from '../flux/revision.ts';
import { conditionOf, fluxStateOf } from '../flux/state.ts';
import { type ClusterView, type Condition, type Kustomization, keyOf, type Source, type Workload } from '../objects.ts';
import { type Coverage, coverageOf, covers, type IsAncestor, shortCommit } from './ancestry.ts';
import { clockTime, type Finding, failing, listed, oneLine, waiting } from './finding.ts';
import type { Unit } from './own.ts';

export interface Question {
  readonly view: ClusterView;
  readonly expected: Expected;
  readonly isAncestor: IsAncestor;
}

/** Whether the source has fetched the commit, and if not, why; null when it has, or cannot tell. */
export function sourceFinding({ expected, isAncestor }: Question, unit: Unit): Finding | null {
  const { source, kustomization } = unit;
  const commit = shortCommit(expected.commit);
  if (source === undefined) return waiting('source', `${kustomization.source.split('/').join(' ')} does not exist`);
  const coverage = coverageOf(source.origin, expected.commit, isAncestor);
  if (covers(coverage)) return null;
  if (coverage === 'unknown' && source.revision !== null) return null;
  const name = `${source.kind} ${source.name}`;
  if (source.suspended) return waiting('source', `${name} is suspended`);
  if (source.follows !== null && (source.follows.kind !== 'branch' || source.follows.name !== expected.branch)) {
    const follows = `${source.follows.kind === 'other' ? '' : `${source.follows.kind} `}${source.follows.name}`;
    return waiting('source', `${name} follows ${follows}, not branch ${expected.branch}`);
  }
  const failed = conditionOf(source, 'FetchFailed');
  const ready = conditionOf(source, 'Ready');
  const trouble = failed?.status === 'True' ? failed : ready?.status === 'False' ? ready : undefined;
  if (trouble !== undefined)
    return waiting('source', `Flux cannot fetch ${commit} (${trouble.reason}): ${oneLine(trouble.message)}`);
  if (coverage === 'diverged')
    return waiting('source', `what Flux has fetched (${oneLine(source.origin ?? '')}) does not hold ${commit}`);
  return waiting('source', `Flux has not fetched ${commit} yet`);
}

/** How the last attempt of a Kustomization stands to the commit; artifacts are compared by way of their source. */
export function attemptOf(
  { expected, isAncestor }: Question,
  kustomization: Kustomization,
  source: Source | undefined,
  revision = kustomization.attempted,
): Coverage {
  const direct = coverageOf(revision, expected.commit, isAncestor);
  if (direct !== 'unknown') return direct;
  // The digest of an artifact says nothing of Git: only what its source says it was made from does.
  if (revision === null || source === undefined || revision !== source.revision) return 'not-yet';
  const origin = coverageOf(source.origin, expected.commit, isAncestor);
  return origin === 'unknown' ? 'included' : origin;
}

/** Whether the objects of the commit were sent to the API server, whatever their health is since. */
export function hasApplied(question: Question, kustomization: Kustomization, source: Source | undefined): boolean {
  if (covers(attemptOf(question, kustomization, source, kustomization.applied))) return true;
  if (!covers(attemptOf(question, kustomization, source))) return false;
  const ready = conditionOf(kustomization, 'Ready');
  if (ready?.status === 'True') return true;
  if (ready?.status === 'False') return ready.reason === 'HealthCheckFailed' || ready.reason === 'PruneFailed';
  const checked = healthCheckOf(kustomization);
  return checked !== null && covers(attemptOf(question, kustomization, source, checked.revision));
}

/** The health check that runs now: of which revision, and until when at the latest. */
function healthCheckOf(kustomization: Kustomization): { revision: string | null; until: number | null } | null {
  const reconciling = conditionOf(kustomization, 'Reconciling');
  if (reconciling?.status !== 'True' || !reconciling.message.startsWith('Running health checks')) return null;
  const healthy = conditionOf(kustomization, 'Healthy');
  const began = Date.parse((healthy?.status === 'Unknown' ? healthy.at : reconciling.at) ?? '');
  return {
    revision: revisionIn(reconciling.message),
    until: Number.isNaN(began) ? null : began + kustomization.timeoutMs,
  };
}

/** What stands between the fetched commit and its objects in the cluster; null when nothing does any more. */
export function applyFinding(question: Question, unit: Unit): Finding | null {
  const { kustomization, source } = unit;
  const { name } = kustomization;
  const ready = conditionOf(kustomization, 'Ready');
  switch (fluxStateOf(kustomization)) {
    case 'suspended':
      return hasApplied(question, kustomization, source)
        ? null
        : waiting('apply', `Kustomization ${name} is suspended`);
    case 'terminating':
      return waiting('apply', `Kustomization ${name} is being deleted`);
    case 'stalled': {
      const stalled = conditionOf(kustomization, 'Stalled');
      return failing(
        'apply',
        stalled?.reason ?? 'Stalled',
        `Kustomization ${name}: ${oneLine(stalled?.message ?? '')}`,
      );
    }
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
  const more = why?.status === 'False' ? ` (${why.reason}: ${oneLine(why.message)})` : '';
  return `Flux waits for Kustomization ${short}, which ${kustomization.name} depends on${more}`;
}

/** A run that failed: whether this commit, this service or somebody else made it fail. */
function failureFinding(question: Question, unit: Unit, ready: Condition): Finding | null {
  const { kustomization, source } = unit;
  const said = `Kustomization ${kustomization.name}: ${oneLine(ready.message)}`;
  if (ready.reason === 'ArtifactFailed') return beforeBuilding(question, unit, said);
  const attempt = attemptOf(question, kustomization, source);
  const commit = shortCommit(question.expected.commit);
  if (!covers(attempt))
    return waiting('apply', `Flux has fetched ${commit} and takes it up after ${ready.reason} of ${said}`);
  if (ready.reason === 'HealthCheckFailed') {
    const own = unit.workloads.some((workload) => names(ready.message, workload));
    return own ? failing('rollout', ready.reason, said) : null;
  }
  if (ready.reason === 'PruneFailed') return null;
  const blamed = blamedObject(ready.message);
  const own =
    blamed === null
      ? attempt === 'exact'
      : unit.workloads.some((workload) => keyOf(workload) === blamed) || isOwnRelease(unit, blamed);
  if (own) return failing('apply', ready.reason, `${ready.reason} at ${commit}: ${said}`);
  return waiting(
    'apply',
    `Flux cannot apply ${commit} (${ready.reason}${blamed === null ? ' since a later commit' : ` because of ${blamed.split('/').at(-1)}`}): ${said}`,
  );
}

/**
 * A run that fails before it builds leaves lastAttemptedRevision old; only the message tells its revision. A child may fail so
 * for a moment because its parent has not applied the commit yet, so nothing is said before the parents are done.
 */
function beforeBuilding(question: Question, unit: Unit, said: string): Finding {
  const { kustomization, source } = unit;
  const revision = revisionIn(conditionOf(kustomization, 'Reconciling')?.message ?? '');
  const coverage = attemptOf(question, kustomization, source, revision);
  const commit = shortCommit(question.expected.commit);
  if (!covers(coverage)) return waiting('apply', `Flux has fetched ${commit} and takes it up next; before, ${said}`);
  const late = unit.parents.find((parent) => !hasApplied(question, parent, question.view.source(parent.source)));
  if (late !== undefined)
    return waiting('parent', `Kustomization ${late.name} has not applied ${commit} to ${kustomization.name} yet`);
  return coverage === 'exact'
    ? failing('apply', 'ArtifactFailed', `ArtifactFailed at ${commit}: ${said}`)
    : waiting('apply', `Flux cannot apply a commit after ${commit} (ArtifactFailed): ${said}`);
}

/** "timeout waiting for: [Deployment/apps/backend status: 'InProgress']" names what failed (fluxcd/pkg/ssa/manager_wait.go). */
function names(message: string, workload: Workload): boolean {
  return message.includes(`${keyOf(workload)} status:`);
}

/** "Deployment/apps/web dry-run failed (Invalid): …" blames one object (fluxcd/pkg/ssa/errors). */
function blamedObject(message: string): string | null {
  return /^([A-Za-z]+\/[^\s/]+\/[^\s/]+) /.exec(message)?.[1] ?? null;
}

function isOwnRelease({ helmReleases }: Unit, key: string): boolean {
  return helmReleases.some((release) => keyOf(release) === key);
}
