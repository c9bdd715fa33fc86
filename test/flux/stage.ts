import type { Api } from './api.ts';
import type { GitHistory } from './git-history.ts';
import type { Place } from './scenarios/repository.ts';
import type { Outcome } from './scenarios/scenario.ts';

/** A cluster with Flux, on which one scenario plays. */
export interface Stage {
  /** `playground`, `real`: as the table names it. */
  readonly where: string;
  readonly place: Place;
  /** With all rights: what people do to live objects. */
  readonly api: Api;
  /** Path of the kubeconfig that Sluice watches with. */
  readonly kubeconfig: string;
  /** Milliseconds of the cluster's time, which may go faster than the clock's. */
  readonly elapsed: () => number;
  /** How long is waited at least, however fast the cluster's time goes. */
  readonly patienceMs: number;
  /** Tells Flux that something may have been pushed. */
  readonly poke: () => Promise<void>;
  readonly decide: (image: string, outcome: Outcome) => void;
  readonly close: () => Promise<void>;
}

export type OpenStage = (place: Place, git: GitHistory) => Promise<Stage>;
