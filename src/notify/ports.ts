import type { Log, Pulse } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';
import type { Drift } from '../vocabulary/drift.ts';
import type { DriftPolicy } from '../vocabulary/drift-policy.ts';
import type { Hold } from '../vocabulary/hold.ts';
import type { Mute } from '../vocabulary/mute.ts';
import type { Notice } from '../vocabulary/notice.ts';
import type { Person } from '../vocabulary/person.ts';
import type { PolicyChange } from '../vocabulary/policy-change.ts';
import type { HealthyRecord } from '../vocabulary/proven.ts';
import type { QuietHours } from '../vocabulary/quiet-hours.ts';
import type { Posted, Release, ReleaseId, Request } from '../vocabulary/release.ts';
import type { Silence } from '../vocabulary/silence.ts';
import type { MessageBody } from '../words/blocks.ts';

export type Sent =
  | { readonly kind: 'sent'; readonly ts: string; readonly channel: string }
  /** `isAnswered`: Slack has done with it; else it may still be about to carry it out. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly because: string; readonly isAnswered?: boolean }
  | { readonly kind: 'impossible'; readonly because: string };

/** What notify needs of the other rooms, nothing more. */
export interface NotifyPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly pulse: Pulse;
  /** A number for each time that this replica began to send, null while another one does; default: there is no other. */
  readonly term?: () => number | null;
  /** Between two messages in a channel, beyond a short burst; default: what Slack takes. */
  readonly channelEveryMs?: number | undefined;
  readonly dirty: (limit: number) => Promise<readonly { readonly subject: string; readonly mark: string }[]>;
  readonly clean: (subject: string, mark: string) => Promise<boolean>;
  readonly cursor: (subject: string) => Promise<string | null>;
  readonly setCursor: (subject: string, cursor: string) => Promise<void>;
  readonly notePosted: (subject: string, message: Posted) => Promise<void>;
  readonly entries: (
    subject: string,
    after: string | null,
    limit: number,
  ) => Promise<
    readonly {
      readonly cursor: string;
      readonly entry: {
        readonly event: string;
        readonly text?: string | undefined;
        readonly quote?: string | undefined;
      };
    }[]
  >;
  readonly release: (id: ReleaseId) => Promise<Release | null>;
  readonly lastWritten: (service: string, environment: string) => Promise<Release | null>;
  readonly drift: (id: string) => Promise<Drift | null>;
  readonly holdById: (id: string) => Promise<Hold | null>;
  readonly noticeById: (id: string) => Promise<Notice | null>;
  readonly policyChange: (id: string) => Promise<PolicyChange | null>;
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
  readonly rolledBackFrom: (service: string, environment: string) => Promise<readonly string[]>;
  readonly environment: (name: string) => {
    readonly channel: string;
    readonly clusters: readonly string[];
    readonly drift?: DriftPolicy;
    /** Default: text. */
    readonly timeline?: 'picture' | 'text';
  } | null;
  /** Who hears of a service in a channel of their own. */
  readonly squad: (service: string) => {
    readonly name: string;
    readonly channel: string;
    readonly tell: 'failures' | 'all';
    readonly quiet?: QuietHours | undefined;
  } | null;
  /** Whom to ask about a service. */
  readonly service: (name: string) => { readonly owners: readonly string[] } | null;
  /** What people and squads are not called about now. */
  readonly silences: () => Promise<readonly Silence[]>;
  readonly mutes: () => Promise<readonly Mute[]>;
  /** The channels of all environments, for what is not about one of them. */
  readonly channels: () => readonly string[];
  /** Link to a commit with `{commit}`, by repository. */
  readonly commitUrl: (repository: string) => string | undefined;
  readonly post: (
    channel: string,
    body: MessageBody,
    options?: {
      thread?: string;
      broadcast?: boolean;
      metadata?: { event_type: string; event_payload: Record<string, string> };
    },
  ) => Promise<Sent>;
  readonly update: (message: Posted, body: MessageBody) => Promise<Sent>;
  /** Shows a file in a thread. */
  readonly upload: (file: {
    readonly channel: string;
    readonly thread: string;
    readonly name: string;
    readonly title: string;
    readonly alt: string;
    readonly bytes: Buffer;
  }) => Promise<Sent>;
  readonly whisper: (asked: Request['asked'], user: string, body: MessageBody, key?: string) => Promise<Sent>;
  readonly findPosted: (channel: string, eventType: string, id: string) => Promise<Posted | null>;
  /** The member of the workspace with this address; null where nobody is known by it. */
  readonly userByEmail: (email: string) => Promise<string | null>;
  /** Somebody as the directory knows them now; null for who is no member of the workspace. */
  readonly person: (user: string) => Promise<Person | null>;
  /** Whether a mention in a channel, by its id, reaches somebody. */
  readonly isIn: (channel: string, user: string) => Promise<boolean>;
  readonly mentionOf: (handle: string) => Promise<string>;
}
