import type { Clock } from '../../doors/time.ts';
import type { Draft, Message } from './message.ts';

export interface Change {
  readonly kind: 'posted' | 'changed' | 'deleted';
  readonly message: Message;
}

export interface Kept {
  readonly messages: readonly Message[];
  /** By `user channel`: the newest message that was on the screen. */
  readonly read: Readonly<Record<string, string>>;
}

interface Conversation {
  /** By ts, in the order of time. */
  readonly messages: Map<string, Message>;
  /** What is shown in the channel itself, in the order of time. */
  readonly shown: string[];
  readonly replies: Map<string, string[]>;
}

/** All messages, in memory. Listeners hear of a change after it was made. */
export type Store = ReturnType<typeof createStore>;

export function createStore(options: { readonly clock: Clock; readonly kept?: Kept | undefined }) {
  const conversations = new Map<string, Conversation>();
  const read = new Map<string, string>(Object.entries(options.kept?.read ?? {}));
  const listeners = new Set<(change: Change) => void>();
  let lastMicros = 0;

  /** Unique and rising, whatever the clock does: Slack's `ts` is the id of a message in its channel. */
  const nextTs = (atMs = options.clock.now()): string => {
    lastMicros = Math.max(Math.round(atMs * 1000), lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  };
  const conversation = (channel: string): Conversation => {
    const found = conversations.get(channel) ?? { messages: new Map(), shown: [], replies: new Map() };
    conversations.set(channel, found);
    return found;
  };
  const insert = (message: Message): Message => {
    const { messages, shown, replies } = conversation(message.channel);
    messages.set(message.ts, message);
    if (message.thread_ts === undefined || message.broadcast === true) shown.push(message.ts);
    if (message.thread_ts !== undefined)
      replies.set(message.thread_ts, [...(replies.get(message.thread_ts) ?? []), message.ts]);
    lastMicros = Math.max(lastMicros, Math.round(Number(message.ts) * 1e6));
    return message;
  };
  const tell = (kind: Change['kind'], message: Message): Message => {
    for (const listener of listeners) listener({ kind, message });
    return message;
  };
  for (const message of options.kept?.messages ?? []) insert(message);

  const find = (channel: string, ts: string) => conversations.get(channel)?.messages.get(ts);
  const pick = (channel: string, list: readonly string[] = []) =>
    list.flatMap((ts) => {
      const message = find(channel, ts);
      return message === undefined ? [] : [message];
    });

  return {
    nextTs,
    find,
    /** Everything in a channel, replies and ephemeral messages too, oldest first. */
    all: (channel: string): readonly Message[] => [...(conversations.get(channel)?.messages.values() ?? [])],
    /** What stands in the channel itself, oldest first. */
    shown: (channel: string) => pick(channel, conversations.get(channel)?.shown),
    replies: (channel: string, root: string) => pick(channel, conversations.get(channel)?.replies.get(root)),
    /** Replies that everybody sees. */
    answers: (channel: string, root: string) =>
      pick(channel, conversations.get(channel)?.replies.get(root)).filter(({ reader }) => reader === undefined),
    post: (draft: Draft, atMs?: number) => tell('posted', insert({ ...draft, ts: nextTs(atMs) })),
    change(message: Message, by: Partial<Draft>): Message {
      const next = { ...message, ...by };
      conversation(message.channel).messages.set(message.ts, next);
      return tell('changed', next);
    },
    remove(message: Message): void {
      const { messages, shown, replies } = conversation(message.channel);
      messages.delete(message.ts);
      if (shown.includes(message.ts)) shown.splice(shown.indexOf(message.ts), 1);
      if (message.thread_ts !== undefined)
        replies.set(
          message.thread_ts,
          (replies.get(message.thread_ts) ?? []).filter((ts) => ts !== message.ts),
        );
      tell('deleted', message);
    },
    markRead: (user: string, channel: string) => void read.set(`${user} ${channel}`, nextTs()),
    /** How many messages of others stand in the channel since the reader looked last. */
    unread(user: string, channel: string): number {
      const since = read.get(`${user} ${channel}`) ?? '0';
      const shown = conversations.get(channel)?.shown ?? [];
      let count = 0;
      for (let at = shown.length - 1; at >= 0; at -= 1) {
        const message = find(channel, shown[at] ?? '');
        if (message === undefined || Number(message.ts) <= Number(since)) break;
        if (message.user !== user && message.reader === undefined) count += 1;
      }
      return count;
    },
    kept: (): Kept => ({
      messages: [...conversations.values()].flatMap(({ messages }) => [...messages.values()]),
      read: Object.fromEntries(read),
    }),
    onChange(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
