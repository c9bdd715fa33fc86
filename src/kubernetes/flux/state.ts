import type { Condition } from '../named.ts';
import type { HelmRelease, Kustomization, Source } from '../objects.ts';

export type FluxState =
  | 'terminating'
  | 'suspended'
  | 'stalled'
  | 'waiting'
  | 'failing'
  | 'progressing'
  | 'ready'
  | 'unknown';

const waitingReasons = new Set(['DependencyNotReady', 'SourceNotReady', 'HealthCheckCanceled']);

/**
 * How an object of Flux is doing. Not kstatus: there, what fails and is retried counts as in progress. A Ready=False that was
 * set for an older generation says nothing of this one.
 */
export function fluxStateOf(object: Source | Kustomization | HelmRelease): FluxState {
  if (object.deleting) return 'terminating';
  if (object.suspended) return 'suspended';
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True' && isCurrent(stalled, object.generation)) return 'stalled';
  const ready = conditionOf(object, 'Ready');
  if (ready?.status === 'False') {
    if (!isCurrent(ready, object.generation)) return 'progressing';
    return waitingReasons.has(ready.reason) || lacksSource(ready) ? 'waiting' : 'failing';
  }
  const reconciling = conditionOf(object, 'Reconciling')?.status === 'True';
  if (ready?.status === 'Unknown' || reconciling) return 'progressing';
  if (object.observed !== null && object.observed !== object.generation) return 'progressing';
  return ready?.status === 'True' ? 'ready' : 'unknown';
}

/** "Source artifact not found, retrying in 30s": the source has not been fetched yet, nothing is wrong with what it holds. */
function lacksSource(ready: Condition): boolean {
  return ready.reason === 'ArtifactFailed' && /^Source\b.*\bnot found|artifact not found/.test(ready.message);
}

export function conditionOf(
  object: { readonly conditions: readonly Condition[] },
  type: string,
): Condition | undefined {
  return object.conditions.find((condition) => condition.type === type);
}

/** Whether a condition speaks of this generation, as far as it says. */
export function isCurrent(condition: Condition, generation: number): boolean {
  return condition.generation === null || condition.generation === generation;
}
