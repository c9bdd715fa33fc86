import { App } from '@slack/bolt';
import type { HomeView } from '@slack/types';
import { z } from 'zod';
import { messageOf } from '../../doors/errors.ts';
import { pause, steadyClock } from '../../doors/time.ts';
import type { MessageBody, ModalView } from '../../words/blocks.ts';
import { boltLogger } from './bolt-log.ts';
import { boundedFetch, type CallHeard } from './bounded-fetch.ts';
import { createPostedMessages } from './posted-messages.ts';
import { asking, attempt, platformRefusal, type Sent } from './slack-errors.ts';
import { type Upload, uploadFile } from './upload.ts';
import { type Connection, teamOf, type WayInPorts, wayIn } from './way-in.ts';

export interface SlackSettings {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly connection: Connection;
  /** Only payloads of this team are taken; default: the team of the bot token. */
  readonly team?: string | undefined;
  /** No call takes longer. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 8_000;
/** Before the way in is closed, nothing is to be under way for so long; a listener that hangs is not waited for. */
const quietMs = 60;
const drainMs = 3_000;
const drainStepMs = 20;
/** A machine that sleeps counts nothing, so Slack's clock is not counted on for longer. */
const countedOnMs = 3_600_000;

export type SlackApp = ReturnType<typeof createSlackApp>;

export interface SlackPorts extends WayInPorts {
  readonly onCall?: (call: CallHeard) => void;
}

/** The only Bolt and the only WebClient: every call bounded in time, no retries hidden inside. */
export function createSlackApp(settings: SlackSettings, ports: SlackPorts) {
  const { log } = ports;
  const logger = boltLogger(log);
  const callTimeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
  /** What Slack's clock showed in its last answer. */
  let served: { readonly dateMs: number; readonly atMs: number } | null = null;
  const bounded = boundedFetch(callTimeoutMs, {
    apiUrl: settings.apiUrl,
    onDate: (dateMs) => {
      served = { dateMs, atMs: steadyClock.now() };
    },
    onCall: ports.onCall,
  });
  // One try a call: what failed is tried again by those who know whether it still matters.
  const clientOptions = {
    slackApiUrl: settings.apiUrl,
    timeout: callTimeoutMs,
    // Bolt's respond() goes by this fetch too, and has no timeout of its own.
    fetch: bounded,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  };
  const way = wayIn(settings.connection, ports, {
    logger,
    installerOptions: { clientOptions: { slackApiUrl: settings.apiUrl, timeout: callTimeoutMs } },
  });
  const app = new App({
    token: settings.botToken,
    receiver: way.receiver,
    logger,
    clientOptions,
    deferInitialization: true,
    // Bolt would remember every channel that something came from.
    convoStore: false,
  });
  app.error(async (error) => log.error({ err: messageOf(error) }, 'a Slack listener failed'));
  const { client } = app;
  let team = settings.team ?? null;
  let inFlight = 0;
  app.use(async ({ next }) => {
    inFlight += 1;
    try {
      await next();
    } finally {
      inFlight -= 1;
    }
  });
  /** Slack tells a command to nobody else, so that whoever ends first answers what has come. */
  const quiet = async (): Promise<void> => {
    for (let waited = 0, idle = 0; waited < drainMs && idle < quietMs; waited += drainStepMs) {
      await pause(drainStepMs);
      idle = inFlight === 0 ? idle + drainStepMs : 0;
    }
  };
  // Foreign teams (shared channels, forged payloads) are nobody, and so is who names none.
  app.use(async ({ body, next }) => {
    const from = teamOf(body);
    if (team === null || from !== team) {
      log.warn({ team: from }, 'a payload of another team was dropped');
      return;
    }
    await next();
  });

  return {
    ...createPostedMessages(client),
    app,
    client,
    /** The workspace that this app serves; null until it is known. */
    team: () => team,
    connected: way.connected,
    /** What the HTTP server of the service answers for Slack. */
    routes: way.routes,
    /** What Slack's clock shows, counted on from its last answer; null where there was none for a while. */
    serverTime: async (): Promise<number | null> => {
      if (served === null) return null;
      const agoMs = steadyClock.now() - served.atMs;
      return agoMs > countedOnMs ? null : served.dateMs + agoMs;
    },
    /** Asks once whose workspace this is, without which nobody is a member of it; a Slack that is away is asked again by `start`. */
    meet: async (): Promise<void> => {
      const who = await client.auth.test().catch(() => null);
      team ??= who?.team_id ?? null;
    },
    /** Resolves when Slack is heard; tries again while Slack cannot be reached, and rejects where the token is refused. */
    start: async (signal: AbortSignal): Promise<void> => {
      for (let attempt = 0; !signal.aborted; attempt += 1) {
        try {
          const who = await client.auth.test();
          team = settings.team ?? who.team_id ?? null;
          await app.init();
          await app.start();
          return;
        } catch (error) {
          const refused = platformRefusal(error);
          if (refused !== null) {
            throw new Error(
              `Slack refuses the bot token: ${refused}. Check SLACK_BOT_TOKEN, and in Socket Mode SLACK_APP_TOKEN.`,
              { cause: error },
            );
          }
          log.warn({ err: messageOf(error) }, 'Slack cannot be reached yet');
          await pause(Math.min(500 * 2 ** attempt, 10_000), signal);
        }
      }
    },
    stop: async (): Promise<void> => {
      await quiet();
      await app.stop().catch(() => {});
    },

    post: (channel: string, body: MessageBody, options: PostOptions = {}): Promise<Sent> =>
      attempt(async () => {
        const reply =
          options.thread === undefined
            ? {}
            : { thread_ts: options.thread, reply_broadcast: options.broadcast ?? false };
        const metadata = options.metadata === undefined ? {} : { metadata: options.metadata };
        const quiet = { unfurl_links: false, unfurl_media: false, ...asWritten };
        const message = { channel, ...body, ...quiet, ...reply, ...metadata };
        const { ts, channel: posted } = await client.apiCall('chat.postMessage', message).then(postedSchema.parse);
        return { ts: ts ?? '', channel: posted ?? channel };
      }),
    update: (message: { readonly channel: string; readonly ts: string }, body: MessageBody): Promise<Sent> =>
      attempt(async () => {
        await client.chat.update({ channel: message.channel, ts: message.ts, ...body, ...asWritten });
        return message;
      }),
    ephemeral: (channel: string, user: string, body: MessageBody, thread?: string): Promise<Sent> =>
      attempt(async () => {
        const { message_ts: ts } = await client.chat.postEphemeral({
          channel,
          user,
          ...body,
          ...(thread === undefined ? {} : { thread_ts: thread }),
        });
        return { ts: ts ?? '', channel };
      }),
    upload: (file: Upload): Promise<Sent> =>
      attempt(async () => {
        const call = (method: string, args: Record<string, unknown>) => client.apiCall(method, args);
        await uploadFile({ call, fetch: bounded, apiUrl: settings.apiUrl }, file);
        return { ts: '', channel: file.channel };
      }),
    /** Opens a modal in front of whoever acted; false where Slack does not take the trigger any more (3 s, one use). */
    openModal: async (trigger: string, view: ModalView): Promise<boolean> => {
      try {
        await client.views.open({ trigger_id: trigger, view });
        return true;
      } catch (error) {
        log.warn({ err: messageOf(error) }, 'a modal could not be opened');
        return false;
      }
    },
    /** Draws somebody's Home tab. */
    publishHome: async (user: string, view: HomeView): Promise<void> => {
      await asking('views.publish', () => client.views.publish({ user_id: user, view }));
    },
    /** Changes a modal unless somebody was faster, or it was closed. */
    updateModal: async (
      { id, hash }: { readonly id: string; readonly hash: string },
      view: ModalView,
    ): Promise<void> => {
      await client.views
        .update({ view_id: id, hash, view })
        .catch((error) => log.debug({ err: messageOf(error) }, 'a modal was not changed'));
    },
  };
}

const postedSchema = z.object({ ts: z.string().optional(), channel: z.string().optional() });
/** Slack is to make nothing of the words themselves: chat.update reads them as a client would unless it is told not to. */
const asWritten = { parse: 'none', link_names: false } as const;

export interface PostOptions {
  readonly thread?: string;
  readonly broadcast?: boolean;
  readonly metadata?: { readonly event_type: string; readonly event_payload: Record<string, string> };
}
