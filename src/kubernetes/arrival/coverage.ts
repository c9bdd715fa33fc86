import type { Expected } from '../expected.ts';
import { revisionIn } from '../flux/revision.ts';
import { conditionOf, isCurrent } from '../flux/state.ts';
import type { NamedInGit } from '../named-in-git.ts';
import type { ClusterView, Kustomization, Source } from '../objects.ts';
import { type Coverage, coverageOf, covers, type IsAncestor } from './ancestry.ts';

export interface Question {
  readonly view: ClusterView;
  readonly expected: Expected;
  readonly isAncestor: IsAncestor;
  /** How a Kustomization failed before it took the commit up, as `fingerprintOf` says it; that is not the commit's fault. */
  readonly failedBefore?: (kustomization: Kustomization) => string | undefined;
  /** The objects that the service's own files name, where they tell. */
  readonly files?: NamedInGit | null;
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

/** Whether a run that holds the commit has ended well: applied and, with `wait`, checked. */
export function hasSucceeded(question: Question, kustomization: Kustomization, source: Source | undefined): boolean {
  if (!isOfThisSpec(kustomization)) return false;
  const { expected, isAncestor } = question;
  return (
    covers(attemptOf(question, kustomization, source, kustomization.applied)) ||
    covers(coverageOf(kustomization.appliedOrigin, expected.commit, isAncestor))
  );
}

/** Whether the objects of the commit were sent to the API server, whatever their health is since. */
export function hasApplied(question: Question, kustomization: Kustomization, source: Source | undefined): boolean {
  if (hasSucceeded(question, kustomization, source)) return true;
  if (!isOfThisSpec(kustomization) || !covers(attemptOf(question, kustomization, source))) return false;
  const ready = conditionOf(kustomization, 'Ready');
  if (ready?.status === 'True') return true;
  if (ready?.status === 'False') return ready.reason === 'HealthCheckFailed' || ready.reason === 'PruneFailed';
  const checked = healthCheckOf(kustomization);
  return checked !== null && covers(attemptOf(question, kustomization, source, checked.revision));
}

/**
 * Whether what a Kustomization says is said of its present spec: its parent may have changed that with the very commit. To suspend it
 * changes its spec too, and nothing is said any more.
 */
function isOfThisSpec(kustomization: Kustomization): boolean {
  const { suspended, observed, generation } = kustomization;
  if (suspended || observed === null || observed === generation) return true;
  const ready = conditionOf(kustomization, 'Ready');
  return ready === undefined || isCurrent(ready, generation);
}

/** The health check that runs now: of which revision, and until when at the latest. */
export function healthCheckOf(
  kustomization: Kustomization,
): { readonly revision: string | null; readonly until: number | null } | null {
  const reconciling = conditionOf(kustomization, 'Reconciling');
  if (reconciling?.status !== 'True' || !reconciling.message.startsWith('Running health checks')) return null;
  const healthy = conditionOf(kustomization, 'Healthy');
  const began = Date.parse((healthy?.status === 'Unknown' ? healthy.at : reconciling.at) ?? '');
  return {
    revision: revisionIn(reconciling.message),
    until: Number.isNaN(began) ? null : began + kustomization.timeoutMs,
  };
}

/** The revision that a failed run was about. One that fails before it builds leaves lastAttemptedRevision old; only its message tells. */
export function failedRevisionOf(kustomization: Kustomization, reason: string): string | null {
  return reason === 'ArtifactFailed'
    ? revisionIn(conditionOf(kustomization, 'Reconciling')?.message ?? '')
    : kustomization.attempted;
}
