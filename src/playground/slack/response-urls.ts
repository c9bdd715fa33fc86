import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../doors/time.ts';
import { flag, jsonList, text } from './arguments.ts';
import type { Company } from './company.ts';
import { escapeTyped, type JsonObject, type Message } from './message.ts';
import { contentProblem, keptContent } from './methods/chat.ts';
import type { Store } from './store.ts';

// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: five times within thirty minutes.
const uses = 5;
const lifeMs = 30 * 60_000;

const responseSchema = z.object({
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: flag,
  delete_original: flag,
  text: text.optional(),
  blocks: jsonList.optional(),
  attachments: jsonList.optional(),
  thread_ts: text.optional(),
});

/** Where an interaction came from, and so where its answers go. */
export interface Origin {
  readonly kind: 'commands' | 'actions';
  readonly user: string;
  readonly channel: string;
  /** The message that was clicked, or the last answer to the command. */
  original?: { readonly ts: string };
  /** What was typed: shown to all with the first answer that all see. */
  readonly typed?: string;
  echoed?: boolean;
}

export interface Response {
  readonly status: number;
  readonly body: string | JsonObject;
}

/** Answers to commands and clicks: by acknowledgement and by response_url, both through `respond`. */
export type ResponseUrls = ReturnType<typeof createResponseUrls>;

export function createResponseUrls(options: {
  readonly baseUrl: () => string;
  readonly clock: Clock;
  readonly company: Company;
  readonly store: Store;
  readonly newId: () => string;
}) {
  const { clock, company, store } = options;
  const urls = new Map<string, { readonly origin: Origin; readonly madeMs: number; left: number }>();

  const refuse = (status: number, error: string): Response => ({ status, body: { ok: false, error } });

  function post(origin: Origin, said: z.output<typeof responseSchema>): Message {
    const all = said.response_type === 'in_channel';
    if (all && origin.typed !== undefined && origin.echoed !== true) {
      origin.echoed = true;
      store.post({ channel: origin.channel, user: origin.user, bot: false, text: escapeTyped(origin.typed) });
    }
    return store.post({
      channel: origin.channel,
      user: company.bot.id,
      bot: true,
      ...keptContent(said, options.newId),
      ...(said.thread_ts === undefined ? {} : { thread_ts: said.thread_ts }),
      ...(all ? {} : { reader: origin.user }),
    });
  }

  /** Does what an app answered to an interaction; `no_text` where there is nothing to show. */
  function respond(origin: Origin, payload: unknown): Response {
    const said = responseSchema.safeParse(payload);
    if (!said.success) return refuse(400, 'invalid_payload');
    const original = origin.original === undefined ? undefined : store.find(origin.channel, origin.original.ts);
    if (said.data.delete_original) {
      if (original === undefined) return refuse(404, 'message_not_found');
      store.remove(original);
      return { status: 200, body: { ok: true } };
    }
    const problem = contentProblem(said.data);
    if (problem !== null) return { status: 400, body: problem };
    if (said.data.replace_original && original !== undefined) {
      const { blocks, attachments, ...rest } = original;
      store.change(rest, {
        ...keptContent(said.data, options.newId),
        ...(original.reader === undefined ? { edited: store.nextTs() } : {}),
      });
    } else {
      const { ts } = post(origin, said.data);
      if (origin.kind === 'commands') origin.original = { ts };
    }
    return { status: 200, body: origin.kind === 'commands' ? 'ok' : { ok: true } };
  }

  return {
    respond,
    create(origin: Origin): string {
      for (const [path, { madeMs }] of urls) {
        if (madeMs + 2 * lifeMs >= clock.now()) break;
        urls.delete(path);
      }
      const path = `/${origin.kind}/${company.team.id}/${urls.size + 1}/${randomBytes(18).toString('base64url')}`;
      urls.set(path, { origin, madeMs: clock.now(), left: uses });
      return `${options.baseUrl()}${path}`;
    },
    /** Answers a POST to one of our urls. */
    receive(path: string, payload: unknown): Response {
      const url = urls.get(path);
      if (url === undefined) return refuse(404, 'invalid_url');
      if (clock.now() - url.madeMs > lifeMs) return refuse(404, 'expired_url');
      if (url.left === 0) return refuse(404, 'used_url');
      const response = respond(url.origin, payload);
      if (response.status === 200) url.left -= 1;
      return response;
    },
  };
}
