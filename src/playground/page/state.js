// @ts-check
// What the page knows, and how an event changes it: pure functions on plain records, and one small store.

/**
 * @typedef {import('@slack/types').KnownBlock} KnownBlock
 * @typedef {{ ts: string, user: string, username?: string, bot?: boolean, text: string, blocks?: KnownBlock[],
 *   thread_ts?: string, subtype?: string, broadcast?: boolean, reply_count?: number, latest_reply?: string,
 *   edited?: boolean, ephemeral?: boolean, joined?: boolean, time?: number | string,
 *   reactions?: { name: string, count: number }[], files?: { title: string, alt: string, url: string }[] }} Message
 * @typedef {{ id: string, name: string, real_name: string, title?: string, color?: string, is_bot?: boolean }} User
 * @typedef {{ id: string, name: string, topic?: string, unread?: number, app?: boolean }} Channel
 * @typedef {{ command: string, usage_hint?: string, description?: string }} Command
 * @typedef {{ team: { id: string, name: string }, me: string | { id: string }, users: User[], channels: Channel[],
 *   commands: Command[], groups?: { id: string, handle: string }[], examples?: { text: string, hint: string }[] }} Boot
 * @typedef {{ id: string, hash: string, view: any }} ShownView
 * @typedef {{ text: { text: string, type: string }, value: string, description?: { text: string } }} Option
 * @typedef {{ type: 'message' | 'message_changed' | 'message_deleted' | 'unread' | 'app_state' | 'views', channel?: string,
 *   message?: Message, ts?: string, unread?: number, connected?: boolean, modal?: ShownView | null, home?: ShownView | null }} PageEvent
 * @typedef {{ [channel: string]: Message[] }} Lists
 * @typedef {{ as: string, boot: Boot | null, channel: string, thread: string | null, connected: boolean, appConnected: boolean | null,
 *   history: Lists, replies: Lists, unread: { [channel: string]: number }, mentions: { [channel: string]: number },
 *   modal: ShownView | null, home: ShownView | null, story: string | null, typed: string | null, newFrom: { [channel: string]: string }, notices: { id: number, text: string }[] }} State
 */

/** @type {State} */
export const emptyState = {
  as: '',
  boot: null,
  channel: '',
  thread: null,
  connected: false,
  appConnected: null,
  history: {},
  replies: {},
  unread: {},
  mentions: {},
  modal: null,
  home: null,
  // The story that is played, and what it types.
  story: null,
  typed: null,
  newFrom: {},
  notices: [],
};

/** @template T @param {T} initial */
export function createStore(initial) {
  let state = initial;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    get: () => state,
    /** @param {Partial<T>} change */
    set(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    /** @param {() => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The conversation of one person with the app: no channel that others see. @param {{ id: string }} channel */
export const isDirect = ({ id }) => id.startsWith('D');

/** A reply that is not also shown in the channel. @param {Message} message */
export function isReplyOnly(message) {
  const reply = message.thread_ts !== undefined && message.thread_ts !== message.ts;
  return reply && message.subtype !== 'thread_broadcast' && message.broadcast !== true;
}

/** In its place by time; one that is there already is replaced. @param {Message[]} list @param {Message} message */
export function place(list, message) {
  const others = list.filter(({ ts }) => ts !== message.ts);
  const after = others.findIndex(({ ts }) => Number(ts) > Number(message.ts));
  return after === -1 ? [...others, message] : others.toSpliced(after, 0, message);
}

/** A changed message where the list holds it; what a change need not repeat about its thread is kept. @param {Message[]} list @param {Message} message */
function change(list, message) {
  return list.map((old) => {
    if (old.ts !== message.ts) return old;
    const { reply_count = old.reply_count, latest_reply = old.latest_reply } = message;
    return {
      ...message,
      ...(reply_count === undefined ? {} : { reply_count }),
      ...(latest_reply === undefined ? {} : { latest_reply }),
    };
  });
}

/** What the server holds now, and the private messages that only this page remembers. @param {Message[]} remembered @param {Message[]} fetched */
export function refreshed(remembered, fetched) {
  return remembered
    .filter(({ ephemeral }) => ephemeral)
    .reduce((list, own) => (list.some(({ ts }) => ts === own.ts) ? list : place(list, own)), fetched);
}

/** The lists after an event; applying it twice changes nothing. @param {State} state @param {PageEvent} event @returns {Pick<State, 'history' | 'replies'>} */
export function applyToLists({ history, replies }, event) {
  const { channel = '', message } = event;
  const list = history[channel];
  if (event.type === 'message_deleted') {
    const without = (/** @type {Message[]} */ messages) => messages.filter(({ ts }) => ts !== event.ts);
    return {
      history: list === undefined ? history : { ...history, [channel]: without(list) },
      replies: Object.fromEntries(Object.entries(replies).map(([root, each]) => [root, without(each)])),
    };
  }
  if (message === undefined || (event.type !== 'message' && event.type !== 'message_changed'))
    return { history, replies };
  const root = message.thread_ts ?? message.ts;
  // What is whispered into a thread that nobody opened yet is remembered: no server can repeat it.
  const thread = replies[root] ?? (message.ephemeral && root !== message.ts ? [] : undefined);
  if (event.type === 'message_changed')
    return {
      history: list === undefined ? history : { ...history, [channel]: change(list, message) },
      replies: thread === undefined ? replies : { ...replies, [root]: change(thread, message) },
    };
  const counted = list === undefined ? list : countReply(list, message);
  return {
    history:
      counted === undefined
        ? history
        : { ...history, [channel]: isReplyOnly(message) ? counted : place(counted, message) },
    replies: thread === undefined || root === message.ts ? replies : { ...replies, [root]: place(thread, message) },
  };
}

/** The root says how many answers it has, also before the server repeats it. @param {Message[]} list @param {Message} reply */
function countReply(list, reply) {
  if (reply.ephemeral || reply.thread_ts === undefined || reply.thread_ts === reply.ts) return list;
  return list.map((root) =>
    root.ts !== reply.thread_ts || Number(root.latest_reply ?? 0) >= Number(reply.ts)
      ? root
      : { ...root, reply_count: (root.reply_count ?? 0) + 1, latest_reply: reply.ts },
  );
}

/** Unread counts after an event, for somebody who looks at `watched` (null: at nothing). @param {State} state @param {PageEvent} event @param {string | null} watched @returns {Pick<State, 'unread' | 'mentions'>} */
export function countUnread({ unread, mentions, as }, event, watched) {
  const { channel, message } = event;
  if (channel === undefined || channel === watched) return { unread, mentions };
  if (event.type === 'unread')
    return {
      unread: event.unread === undefined ? unread : { ...unread, [channel]: event.unread },
      mentions: event.unread === 0 ? { ...mentions, [channel]: 0 } : mentions,
    };
  if (event.type !== 'message' || message === undefined || message.user === as || isReplyOnly(message))
    return { unread, mentions };
  const mentioned = JSON.stringify([message.text, message.blocks ?? []]).includes(`<@${as}>`);
  return {
    unread: { ...unread, [channel]: (unread[channel] ?? 0) + 1 },
    mentions: mentioned ? { ...mentions, [channel]: (mentions[channel] ?? 0) + 1 } : mentions,
  };
}

/** Joined to the one before: same author, same day, within five minutes, nothing in between. @param {Message | undefined} before @param {Message} message @param {(message: Message) => number} sentAt */
export function continues(before, message, sentAt) {
  if (before === undefined || before.user !== message.user || before.username !== message.username) return false;
  if (Boolean(before.ephemeral) !== Boolean(message.ephemeral) || (before.reply_count ?? 0) > 0) return false;
  const [earlier, later] = [sentAt(before), sentAt(message)];
  return later - earlier < 5 * 60_000 && new Date(earlier).getDate() === new Date(later).getDate();
}
