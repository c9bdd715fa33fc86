import { z } from 'zod';
import { flag, json, jsonList, text } from '../arguments.ts';
import { blockProblems, textLength, withIds } from '../block-limits.ts';
import type { Channel } from '../company.ts';
import type { Content, JsonObject, Message } from '../message.ts';
import { wireMessage } from '../wire.ts';
import { type Answer, answer, type Call, fail, method } from './method.ts';

const content = {
  text: text.optional(),
  blocks: jsonList.optional(),
  attachments: jsonList.optional(),
  metadata: json.optional(),
};

const textLimit = 40_000;
const updateLimit = 4_000;
const blocksLimit = 13_200;
const metadataLimit = 4_000;

interface Said {
  readonly text?: string | undefined;
  readonly blocks?: JsonObject[] | undefined;
  readonly attachments?: JsonObject[] | undefined;
  readonly metadata?: JsonObject | undefined;
}

/** What of a message's content Slack would refuse, or null. */
export function contentProblem(said: Said): Answer | null {
  const problems = said.blocks === undefined ? [] : blockProblems(said.blocks);
  if (problems.length > 0)
    return fail('invalid_blocks', {
      errors: problems,
      response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
    });
  if (textLength(said.blocks) > blocksLimit) return fail('msg_blocks_too_long');
  if ((said.attachments ?? []).length > 100) return fail('too_many_attachments');
  if (!said.text && !said.blocks?.length && !said.attachments?.length) return fail('no_text');
  if (said.metadata === undefined || Object.keys(said.metadata).length === 0) return null;
  if (typeof said.metadata['event_type'] !== 'string') return fail('invalid_metadata_format');
  return JSON.stringify(said.metadata).length > metadataLimit ? fail('metadata_too_large') : null;
}

/** The content as it is kept: blocks with ids, text cut where Slack cuts it. */
export function keptContent(said: Said, newId: () => string): Content {
  return {
    text: [...(said.text ?? '')].slice(0, textLimit).join(''),
    ...(said.blocks?.length ? { blocks: withIds(said.blocks, newId) } : {}),
    ...(said.attachments?.length ? { attachments: [...said.attachments] } : {}),
    ...(said.metadata === undefined || Object.keys(said.metadata).length === 0 ? {} : { metadata: said.metadata }),
  };
}

const mayPost = (channel: Channel, { workspace: { company, installed } }: Call) =>
  channel.members.has(company.bot.id) || (channel.kind === 'public' && installed.scopes.has('chat:write.public'));

/** The conversation that an app may see: a private one only from inside. */
function visible(id: string, { workspace: { company } }: Call): Channel | undefined {
  const channel = company.channel(id);
  return channel?.kind === 'private' && !channel.members.has(company.bot.id) ? undefined : channel;
}

/** The place of a new message: an id, a name, or a person, whose direct message it opens. */
function destination(name: string, call: Call): Channel | undefined {
  const { company } = call.workspace;
  const user = company.user(name);
  if (user !== undefined) return user.deleted || user.is_bot ? undefined : company.openIm(user.id);
  return visible(company.channelNamed(name)?.id ?? '', call);
}

function own(channel: string, ts: string, call: Call, refusal: string): Message | Answer {
  const { company, store } = call.workspace;
  if (visible(channel, call) === undefined) return fail('channel_not_found');
  const message = store.find(channel, ts);
  if (message === undefined || message.reader !== undefined) return fail('message_not_found');
  return message.user === company.bot.id ? message : fail(refusal);
}

const isAnswer = (value: Message | Answer): value is Answer => 'ok' in value;

const postMessage = method({
  scope: ['chat:write'],
  schema: z.object({
    channel: text,
    ...content,
    thread_ts: text.optional(),
    reply_broadcast: flag,
    username: text.optional(),
  }),
  run(args, call) {
    const { company, store, installed, newId } = call.workspace;
    const channel = destination(args.channel, call);
    if (channel === undefined) return fail('channel_not_found');
    if (!mayPost(channel, call)) return fail('not_in_channel');
    const problem = contentProblem(args);
    if (problem !== null) return problem;
    const root = args.thread_ts === undefined ? undefined : store.find(channel.id, args.thread_ts);
    if (args.thread_ts !== undefined && root === undefined) return fail('thread_not_found');
    const message = store.post({
      channel: channel.id,
      user: company.bot.id,
      bot: true,
      ...keptContent(args, newId),
      // A reply to a reply goes to their root.
      ...(root === undefined ? {} : { thread_ts: root.thread_ts ?? root.ts }),
      ...(root !== undefined && args.reply_broadcast ? { broadcast: true } : {}),
      ...(args.username !== undefined && installed.scopes.has('chat:write.customize')
        ? { username: args.username }
        : {}),
    });
    const cut = (args.text ?? '').length > textLimit;
    return answer({
      channel: channel.id,
      ts: message.ts,
      message: wireMessage(message, call.workspace, true),
      ...(cut ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {}),
    });
  },
});

const update = method({
  scope: ['chat:write'],
  schema: z.object({ channel: text, ts: text, ...content, reply_broadcast: flag }),
  run(args, call) {
    const message = own(args.channel, args.ts, call, 'cant_update_message');
    if (isAnswer(message)) return message;
    // Blocks, attachments and metadata that are not mentioned stay as they are.
    const next = {
      text: args.text ?? message.text,
      blocks: args.blocks ?? message.blocks,
      attachments: args.attachments ?? message.attachments,
      metadata: args.metadata ?? message.metadata,
    };
    if (next.text.length > updateLimit) return fail('msg_too_long');
    const problem = contentProblem(next);
    if (problem !== null) return problem;
    const { store, newId } = call.workspace;
    const { blocks, attachments, metadata, ...rest } = message;
    const changed = store.change(rest, { ...keptContent(next, newId), edited: store.nextTs() });
    return answer({
      channel: args.channel,
      ts: args.ts,
      text: changed.text,
      message: wireMessage(changed, call.workspace, true),
    });
  },
});

const remove = method({
  scope: ['chat:write'],
  schema: z.object({ channel: text, ts: text }),
  run(args, call) {
    const message = own(args.channel, args.ts, call, 'cant_delete_message');
    if (isAnswer(message)) return message;
    call.workspace.store.remove(message);
    return answer({ channel: args.channel, ts: args.ts });
  },
});

const postEphemeral = method({
  scope: ['chat:write'],
  schema: z.object({ channel: text, user: text, ...content, thread_ts: text.optional() }),
  run(args, call) {
    const { company, store, newId } = call.workspace;
    const channel = destination(args.channel, call);
    if (channel === undefined) return fail('channel_not_found');
    if (!mayPost(channel, call)) return fail('not_in_channel');
    if (company.user(args.user) === undefined || !channel.members.has(args.user)) return fail('user_not_in_channel');
    const problem = contentProblem(args);
    if (problem !== null) return problem;
    const root = args.thread_ts === undefined ? undefined : store.find(channel.id, args.thread_ts);
    const { ts } = store.post({
      channel: channel.id,
      user: company.bot.id,
      bot: true,
      ...keptContent(args, newId),
      ...(root === undefined ? {} : { thread_ts: root.thread_ts ?? root.ts }),
      reader: args.user,
    });
    return answer({ message_ts: ts });
  },
});

const getPermalink = method({
  scope: [],
  schema: z.object({ channel: text, message_ts: text }),
  run({ channel, message_ts }, call) {
    if (visible(channel, call) === undefined) return fail('channel_not_found');
    const message = call.workspace.store.find(channel, message_ts);
    if (message === undefined) return fail('message_not_found');
    const thread = message.thread_ts === undefined ? '' : `?thread_ts=${message.thread_ts}&cid=${channel}`;
    const permalink = `${call.workspace.teamUrl}archives/${channel}/p${message_ts.replace('.', '')}${thread}`;
    return answer({ channel, permalink });
  },
});

const addReaction = method({
  scope: ['reactions:write'],
  schema: z.object({ channel: text, timestamp: text, name: text }),
  run({ channel, timestamp, name }, call) {
    const { company, store } = call.workspace;
    const message = visible(channel, call) && store.find(channel, timestamp);
    if (message === undefined) return fail('message_not_found');
    const users = message.reactions?.[name] ?? [];
    if (users.includes(company.bot.id)) return fail('already_reacted');
    store.change(message, { reactions: { ...message.reactions, [name]: [...users, company.bot.id] } });
    return answer();
  },
});

export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
  'reactions.add': addReaction,
};
