import { randomUUID } from 'node:crypto';
import { type Clock, pause } from '../../doors/time.ts';
import type { Channel, Company } from './company.ts';
import type { InstalledApp } from './manifest.ts';
import type { JsonObject, Message } from './message.ts';
import type { Store } from './store.ts';
import type { Transport } from './transport.ts';
import { wireMessage } from './wire.ts';

// https://docs.slack.dev/apis/events-api#retries: nearly at once, after a minute, after five.
const retriesMs = [0, 60_000, 300_000];

// https://docs.slack.dev/apis/events-api#error-handling
const reasons = {
  socket: { unconnected: 'connection_failed', timeout: 'timeout', gone: 'timeout', refused: 'timeout' },
  http: {
    unconnected: 'connection_failed',
    timeout: 'http_timeout',
    gone: 'connection_failed',
    refused: 'http_error',
  },
} as const;

/** What happens in the workspace, told to the app as far as it subscribed and may see it, and told again until it is acknowledged. */
export type Events = ReturnType<typeof createEvents>;

export function createEvents(ports: {
  readonly company: Company;
  readonly installed: InstalledApp;
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly speed: number;
  readonly verificationToken: string;
  readonly newId: () => string;
}) {
  const { company, installed, store, clock } = ports;
  const stopped = new AbortController();

  async function emit(event: JsonObject): Promise<void> {
    if (!installed.events.has(subscriptionOf(event))) return;
    const payload = {
      token: ports.verificationToken,
      team_id: company.team.id,
      context_team_id: company.team.id,
      context_enterprise_id: null,
      api_app_id: company.app.id,
      event,
      type: 'event_callback',
      event_id: `Ev${ports.newId()}`,
      event_time: Math.floor(clock.now() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: company.team.id,
          user_id: company.bot.id,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${ports.newId()}`,
    };
    let reason = '';
    for (let attempt = 0; attempt <= retriesMs.length && !stopped.signal.aborted; attempt += 1) {
      const delivery = await ports.transport.deliver({
        type: 'events_api',
        payload,
        accepts_response_payload: false,
        retry: { retry_attempt: attempt, retry_reason: reason },
        lostWithSocket: true,
      });
      if (delivery.kind === 'acked') return;
      reason = reasons[installed.socketMode ? 'socket' : 'http'][delivery.kind];
      await pause((retriesMs[attempt] ?? 0) / ports.speed, stopped.signal);
    }
  }

  return {
    /** A person wrote something where the app is a member. */
    said(message: Message): void {
      const channel = company.channel(message.channel);
      if (channel === undefined || !channel.members.has(company.bot.id)) return;
      const { subtype, parent_user_id, ...wire } = wireMessage(message, { company, store });
      const event = { ...wire, client_msg_id: randomUUID(), channel: channel.id, event_ts: message.ts };
      const channelType = { public: 'channel', private: 'group', im: 'im' }[channel.kind];
      if (message.text.includes(`<@${company.bot.id}>`) && channel.kind !== 'im')
        void emit({ ...event, type: 'app_mention' });
      void emit({ ...event, channel_type: channelType });
    },
    /** Somebody is a member now; the app hears of it where it is one itself. */
    joined(user: string, channel: Channel): void {
      if (!channel.members.has(company.bot.id)) return;
      const channel_type = channel.kind === 'public' ? 'C' : 'G';
      const about = { user, channel: channel.id, channel_type, team: company.team.id };
      void emit({ type: 'member_joined_channel', ...about, event_ts: store.nextTs() });
    },
    /** The members of a user group are others now. */
    groupChanged(group: JsonObject, before: readonly string[], after: readonly string[]): void {
      const event_ts = store.nextTs();
      const added = after.filter((user) => !before.includes(user));
      const removed = before.filter((user) => !after.includes(user));
      void emit({ type: 'subteam_updated', subteam: group, event_ts });
      void emit({
        type: 'subteam_members_changed',
        subteam_id: group['id'],
        team_id: company.team.id,
        date_previous_update: 0,
        date_update: Math.floor(clock.now() / 1000),
        added_users: added,
        added_users_count: added.length,
        removed_users: removed,
        removed_users_count: removed.length,
        event_ts,
      });
    },
    /** A person looks at the app's Home tab. */
    homeOpened(user: string, channel: string): void {
      void emit({ type: 'app_home_opened', user, channel, tab: 'home', event_ts: store.nextTs() });
    },
    stop: () => stopped.abort(),
  };
}

const messageKinds: Readonly<Record<string, string>> = {
  channel: 'message.channels',
  group: 'message.groups',
  im: 'message.im',
};

function subscriptionOf(event: JsonObject): string {
  return event['type'] === 'message' ? (messageKinds[String(event['channel_type'])] ?? '') : String(event['type']);
}
