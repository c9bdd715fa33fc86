import { instantOf } from '../../doors/time.ts';
import type { JsonObject, Message } from './message.ts';
import type { Store } from './store.ts';

/** A message as people see it. */
export interface ClientMessage {
  readonly ts: string;
  readonly user: string;
  readonly username?: string;
  readonly bot?: boolean;
  readonly text: string;
  readonly blocks?: readonly JsonObject[];
  /** Of a reply: its root. */
  readonly thread_ts?: string;
  readonly broadcast?: boolean;
  readonly reply_count?: number;
  readonly latest_reply?: string;
  readonly edited?: boolean;
  readonly ephemeral?: boolean;
  /** Says that its writer has joined. */
  readonly joined?: boolean;
  readonly files?: readonly { readonly title: string; readonly alt: string; readonly url: string }[];
  readonly reactions?: readonly { readonly name: string; readonly count: number }[];
  readonly time: string;
}

export function clientMessage(message: Message, store: Store): ClientMessage {
  const { ts, user, username, bot, text, blocks, thread_ts, broadcast, edited, reader, files, inviter, reactions } =
    message;
  const answers = thread_ts === undefined ? store.answers(message.channel, ts) : [];
  const latest = answers.at(-1)?.ts;
  return {
    ts,
    user,
    ...(username === undefined ? {} : { username }),
    ...(bot ? { bot } : {}),
    text,
    ...(blocks === undefined ? {} : { blocks }),
    ...(thread_ts === undefined ? {} : { thread_ts }),
    ...(broadcast === true ? { broadcast } : {}),
    ...(latest === undefined ? {} : { reply_count: answers.length, latest_reply: latest }),
    ...(edited === undefined ? {} : { edited: true }),
    ...(reader === undefined ? {} : { ephemeral: true }),
    ...(inviter === undefined ? {} : { joined: true }),
    ...(files === undefined
      ? {}
      : { files: files.map(({ id, title, alt = '' }) => ({ title, alt, url: `/client/file/${id}` })) }),
    ...(reactions === undefined
      ? {}
      : { reactions: Object.entries(reactions).map(([name, users]) => ({ name, count: users.length })) }),
    time: instantOf(Math.floor(Number(ts) * 1000)),
  };
}
