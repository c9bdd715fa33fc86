import type { Artifact } from '../vocabulary/artifact.ts';
import type { ArtifactRow } from './artifacts.ts';

export interface Step {
  /** Whether the artifact that goes away was built later than the one that comes. */
  readonly backwards: boolean;
  /** The artifacts whose commits lie between, newest first. */
  readonly versions: readonly string[];
}

/** More builds than this between two releases are counted, but not read. */
const readLimit = 200;
const shownLimit = 100;

/**
 * Which builds lie between what is there and what comes. Every artifact carries its commits since the one before it on
 * its branch, so the step is the sum of them; where what is there is not known, the new artifact's own commits are all.
 */
export function stepBetween(
  rows: readonly ArtifactRow[],
  from: string | undefined,
  to: string,
  intendedBack: boolean,
): Step {
  const target = rows.find(({ version }) => version === to);
  const start = rows.find(({ version }) => version === from);
  if (target === undefined || start === undefined) return { backwards: intendedBack, versions: [to] };
  const backwards = start.builtAt > target.builtAt;
  const [older, newer] = backwards ? [target, start] : [start, target];
  const between = rows.filter(
    ({ branch, builtAt, version, commit }) =>
      branch === newer.branch &&
      builtAt <= newer.builtAt &&
      builtAt >= older.builtAt &&
      version !== older.version &&
      commit !== older.commit,
  );
  return { backwards, versions: between.slice(0, readLimit).map(({ version }) => version) };
}

/** The commits of these artifacts, each once, newest first; the list is capped for display, the count is not. */
export function commitsOf(artifacts: readonly Artifact[]): {
  commits: Artifact['commits'];
  commitCount: number;
  authors: string[];
} {
  const each = new Map(artifacts.flatMap(({ commits }) => commits).map((commit) => [commit.sha, commit] as const));
  const all = [...each.values()];
  const authors = [...artifacts, ...all].map(({ author }) => author);
  return { commits: all.slice(0, shownLimit), commitCount: each.size, authors: [...new Set(authors)] };
}
