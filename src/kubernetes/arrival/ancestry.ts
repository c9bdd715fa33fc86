import { commitOf } from '../flux/revision.ts';

/** Answers that were gathered beforehand, so that verdicts stay pure; false for a question that was not asked. */
export type IsAncestor = (ancestor: string, descendant: string) => boolean;

/** How a revision that Flux speaks of stands to the commit that is waited for. */
export type Coverage = 'exact' | 'included' | 'not-yet' | 'diverged' | 'unknown';

export function coverageOf(revision: string | null, commit: string, isAncestor: IsAncestor): Coverage {
  const there = commitOf(revision);
  if (there === null) return 'unknown';
  if (there === commit) return 'exact';
  if (isAncestor(commit, there)) return 'included';
  return isAncestor(there, commit) ? 'not-yet' : 'diverged';
}

export function covers(coverage: Coverage): boolean {
  return coverage === 'exact' || coverage === 'included';
}

/** The first characters of a commit, as people name it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}
