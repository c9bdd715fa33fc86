import type { ArtifactCallers } from '../artifact-settings.ts';
import type { Redis } from '../doors/redis.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';
import type { Snapshot } from '../sluice-yaml.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import type { DriftPolicy } from '../vocabulary/drift-policy.ts';
import type { Request } from '../vocabulary/release.ts';
import type { RenderedFiles } from '../vocabulary/rendered.ts';
import type { Deployed, DeployedPorts } from './deployed.ts';
import type { Incoming, IncomingPorts } from './incoming.ts';
import type { Lag } from './lag.ts';
import type { Planned, PlanPorts } from './plan.ts';
import type { Squad } from './sluice-file.ts';
import type { SnapshotPorts } from './snapshots.ts';

/** What the catalog needs of the other rooms. */
export interface CatalogPorts {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly log: Log;
  /** Where `sluice.yaml` lives. */
  readonly policy: SnapshotPorts['policy'];
  /** Who is in a group, for owners of `sluice.yaml` that are named by one. */
  readonly membersOf: SnapshotPorts['membersOf'];
  /** The lanes of other repositories that services name, by repository. */
  readonly lanes?: Readonly<Record<string, Lane>>;
  readonly gitops: Pick<SnapshotPorts, 'fetch' | 'head' | 'read' | 'changedBy' | 'isAncestor' | 'provenance'> &
    Pick<PlanPorts, 'places' | 'readPlace' | 'editPlace' | 'folder' | 'readRendered'> &
    Pick<DeployedPorts, 'changedPaths'> & {
      readonly list: (repository: string, commit: CommitSha, folder: string) => Promise<readonly string[]>;
    };
  readonly healthy: PlanPorts['healthy'];
  readonly rolledBackFrom: PlanPorts['rolledBackFrom'];
  readonly lastWrites: PlanPorts['lastWrites'];
  /** A new artifact is kept, and this is due because of it. */
  readonly onArtifact?: (work: string) => void;
  /** A known artifact has newer checks: what waits for them is to be looked at. Never rejects. */
  readonly onChecks?: () => Promise<void>;
  /** Who may post to /artifacts; without it the route is closed. */
  readonly artifactCallers?: ArtifactCallers | undefined;
  /** The registries that may be read, by the host that images begin with. */
  readonly registries?: IncomingPorts['registries'];
}

/** What the catalog answers. */
export interface Catalog extends Incoming {
  readonly refresh: (options?: { readonly fetch?: boolean }) => Promise<Snapshot>;
  readonly snapshot: () => Snapshot;
  /**
   * The file to decide by, at the head that was fetched last. `fresh`: right before a push; where services live in other
   * repositories too, their fetch says nothing of this file, so its own remote is asked too.
   */
  readonly toDecideBy: (fresh: boolean) => Promise<Snapshot>;
  readonly names: () => { services: string[]; environments: string[]; squads: string[] };
  /** The channels of all environments. */
  readonly channels: () => string[];
  /** One artifact as it is kept now, with its newest checks. */
  readonly artifact: (service: string, version: string) => Promise<Artifact | null>;
  readonly artifacts: (
    service: string,
    options?: { readonly branch?: string; readonly limit?: number },
  ) => Promise<Artifact[]>;
  /** What CI rendered for an artifact, by its hash; null where it was forgotten. */
  readonly rendered: (
    artifact: Pick<Artifact, 'service' | 'version'>,
    content: string,
  ) => Promise<RenderedFiles | null>;
  /** How far a version is behind another, or behind the newest of the main branch. */
  readonly lag: (service: string, version: string, than?: string) => Promise<Lag>;
  /** The artifacts of this version, else those built from a commit that begins so; of one service, or of any. */
  readonly find: (name: string, service?: string) => Promise<Artifact[]>;
  readonly plan: (request: Request) => Promise<Planned>;
  readonly deployed: () => Promise<Deployed[]>;
  /** Whether Git surely holds nothing of a service in an environment any more, as it was read for `deployed`. */
  readonly isTakenOut: (service: string, environment: string) => boolean;
  readonly environment: (name: string) => {
    name: string;
    clusters: string[];
    channel: string;
    after?: string[];
    logs: 'thread' | 'off';
    timeline: 'picture' | 'text';
    /** Where its working days are counted. */
    timezone: string;
    drift?: DriftPolicy;
  } | null;
  /** The squad of a service, where it has a channel of its own. */
  readonly squad: (service: string) => (Squad & { readonly name: string }) | null;
  readonly service: (name: string) => { name: string; squad?: string; owners: string[] } | null;
}
