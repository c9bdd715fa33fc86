import { conditionOf } from '../flux/state.ts';
import type { Condition } from '../named.ts';
import { keyOf } from '../objects.ts';
import { covers, shortCommit } from './ancestry.ts';
import { refusedObject, unhealthyObjects, type Whose, whoseIs } from './blame.ts';
import { attemptOf, failedRevisionOf, type Question } from './coverage.ts';
import { type Finding, failing, listed, oneLine, waiting } from './finding.ts';
import type { Unit } from './own.ts';
import { parentFinding } from './parent-stage.ts';
import { lastWordsOf, unreadyPod } from './pod-trouble.ts';

/** A failure in words that stay the same from one try to the next: without times, temporary folders and revisions. */
export function fingerprintOf({ reason, message }: Condition): string {
  return `${reason} ${oneLine(message).replaceAll(/(\d+(\.\d+)?(ms|s|m|h))+\b|[0-9a-f]{40,64}/g, '')}`;
}

/** A run that failed before everything was applied: whether this commit, this service or somebody else made it fail. */
export function failureFinding(question: Question, unit: Unit, ready: Condition): Finding | null {
  const { kustomization, source } = unit;
  const commit = shortCommit(question.expected.commit);
  const said = saidOf(unit, ready);
  const attempt = attemptOf(question, kustomization, source, failedRevisionOf(kustomization, ready.reason));
  if (!covers(attempt))
    return waiting('apply', `Flux has fetched ${commit} and takes it up after ${ready.reason} of ${said}`);
  if (ready.reason === 'PruneFailed') return null;
  const parent = parentFinding(question, unit);
  if (parent !== null) return parent;
  if (isPassing(ready)) return waiting('apply', `Flux tries ${commit} again (${ready.reason}): ${said}`);
  const refused = refusedObject(ready.message);
  const whose = refused === null ? 'unclear' : whoseIs(question, unit, refused);
  if (whose === 'own') return failing('apply', ready.reason, `${ready.reason} at ${commit}: ${said}`);
  const innocent = innocence(question, unit, ready, attempt === 'exact', whose, refused);
  if (innocent === null) return failing('apply', ready.reason, `${ready.reason} at ${commit}: ${said}`);
  return waiting('apply', `Flux cannot apply ${commit} (${ready.reason} ${innocent}): ${said}`);
}

/** Answers of an API server or of a webhook that is out of order; what it thinks of the object is not known yet. */
const outOfOrder = /\((InternalError|Timeout|ServerTimeout|ServiceUnavailable|TooManyRequests|Conflict)\)/;

/** Whether only the way to the commit is broken: an artifact that cannot be loaded says nothing of what it holds, but a missing folder does. */
function isPassing({ reason, message }: Condition): boolean {
  if (reason === 'ArtifactFailed') return !/\bpath\b.*(not found|no such|not a directory)/.test(message);
  return reason === 'ReconciliationFailed' && outOfOrder.test(message);
}

/** Why the commit is not to blame for what stops the Kustomization as a whole; null where it is. */
function innocence(
  question: Question,
  { kustomization }: Unit,
  ready: Condition,
  exact: boolean,
  whose: Whose,
  refused: string | null,
): string | null {
  if (whose === 'neighbour') return `because of ${refused?.split('/').at(-1)}`;
  if (!exact) return 'since a later commit';
  return question.failedBefore?.(kustomization) === fingerprintOf(ready) ? 'since an earlier commit' : null;
}

/** Nothing is tried again until somebody changes the object: it is the commit's failure only where it worked before. */
export function stalledFinding(question: Question, unit: Unit): Finding {
  const { kustomization } = unit;
  const stalled = conditionOf(kustomization, 'Stalled');
  const reason = stalled?.reason ?? 'Stalled';
  const said = `Kustomization ${kustomization.name}: ${oneLine(stalled?.message ?? '')}`;
  const parent = parentFinding(question, unit);
  if (parent !== null) return parent;
  if (stalled !== undefined && question.failedBefore?.(kustomization) === fingerprintOf(stalled))
    return waiting('apply', `Flux has given up since an earlier commit (${reason}): ${said}`);
  return failing('apply', reason, said);
}

/** A health check that failed: null unless it names what is the service's own, and says so before the objects themselves do. */
export function healthCheckFinding(
  question: Question,
  unit: Unit,
  ready: Condition,
  own: Finding | undefined,
): Finding | null {
  const named = unhealthyObjects(ready.message).filter((key) => !key.startsWith('HelmRelease/'));
  const mine = named.filter((key) => whoseIs(question, unit, key) === 'own');
  const said = saidOf(unit, ready);
  if (mine.length > 0) {
    const pods = unit.workloads.flatMap((workload) => question.view.pods(keyOf(workload)) ?? []);
    const more = own?.kind === 'waiting' ? `${own.because}${lastWordsOf(pods)}. ` : '';
    return failing('rollout', ready.reason, `${more}${said}`, unreadyPod(pods));
  }
  if (own !== undefined || unit.helmReleases.length > 0) return null;
  const unclear = named.filter((key) => whoseIs(question, unit, key) === 'unclear');
  if (unclear.length === 0 && !unit.kustomization.remote) return null;
  if (unclear.length === 0) {
    const names = listed(named.map((key) => key.split('/').at(-1) ?? key));
    return waiting('rollout', `its objects cannot be seen, and Flux waits for ${names || 'a health check'}: ${said}`);
  }
  return failing('rollout', ready.reason, `of the whole Kustomization, as its own objects cannot be told: ${said}`);
}

function saidOf({ kustomization }: Unit, ready: Condition): string {
  return `Kustomization ${kustomization.name}: ${oneLine(ready.message)}`;
}
