import { z } from 'zod';
import { type Posted, releaseIdSchema } from '../vocabulary/release.ts';
import { act } from './act.ts';
import { firstWord } from './first-word.ts';
import { type Command, type Parsed, parse } from './grammar.ts';
import type { ListenerPorts } from './guarded.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { asMention, type ThreadOf } from './thread-words.ts';

const mentionSchema = z.object({
  user: z.string(),
  text: z.string(),
  channel: z.string(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  bot_id: z.string().optional(),
});

/** What is asked before everybody is answered before everybody. */
const lookUps: ReadonlySet<Command['kind']> = new Set<Command['kind']>([
  'status',
  'queue',
  'history',
  'diff',
  'where',
  'describe',
  'artifacts',
  'policies',
  'drift',
  'locks',
  'reviews',
  'clusters',
]);

type MentionSlack = Pick<SlackApp, 'app' | 'post' | 'postedAs'>;

/**
 * `@sluice …` does what the slash command does. What others may want to read too is answered in the thread of the message;
 * mistakes and refusals are told to whoever wrote it, where they see it: in a thread that is not open yet nothing private is shown.
 */
export function listenToMentions({ app, post, postedAs }: MentionSlack, ports: ListenerPorts): void {
  app.event('app_mention', async ({ event, body: payload, context }) => {
    const read = mentionSchema.safeParse(event);
    // What a bot or a system says names no user, and is not for us.
    if (!read.success || read.data.bot_id !== undefined) return;
    const { user, text, channel, ts, thread_ts: root } = read.data;
    const shown = (message: Posted) => releaseShown(message, ports, () => postedAs(message, context.botId));
    const thread = root === undefined ? undefined : await threadOf(ports, await shown({ channel, ts: root }));
    const parsed = asMentioned(parse(afterMention(text, context.botUserId), 'mention', ports.catalog.names(), thread));
    const id = 'event_id' in payload && typeof payload.event_id === 'string' ? payload.event_id : `${channel}:${ts}`;
    const asked = { channel, thread: root ?? ts };
    const outcome = await act(ports, user, asked, `event:${id}`, parsed);
    const body = await firstWord(ports, outcome);
    if (body === null) return;
    const isForAll = outcome.release !== undefined || (parsed.kind === 'command' && lookUps.has(parsed.command.kind));
    const posted = isForAll ? await post(channel, body, { thread: asked.thread }) : null;
    if (posted?.kind === 'sent') return;
    await ports.whispers.whisper(root === undefined ? { channel } : asked, user, body);
  });
}

/**
 * The id of the release that a message shows, by the record; where the record does not know the message (yet: a reply may be
 * faster than the noting of what was posted), by what the message says of itself.
 */
async function releaseShown(
  message: Posted,
  ports: Pick<ListenerPorts, 'subjectOf'>,
  postedAs: () => ReturnType<SlackApp['postedAs']>,
): Promise<string | null> {
  const subject = await ports.subjectOf(message).catch(() => null);
  if (subject !== null) return /^release\/(.+)$/.exec(subject)?.[1] ?? null;
  const posted = await postedAs().catch(() => null);
  return posted?.type === 'sluice_release' ? posted.id : null;
}

/** The release that a thread is about; where that cannot be told just now, words mean what they mean everywhere. */
async function threadOf(ports: ListenerPorts, id: string | null): Promise<ThreadOf | undefined> {
  const parsed = releaseIdSchema.safeParse(id);
  const release = parsed.success ? await ports.release(parsed.data).catch(() => null) : null;
  if (release === null) return undefined;
  const { service, environment } = release.request;
  const version = release.plan?.artifact.version;
  return { release: release.id, service, environment, ...(version === undefined ? {} : { version }) };
}

/** Slash commands are not heard in threads, so what is offered instead is a mention too. */
function asMentioned(parsed: Parsed): Parsed {
  return parsed.kind === 'mistake' && parsed.next !== undefined ? { ...parsed, next: asMention(parsed.next) } : parsed;
}

/** What follows the mention of the app itself; other people may be named before it. */
export function afterMention(text: string, bot: string | undefined): string {
  const mentions = [...text.matchAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g)];
  const own = mentions.find(([, user]) => user === bot) ?? mentions[0];
  return own === undefined ? text : text.slice(own.index + own[0].length);
}
