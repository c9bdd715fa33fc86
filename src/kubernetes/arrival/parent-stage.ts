import { conditionOf } from '../flux/state.ts';
import type { Kustomization } from '../objects.ts';
import { coverageOf, shortCommit } from './ancestry.ts';
import { hasApplied, type Question } from './coverage.ts';
import { type Finding, oneLine, waiting } from './finding.ts';
import type { Unit } from './own.ts';

/**
 * A Kustomization above that has not applied the commit: until it has, the one below may still have its old spec, so that
 * what goes wrong there proves nothing. Those that another repository feeds never hold the commit and are not asked.
 */
export function parentFinding(question: Question, unit: Unit): Finding | null {
  const { view, expected, isAncestor } = question;
  const late = unit.parents.find((parent) => {
    const source = view.source(parent.source);
    const coverage = coverageOf(source?.origin ?? null, expected.commit, isAncestor);
    return coverage !== 'diverged' && coverage !== 'unknown' && !hasApplied(question, parent, source);
  });
  if (late === undefined) return null;
  const commit = shortCommit(expected.commit);
  return waiting(
    'parent',
    `Kustomization ${late.name} has not applied ${commit} to ${unit.kustomization.name} yet${why(late)}`,
  );
}

function why(parent: Kustomization): string {
  if (parent.suspended) return ': it is suspended';
  const ready = conditionOf(parent, 'Ready');
  return ready?.status === 'False' ? ` (${ready.reason}: ${oneLine(ready.message)})` : '';
}
