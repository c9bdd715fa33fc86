import type { Log } from '../doors/telemetry.ts';
import type { Clock, Instant } from '../doors/time.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { Delivery } from '../vocabulary/delivery.ts';
import type { Drift } from '../vocabulary/drift.ts';
import type { Hold } from '../vocabulary/hold.ts';
import type { Mute } from '../vocabulary/mute.ts';
import type { Notice } from '../vocabulary/notice.ts';
import type { Person, UserId } from '../vocabulary/person.ts';
import type { PolicyDraft } from '../vocabulary/policy-change.ts';
import type { Preview } from '../vocabulary/preview.ts';
import type { HealthyRecord, HealthyTime } from '../vocabulary/proven.ts';
import type { Posted, Release, ReleaseId, Request } from '../vocabulary/release.ts';
import type { Limits, Squads } from '../vocabulary/scope.ts';
import type { Silence } from '../vocabulary/silence.ts';
import type { Verdict } from '../vocabulary/verdict.ts';
import type { DirectoryBell } from './directory.ts';
import type { CallHeard } from './slack/bounded-fetch.ts';
import type { SlackSettings } from './slack/slack-app.ts';

interface Entry {
  readonly event: string;
  readonly by?: Person;
  readonly text?: string;
}
/** How a version stands to another one. */
export type Lag =
  | { readonly kind: 'same' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'behind' | 'ahead'; readonly versions: number; readonly commits: number };

type Role = 'viewer' | 'releaser' | 'approver' | 'operator';
interface Scope {
  readonly service?: string;
  readonly environment?: string;
}

export interface ClusterStatus {
  readonly cluster: string;
  readonly reachable: boolean;
  readonly staleSince?: Instant | undefined;
  readonly services: readonly {
    readonly service: string;
    readonly environment: string;
    readonly verdict: Verdict;
    /** What is suspended on its way: `Kustomization shop`. */
    readonly suspended: readonly string[];
  }[];
}

/** One cluster and the Flux in it; objects as people name them. */
export interface ClusterOverview {
  readonly cluster: string;
  readonly reachable: boolean;
  readonly staleSince?: Instant | undefined;
  readonly because?: string | undefined;
  readonly heardAt?: Instant | undefined;
  readonly flux: 'seen' | 'absent' | 'unknown';
  readonly versions: readonly string[];
  readonly down: readonly string[];
  readonly services: number;
  readonly kustomizations: number;
  readonly helmReleases: number;
  readonly suspended: readonly string[];
  readonly behind: readonly string[];
  readonly failing: readonly { readonly object: string; readonly words: string }[];
  readonly missingRights: readonly string[];
}

/** As much of `sluice.yaml` as people are told. */
export interface PolicyFile extends Squads {
  readonly environments: Readonly<Record<string, { readonly after?: readonly string[] | undefined }>>;
  readonly roles: readonly (Limits & { readonly role: string; readonly of: readonly string[] })[];
  readonly policies: readonly PolicyLine[];
  readonly people: Readonly<
    Record<
      string,
      {
        readonly slack: UserId;
        readonly email?: string | undefined;
        readonly keys?: readonly string[] | undefined;
      }
    >
  >;
}
export type PolicyLine = Limits & { readonly kind: string } & Readonly<Record<string, unknown>>;

/** `sluice.yaml` as it was read, with the commit that brought it and the line of each part. */
export interface ReadPolicies {
  readonly file: PolicyFile;
  readonly commit: string;
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}
/** What is known of `sluice.yaml` now; whatever is not valid decides nothing. */
export type PolicySnapshot =
  | ({ readonly kind: 'valid' } & ReadPolicies)
  | { readonly kind: 'invalid' | 'unreadable' | 'unsigned'; readonly lastGood?: ReadPolicies };

export type PolicyPreview =
  | {
      readonly kind: 'preview';
      readonly draft: PolicyDraft;
      readonly reasons: readonly { readonly text: string }[];
      /** What is valid and yet probably not meant. */
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly because: string;
      /** What is wrong with the settings; an empty name is about the whole line. */
      readonly problems: readonly { readonly setting: string; readonly message: string }[];
      readonly next?: string;
    };
export type ActedOnPolicy =
  | { readonly kind: 'done'; readonly change: { readonly channel: string } }
  | { readonly kind: 'refused'; readonly because: string };

/** Changes of `sluice.yaml`: read, shown, committed and voted on elsewhere. */
export interface PolicyPorts {
  readonly kinds: () => readonly { readonly kind: string; readonly settings: readonly string[] }[];
  readonly read: (
    text: string,
  ) =>
    | { readonly kind: 'line'; readonly line: Readonly<Record<string, unknown>>; readonly because?: string }
    | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };
  readonly preview: (
    by: Person,
    step:
      | { readonly kind: 'add'; readonly item: Readonly<Record<string, unknown>> }
      | { readonly kind: 'remove'; readonly id: string },
    because?: string,
  ) => Promise<PolicyPreview>;
  readonly commit: (id: string, by: Person) => Promise<ActedOnPolicy>;
  readonly vote: (id: string, by: Person, vote: 'approve' | 'reject', because?: string) => Promise<ActedOnPolicy>;
  readonly withdraw: (id: string, by: Person) => Promise<ActedOnPolicy>;
  /** The ids of those that are neither written nor given up. */
  readonly open: () => Promise<readonly string[]>;
}

/** What chat needs of the other rooms, nothing more. */
export interface ChatPorts {
  readonly slack: SlackSettings;
  /** The host, and port, under which people reach it; undefined where nobody does but by Slack. */
  readonly publicHost?: string | undefined;
  /** Remembers the signature of a request; false where it has come before. */
  readonly firstSeen: (signature: string) => Promise<boolean>;
  /** By which replicas tell each other that people or groups have changed. */
  readonly directoryBell?: DirectoryBell;
  /** Hears of every call to Slack. */
  readonly onCall?: (call: CallHeard) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly accept: (
    request: Request,
    payload: string,
  ) => Promise<{ readonly kind: 'accepted' | 'seen'; readonly release: Release }>;
  /** The same; where these bytes came before, nothing is written. */
  readonly acceptSigned: (
    request: Request,
    payload: string,
    signature: string,
  ) => Promise<{ readonly kind: 'accepted' | 'seen'; readonly release: Release } | { readonly kind: 'replayed' }>;
  /** One release for each environment, in their order: all of them are written down, or none. */
  readonly acceptChain: (
    request: Request,
    environments: readonly string[],
    payload: string,
  ) => Promise<readonly { readonly release: Release }[]>;
  /** The steps of a chain, the first one first. */
  readonly chain: (id: ReleaseId) => Promise<readonly Release[]>;
  readonly release: (id: ReleaseId) => Promise<Release | null>;
  /** What a message shows: `release/01K…`; null where it is none of ours. */
  readonly subjectOf: (message: Posted) => Promise<string | null>;
  readonly transition: (
    before: Release,
    change: Partial<Pick<Release, 'state' | 'votes' | 'decision' | 'review'>>,
    entry: Entry,
  ) => Promise<{ readonly kind: 'done' | 'moved'; readonly record: Release }>;
  /** What would come of a request now; nothing is written down. */
  readonly preview: (request: Request) => Promise<Preview>;
  readonly open: (scope?: Scope) => Promise<Release[]>;
  /** Those that still want a second look by somebody else. */
  readonly reviews: () => Promise<Release[]>;
  readonly lastWritten: (service: string, environment: string) => Promise<Release | null>;
  /** What was seen healthy there, the newest first. */
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
  /** The newest first; those before an id, or right after one; none that is older than `sinceMs`. */
  readonly history: (
    page: Scope & {
      readonly before?: ReleaseId;
      readonly after?: ReleaseId;
      readonly sinceMs?: number;
      readonly limit: number;
    },
  ) => Promise<Release[]>;
  readonly hold: (hold: Omit<Hold, 'revision' | 'state'>, entry: Entry) => Promise<Hold>;
  /** Null where it has ended, or `next` leaves it as it is. */
  readonly changeHold: (id: string, next: (hold: Hold) => Hold | null, entry: Entry) => Promise<Hold | null>;
  readonly endHold: (id: string, by: Person, entry: Entry) => Promise<unknown>;
  readonly holds: () => Promise<Hold[]>;
  readonly drifts: () => Promise<Drift[]>;
  readonly drift: (id: string) => Promise<Drift | null>;
  /** Those of the last week, the newest first. */
  readonly endedDrifts: (limit: number) => Promise<Drift[]>;
  readonly changeDrift: (id: string, change: Partial<Pick<Drift, 'muted' | 'asked'>>, entry: Entry) => Promise<unknown>;
  readonly mutes: () => Promise<Mute[]>;
  readonly muteEnvironment: (environment: string, by: Person, untilMs: number) => Promise<void>;
  readonly unmuteEnvironment: (environment: string, by: Person) => Promise<void>;
  readonly silence: (
    wanted: Pick<Silence, 'whose' | 'service' | 'environment' | 'by' | 'until'>,
  ) => Promise<Silence | null>;
  readonly endSilence: (id: string, by: Person) => Promise<void>;
  readonly silences: () => Promise<Silence[]>;
  readonly notice: (notice: Pick<Notice, 'kind' | 'id' | 'channel' | 'level' | 'text'>) => Promise<unknown>;
  readonly endNotice: (id: string, how: string) => Promise<void>;
  readonly markDirty: (subject: string) => Promise<void>;
  /** True for whoever is the first to say it, in any process. */
  readonly sayOnce: (what: string) => Promise<boolean>;
  readonly unsay: (what: string) => Promise<void>;
  /** Another text whenever a record has changed. */
  readonly changes: () => Promise<string>;
  /** Asks Flux for a run of an object, `Kustomization/flux-system/shop`; `poked`: only to fetch. */
  readonly reconcile: (
    cluster: string,
    object: string,
  ) => Promise<
    { readonly kind: 'asked' | 'poked' | 'not-granted' } | { readonly kind: 'failed'; readonly because: string }
  >;
  readonly markDue: (work: string) => Promise<void>;
  readonly nudge: (work: string) => void;
  readonly confirmRecord: (by: string) => Promise<void>;
  readonly resumeLane: (lane: string) => Promise<void>;
  readonly clusters: () => readonly ClusterStatus[];
  readonly overviews: () => readonly ClusterOverview[];
  readonly deliveries: (service: string, environment: string) => readonly Delivery[];
  readonly healthyTimes: (service: string, environment: string) => Promise<readonly HealthyTime[]>;
  readonly catalog: {
    readonly names: () => {
      readonly services: string[];
      readonly environments: string[];
      readonly squads?: string[];
    };
    readonly environment: (name: string) => {
      readonly channel: string;
      readonly clusters: string[];
      /** What comes before it. */
      readonly after?: string[];
    } | null;
    readonly service: (name: string) => { readonly owners: string[] } | null;
    /** Who hears of a service in a channel of their own. */
    readonly squad: (
      service: string,
    ) => { readonly name: string; readonly channel: string; readonly tell: 'failures' | 'all' } | null;
    readonly snapshot: () => PolicySnapshot;
    readonly artifacts: (
      service: string,
      options?: { readonly branch?: string; readonly limit?: number },
    ) => Promise<Artifact[]>;
    readonly lag: (service: string, version: string, than?: string) => Promise<Lag>;
    /** The artifacts of this version, or built from a commit that begins so. */
    readonly find: (name: string, service?: string) => Promise<Artifact[]>;
    readonly deployed: () => Promise<
      readonly { readonly service: string; readonly environment: string; readonly version: string }[]
    >;
  };
  readonly policies: PolicyPorts;
  readonly decision: {
    readonly may: (user: UserId, role: Role, scope: Scope) => Promise<boolean>;
    readonly mayReview: (
      person: Person,
      release: Release,
    ) => Promise<{ readonly kind: 'may' } | { readonly kind: 'may-not'; readonly because: string }>;
    readonly mayVote: (
      person: Person,
      release: Release,
    ) => Promise<
      { readonly kind: 'may'; readonly as: readonly string[] } | { readonly kind: 'may-not'; readonly because: string }
    >;
  };
}

/** Who asks, where, and the key under which the same payload is recognised when Slack sends it again. */
export interface Asker {
  readonly person: Person;
  /** The zone of their clock, for times of day. */
  readonly timeZone: string;
  readonly asked: Request['asked'];
  readonly payload: string;
}
