import type { LaneGitops, PlanRequest } from '../../src/dispatch/ports.ts';
import type { Redis } from '../../src/doors/redis.ts';
import type { Snapshot } from '../../src/sluice-yaml.ts';

/** Where `sluice.yaml` and the versions stand, to be changed at any moment. */
export interface Source {
  readonly snapshot: (fresh: boolean) => Promise<Snapshot>;
  readonly plan: PlanRequest;
  readonly gitops: LaneGitops;
  /** web and api 1.4.1 in production, and the builders' policies; nothing has landed. */
  readonly reset: (redis: Redis) => Promise<void>;
  readonly setPolicy: (text: string | null) => void;
  readonly commitOutside: (service: string, version: string) => void;
  /** Releases that stand in the history since the last reset, oldest first. */
  readonly landed: () => string[];
  readonly close: () => void;
}
