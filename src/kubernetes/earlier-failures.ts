import { covers } from './arrival/ancestry.ts';
import { attemptOf, failedRevisionOf, type Question } from './arrival/coverage.ts';
import { fingerprintOf } from './arrival/failure.ts';
import type { Unit } from './arrival/own.ts';
import { conditionOf } from './flux/state.ts';
import { type Kustomization, keyOf } from './objects.ts';

/**
 * Remembers how the Kustomizations of one commit failed before they took it up, so that a commit is not blamed for what an earlier
 * one broke.
 */
export function createEarlierFailures(known: Readonly<Record<string, string>> = {}) {
  const failures = new Map(Object.entries(known));
  return {
    note: (question: Question, units: readonly Unit[]): void => {
      for (const { kustomization, source } of units) {
        const stalled = conditionOf(kustomization, 'Stalled');
        const ready = conditionOf(kustomization, 'Ready');
        const failure = stalled?.status === 'True' ? stalled : ready?.status === 'False' ? ready : undefined;
        if (failure === undefined) continue;
        const fetched = attemptOf(question, kustomization, source, source?.revision ?? null);
        const tried = attemptOf(question, kustomization, source, failedRevisionOf(kustomization, failure.reason));
        // What is stalled names no revision: it is earlier while the commit has not even been fetched.
        if (failure === stalled ? !covers(fetched) : !covers(tried))
          failures.set(keyOf(kustomization), fingerprintOf(failure));
      }
    },
    /** By the key of the Kustomization; also what was known before. */
    noted: (): Readonly<Record<string, string>> => Object.fromEntries(failures),
    before: (kustomization: Kustomization): string | undefined => failures.get(keyOf(kustomization)),
  };
}
export type EarlierFailures = ReturnType<typeof createEarlierFailures>;
