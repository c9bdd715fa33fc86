import { z } from 'zod';
import { flag, names, paging, text } from '../arguments.ts';
import type { Channel } from '../company.ts';
import { pageOf } from '../page.ts';
import { wireChannel, wireMessage } from '../wire.ts';
import { type Answer, answer, type Call, fail, method, missingScope } from './method.ts';

const prefixes = { public: 'channels', private: 'groups', im: 'im' } as const;
const anyRead = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const anyHistory = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

/** The conversation if the app may look at it that way, or Slack's refusal. */
function open(id: string, right: 'read' | 'history', call: Call): Channel | Answer {
  const { company, installed } = call.workspace;
  const channel = company.channel(id);
  if (channel === undefined) return fail('channel_not_found');
  const scope = `${prefixes[channel.kind]}:${right}`;
  if (!installed.scopes.has(scope)) return missingScope(scope, call);
  const inside = channel.members.has(company.bot.id);
  if (channel.kind !== 'public' && !inside) return fail('channel_not_found');
  return right === 'history' && !inside ? fail('not_in_channel') : channel;
}

const isAnswer = (value: Channel | Answer): value is Answer => 'ok' in value;

const limited = (limit: number, standard: number, most: number) => Math.min(limit === 0 ? standard : limit, most);
const metadataOf = (next: string) => ({ response_metadata: { next_cursor: next } });

const kinds: Readonly<Record<string, Channel['kind']>> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
};

const list = method({
  scope: anyRead,
  schema: z.object({ types: names.default(['public_channel']), exclude_archived: flag, ...paging }),
  run(args, call) {
    const { company, installed } = call.workspace;
    const wanted = args.types.map((type) => (Object.hasOwn(kinds, type) ? kinds[type] : undefined));
    if (args.types.some((type) => type !== 'mpim' && kinds[type] === undefined)) return fail('invalid_types');
    const missing = wanted.find((kind) => kind !== undefined && !installed.scopes.has(`${prefixes[kind]}:read`));
    if (missing !== undefined) return missingScope(`${prefixes[missing]}:read`, call);
    const visible = company
      .channels()
      .filter(({ kind, members }) => wanted.includes(kind) && (kind === 'public' || members.has(company.bot.id)));
    const page = pageOf(visible, ({ id }) => id, { cursor: args.cursor, limit: limited(args.limit, 100, 1000) });
    if (page === null) return fail('invalid_cursor');
    return answer({ channels: page.items.map((channel) => wireChannel(channel, company)), ...metadataOf(page.next) });
  },
});

const info = method({
  scope: anyRead,
  schema: z.object({ channel: text }),
  run(args, call) {
    const channel = open(args.channel, 'read', call);
    return isAnswer(channel) ? channel : answer({ channel: wireChannel(channel, call.workspace.company) });
  },
});

const members = method({
  scope: anyRead,
  schema: z.object({ channel: text, ...paging }),
  run(args, call) {
    const channel = open(args.channel, 'read', call);
    if (isAnswer(channel)) return channel;
    const page = pageOf([...channel.members], (id) => id, {
      cursor: args.cursor,
      limit: limited(args.limit, 100, 1000),
    });
    return page === null ? fail('invalid_cursor') : answer({ members: page.items, ...metadataOf(page.next) });
  },
});

const span = {
  oldest: text.default('0'),
  latest: text.default(''),
  inclusive: flag,
  include_all_metadata: flag,
  ...paging,
};

function within(ts: string, { oldest, latest, inclusive }: { oldest: string; latest: string; inclusive: boolean }) {
  const [at, from, to] = [Number(ts), Number(oldest), latest === '' ? Number.POSITIVE_INFINITY : Number(latest)];
  return inclusive ? at >= from && at <= to : at > from && at < to;
}

const history = method({
  scope: anyHistory,
  schema: z.object({ channel: text, ...span }),
  run(args, call) {
    const channel = open(args.channel, 'history', call);
    if (isAnswer(channel)) return channel;
    const { store } = call.workspace;
    const all = store
      .shown(channel.id)
      .filter(({ ts, reader }) => reader === undefined && within(ts, args))
      .toReversed();
    const page = pageOf(all, ({ ts }) => ts, { cursor: args.cursor, limit: limited(args.limit, 100, 999) });
    if (page === null) return fail('invalid_cursor');
    return answer({
      messages: page.items.map((message) => wireMessage(message, call.workspace, args.include_all_metadata)),
      has_more: page.next !== '',
      pin_count: 0,
      ...(page.next === '' ? {} : metadataOf(page.next)),
    });
  },
});

const replies = method({
  scope: anyHistory,
  schema: z.object({ channel: text, ts: text, ...span }),
  run(args, call) {
    const channel = open(args.channel, 'history', call);
    if (isAnswer(channel)) return channel;
    const { store } = call.workspace;
    const asked = store.find(channel.id, args.ts);
    const root = store.find(channel.id, asked?.thread_ts ?? args.ts);
    if (root === undefined || root.reader !== undefined) return fail('thread_not_found');
    // The root comes first on the first page, whatever the span.
    const all = [root, ...store.answers(channel.id, root.ts).filter(({ ts }) => within(ts, args))];
    const page = pageOf(all, ({ ts }) => ts, { cursor: args.cursor, limit: limited(args.limit, 1000, 1000) });
    if (page === null) return fail('invalid_cursor');
    return answer({
      messages: page.items.map((message) => wireMessage(message, call.workspace, args.include_all_metadata)),
      has_more: page.next !== '',
      ...(page.next === '' ? {} : metadataOf(page.next)),
    });
  },
});

const openIm = method({
  scope: ['im:write', 'mpim:write'],
  schema: z.object({ users: names.default([]), channel: text.optional(), return_im: flag }),
  run(args, { workspace: { company } }) {
    const known = args.channel === undefined ? undefined : company.channel(args.channel);
    if (args.channel !== undefined && known?.kind !== 'im') return fail('channel_not_found');
    const user = company.user(args.users[0] ?? '');
    if (known === undefined && args.users.length === 0) return fail('users_list_not_supplied');
    if (known === undefined && args.users.length > 1) return fail('not_enough_users');
    if (known === undefined && (user === undefined || user.is_bot)) return fail('user_not_found');
    if (user?.deleted === true) return fail('user_disabled');
    const channel = known ?? company.openIm(user?.id ?? '');
    return answer({ channel: args.return_im ? wireChannel(channel, company) : { id: channel.id } });
  },
});

export const conversationMethods = {
  'conversations.list': list,
  'conversations.info': info,
  'conversations.members': members,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.open': openIm,
};
