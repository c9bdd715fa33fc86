import { conditionOf } from '../flux/state.ts';
import { coverageOf, covers, shortCommit } from './ancestry.ts';
import type { Question } from './coverage.ts';
import { type Finding, oneLine, waiting } from './finding.ts';
import type { Unit } from './own.ts';

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
