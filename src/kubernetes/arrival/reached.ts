import type { Steps, Verdict } from '../../vocabulary/verdict.ts';
import { hasApplied, type Question } from './coverage.ts';
import type { Unit } from './own.ts';
import { sourceFinding } from './source-stage.ts';

/** How far a commit has got: fetched by every source, sent to the API server by every Kustomization, proven. */
export function reachedBy(question: Question, units: readonly Unit[], { kind }: Verdict): (keyof Steps)[] {
  const all = (test: (unit: Unit) => boolean) => units.length > 0 && units.every(test);
  const fetched = all((unit) => sourceFinding(question, unit) === null);
  const applied = fetched && all(({ kustomization, source }) => hasApplied(question, kustomization, source));
  return [
    ...(fetched ? (['fetched'] as const) : []),
    ...(applied ? (['applied'] as const) : []),
    ...(kind === 'healthy' ? (['healthy'] as const) : []),
  ];
}
