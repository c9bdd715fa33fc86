import type { ClusterConfig } from '../config.ts';
import type { Log, Pulse } from '../doors/telemetry.ts';
import type { Clock, Instant } from '../doors/time.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { Delivery } from '../vocabulary/delivery.ts';
import type { Drift, DriftEnd, SeenDrift } from '../vocabulary/drift.ts';
import type { Steps, Verdict } from '../vocabulary/verdict.ts';
import type { ClusterApi } from './clusters.ts';
import type { Expected } from './expected.ts';
import type { Hint } from './hints.ts';
import type { Bounds } from './list-watch.ts';
import type { Overview } from './overview.ts';
import type { PodLog } from './pod-log.ts';
import type { Requested } from './request-run.ts';

export interface HealthySeen {
  readonly service: string;
  readonly environment: string;
  readonly cluster: string;
  readonly version: string;
  readonly digest?: string;
  readonly at: Instant;
}

/** What a cluster shows of a version; `unsure` while it is on its way or cannot be seen. */
export interface HealthSeen extends HealthySeen {
  readonly health: 'healthy' | 'unsure' | 'failed';
}

/** A verdict, with what else of the way of its commit is kept on record. */
export interface Told {
  readonly verdict: Verdict;
  readonly steps: Steps;
  /** How Kustomizations failed before they took the commit up, by their keys. */
  readonly earlier: Readonly<Record<string, string>>;
}

export interface KubernetesPorts {
  readonly clusters: Readonly<Record<string, ClusterConfig>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pulse: Pulse;
  readonly isAncestor: (repository: string, ancestor: string, descendant: string) => Promise<boolean>;
  /** Flux speaks of a commit that the clone does not know; whoever can fetches it. */
  readonly onUnknownCommit?: (lane: { readonly repository: string; readonly branch: string }) => Promise<unknown>;
  /** The text of a file of a commit, null where there is none: it tells which objects are a service's own. */
  readonly readFile?: (repository: string, commit: CommitSha, path: string) => Promise<string | null>;
  /** What every cluster should run now; asked every 5 s and after `refresh`. */
  readonly expected: () => Promise<readonly Expected[]>;
  /** Called when a verdict differs from the one before, or what is kept beside it is new; called again later when it rejects. */
  readonly onVerdict: (expected: Expected, cluster: string, told: Told) => Promise<void>;
  /** Whether what containers of an environment write may be shown. */
  readonly showsLogs?: (environment: string) => boolean;
  /** What a container of a failed release wrote last, once for each cause. */
  readonly onPodLog?: (expected: Expected, cluster: string, log: PodLog) => Promise<void>;
  readonly onHealthy: (seen: HealthySeen) => Promise<unknown>;
  /** Called when a version begins or ceases to be healthy. */
  readonly onHealth?: (seen: HealthSeen) => Promise<unknown>;
  readonly onDrift: (seen: SeenDrift) => Promise<unknown>;
  readonly onDriftEnded: (id: string, how: DriftEnd) => Promise<unknown>;
  /** Versions in Git that others than Sluice wrote; asked with `expected`. */
  readonly outside?: () => Promise<readonly SeenDrift[]>;
  /** Drifts that are open on the record: those that ended while nobody watched are ended. */
  readonly openDrifts?: () => Promise<readonly Drift[]>;
  /** A number for each time that this replica began to speak for the clusters, null while another one does; default: there is no other. */
  readonly term?: () => number | null;
  /** Another text after each push of any replica, so that its release is looked for at once. */
  readonly pushes?: () => Promise<string>;
  /** For tests: another way to the API servers, and shorter times. */
  readonly openCluster?: (config: ClusterConfig) => ClusterApi;
  readonly bounds?: Partial<Bounds>;
  readonly random?: () => number;
}

export interface ClusterStatus {
  readonly cluster: string;
  readonly reachable: boolean;
  /** Since when what is said of it may be out of date. */
  readonly staleSince?: Instant;
  readonly because?: string;
  readonly flux: 'seen' | 'absent' | 'unknown';
  readonly services: readonly ServiceStatus[];
}

export interface ServiceStatus {
  readonly service: string;
  readonly environment: string;
  readonly verdict: Verdict;
  /** The objects of Flux on its way that are suspended, as people name them: `Kustomization shop`. */
  readonly suspended: readonly string[];
}

/** One cluster and the Flux in it, as `clusters` shows them. */
export interface ClusterOverview extends Overview {
  readonly cluster: string;
  readonly reachable: boolean;
  /** Since when not everything is fresh, and why. */
  readonly staleSince?: Instant;
  readonly because?: string;
  /** Its last word; absent before the first. */
  readonly heardAt?: Instant;
  readonly flux: ClusterStatus['flux'];
  /** How many services are expected in it. */
  readonly services: number;
  /** What may not be listed and watched in it. */
  readonly missingRights: readonly string[];
}

export interface Kubernetes {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly status: () => ClusterStatus[];
  readonly overviews: () => ClusterOverview[];
  /** The way of a service from its commit to its pods, on each cluster where it is expected. */
  readonly deliveries: (service: string, environment: string) => Delivery[];
  /** Asks Flux for a run of an object with its source, where the configuration of the cluster grants it. */
  readonly reconcile: (cluster: string, object: string) => Promise<Requested>;
  /** Something is said to have happened to an object: it is looked at, within bounds. */
  readonly hint: (cluster: string, hint: Hint) => void;
  /** Asks at once what is expected, as after a push. */
  readonly refresh: () => void;
}
