import { epochMsOf, type Instant, instantOf } from '../doors/time.ts';
import { type Steps, stepNames } from '../vocabulary/verdict.ts';
import type { Expected } from './expected.ts';

/** A step that was looked for less long ago than this is dated well enough by when it was seen. */
const wellDatedMs = 5_000;

interface Known {
  readonly of: string;
  readonly steps: Steps;
  readonly lookedMs: number;
}

/** Remembers when each step of a release was seen for the first time in one cluster, by Sluice's own clock. */
export function createFirstSeen() {
  const known = new Map<string, Known>();
  return {
    /** The steps as they are on record and seen now; what was seen before keeps its time. */
    note: (expected: Expected, reached: readonly (keyof Steps)[], nowMs: number): Steps => {
      const key = `${expected.environment}/${expected.service}`;
      const of = `${expected.release} ${expected.commit}`;
      const before = known.get(key)?.of === of ? known.get(key) : undefined;
      const steps: Steps = { ...before?.steps, ...expected.steps };
      const lookedMs = before?.lookedMs ?? lastKnownMs(expected) ?? nowMs;
      for (const name of isUndated(expected, steps) ? [] : stepNames)
        if (reached.includes(name) && steps[name] === undefined)
          steps[name] = {
            at: instantOf(nowMs),
            ...(nowMs - lookedMs > wellDatedMs ? { after: instantOf(lookedMs) } : {}),
          };
      known.set(key, { of, steps, lookedMs: nowMs });
      return steps;
    },
  };
}

/** It was proven at a time when no steps were recorded: when it was is not known. */
function isUndated({ previous }: Expected, steps: Steps): boolean {
  return previous?.kind === 'healthy' && steps.healthy === undefined;
}

/** Before it was written it had got nowhere, and what is on record was the last that somebody saw. */
function lastKnownMs({ writtenAt, steps = {} }: Expected): number | null {
  const moments: Instant[] = [
    ...(writtenAt === undefined ? [] : [writtenAt]),
    ...stepNames.flatMap((name) => steps[name]?.at ?? []),
  ];
  return moments.length === 0 ? null : Math.max(...moments.map(epochMsOf));
}
