import type { SeenDrift } from '../vocabulary/drift.ts';
import type { Steps, Verdict } from '../vocabulary/verdict.ts';
import type { IsAncestor } from './arrival/ancestry.ts';
import { arrival } from './arrival/arrival.ts';
import { customKindsOf } from './arrival/custom.ts';
import { type Unit, unitsOf } from './arrival/own.ts';
import { reachedBy } from './arrival/reached.ts';
import type { CustomKind } from './custom-objects.ts';
import { createBundles } from './drift/bundle.ts';
import { createDriftTracker, type DriftStep } from './drift/drift-tracker.ts';
import { createEarlierFailures, type EarlierFailures } from './earlier-failures.ts';
import type { Expected } from './expected.ts';
import { commitOf, revisionIn } from './flux/revision.ts';
import { conditionOf } from './flux/state.ts';
import type { ClusterView } from './objects.ts';
import type { FilesOf } from './own-files.ts';

export interface Judgement {
  /** With the objects that each verdict rests on. */
  readonly verdicts: readonly {
    readonly expected: Expected;
    readonly units: readonly Unit[];
    readonly verdict: Verdict;
    /** How far the commit has got, as the objects show it now. */
    readonly reached: readonly (keyof Steps)[];
    /** How Kustomizations failed before the commit. */
    readonly earlier: Readonly<Record<string, string>>;
    /** Kinds of operators that it rests on. */
    readonly customs: readonly CustomKind[];
  }[];
  readonly drift: DriftStep;
}

interface Judged {
  readonly expected: Expected;
  readonly verdict: Verdict;
  readonly earlier: EarlierFailures;
}

/** The commits that Flux speaks of in this cluster: what the ancestry of an expected commit has to be known for. */
export function commitsIn(view: ClusterView): Set<string> {
  const commits = new Set<string>();
  const note = (revision: string | null | undefined) => {
    const commit = commitOf(revision ?? null);
    if (commit !== null) commits.add(commit);
  };
  for (const kustomization of view.kustomizations()) {
    note(kustomization.attempted);
    note(kustomization.applied);
    note(revisionIn(conditionOf(kustomization, 'Reconciling')?.message ?? ''));
    note(view.source(kustomization.source)?.origin);
  }
  return commits;
}

/**
 * Judges one cluster, moment by moment; it remembers the last verdicts, so that they neither flap nor forget `since`. It watches since
 * `sinceMs`: what Flux put back before that is the past.
 */
export function createJudge(cluster: string, drifts: readonly SeenDrift[] = [], sinceMs?: number) {
  const tracker = createDriftTracker(cluster, drifts, sinceMs);
  const bundles = createBundles(cluster, drifts);
  const last = new Map<string, Judged>();

  return {
    /** `blind`: the objects may be of another day, so that nothing is concluded from them of what drifts. */
    judge: (
      view: ClusterView,
      expectations: readonly Expected[],
      isAncestor: IsAncestor,
      nowMs: number,
      { blind = false, filesOf = () => null }: { readonly blind?: boolean; readonly filesOf?: FilesOf } = {},
    ): Judgement => {
      const verdicts = expectations.map((expected) => {
        const name = `${expected.environment}/${expected.service}`;
        const before = last.get(name);
        const earlier =
          before?.expected.commit === expected.commit ? before.earlier : createEarlierFailures(expected.earlier);
        const units = unitsOf(view, expected, isAncestor);
        const question = { view, expected, isAncestor, failedBefore: earlier.before, files: filesOf(expected) };
        earlier.note(question, units);
        const verdict = arrival(question, units, nowMs, previousOf(expected, before));
        last.set(name, { expected, verdict, earlier });
        const reached = reachedBy(question, units, verdict);
        const customs = customKindsOf(question, units);
        return { expected, units, verdict, reached, customs, earlier: earlier.noted() };
      });
      if (blind) return { verdicts, drift: { seen: [], ended: [] } };
      const subjects = verdicts.map(({ expected, units, verdict }) => ({
        expected,
        units,
        releasing: verdict.kind === 'waiting' && verdict.stage !== 'image',
        told: expected.release !== undefined && verdict.kind !== 'healthy',
        otherImage: 'stage' in verdict && verdict.stage === 'image',
      }));
      return { verdicts, drift: bundles.step(tracker.step({ view, subjects, isAncestor, nowMs }), nowMs) };
    },
    /** Whether time alone will make a difference to a drift. */
    waits: tracker.waits,
  };
}

/** What was said last of the same commit, or of the same version where no release is watched. */
function previousOf(expected: Expected, last: Judged | undefined): Verdict | undefined {
  if (last === undefined) return expected.previous;
  const { commit, version, digest, release } = last.expected;
  if (commit === expected.commit && release === expected.release) return last.verdict;
  const sameVersion = version === expected.version && digest === expected.digest;
  return sameVersion && expected.release === undefined ? last.verdict : expected.previous;
}
