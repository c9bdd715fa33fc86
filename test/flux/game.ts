import type { ReleaseId } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import type { GitHistory } from './git-history.ts';
import type { Unit, Versions } from './scenarios/repository.ts';
import type { Scenario } from './scenarios/scenario.ts';
import type { Stage } from './stage.ts';
import type { Watch } from './watch.ts';

/** One line of the table. */
export interface Row {
  readonly scenario: string;
  readonly where: string;
  readonly expected: string;
  readonly seen: string;
  /** Seconds of the cluster after the last thing that was done. */
  readonly afterS: number;
  /** When it had to be seen: `25–90 s`. */
  readonly time: string;
  readonly ok: boolean;
}

/** A scenario while it plays. */
export interface Game {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly git: GitHistory;
  readonly watch: Watch;
  readonly releases: Map<string, ReleaseId>;
  /** What is expected of each release in the end: a verdict that was never expected is a fault. */
  readonly series: Map<ReleaseId, Verdict['kind'][]>;
  units: readonly Unit[];
  versions: Versions;
  extra: Readonly<Record<string, string>>;
  doneMs: number;
  /** How much had been said when the last thing was done. */
  mark: number;
}
