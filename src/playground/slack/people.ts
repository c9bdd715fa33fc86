import { type createCommands, type Outcome, whisperAsSlack } from './commands.ts';
import type { Channel, Company, User } from './company.ts';
import type { Events } from './events.ts';
import type { createInteractions } from './interactions.ts';
import type { createInvitations } from './invite.ts';
import type { Store } from './store.ts';
import { encodeTyped } from './typed-text.ts';

const longest = 12_000;

/** What people do in their clients. */
export type People = ReturnType<typeof createPeople>;

export function createPeople(ports: {
  readonly company: Company;
  readonly store: Store;
  readonly events: Events;
  readonly command: ReturnType<typeof createCommands>;
  readonly invite: ReturnType<typeof createInvitations>;
  readonly act: ReturnType<typeof createInteractions>;
}) {
  const { company, store } = ports;

  function write(user: User, channel: Channel, text: string, thread_ts: string | undefined): Outcome {
    const encoded = encodeTyped(text, company, 'message');
    const message = store.post({
      channel: channel.id,
      user: user.id,
      bot: false,
      text: encoded,
      ...(thread_ts === undefined ? {} : { thread_ts }),
    });
    ports.events.said(message);
    if (encoded.includes(`<@${company.bot.id}>`) && !channel.members.has(company.bot.id))
      whisperAsSlack(
        store,
        channel.id,
        user.id,
        `You mentioned <@${company.bot.id}>, but they’re not in this channel. Type \`/invite @${company.bot.name}\` to add them.`,
        thread_ts,
      );
    return { ok: true };
  }

  return {
    /** A line typed and sent: a command where it begins with a slash. Resolves when the person's client is done with it. */
    async say(who: string, where: string, text: string, thread?: string): Promise<Outcome> {
      const found = place(who, where);
      if ('notice' in found) return { ok: false, notice: found.notice };
      const { user, channel } = found;
      const root = thread === undefined ? undefined : store.find(channel.id, thread);
      if (thread !== undefined && root === undefined) return { ok: false, notice: 'This thread is not there anymore.' };
      if (text.trim() === '') return { ok: false, notice: 'There is nothing to send.' };
      if (text.length > longest) return { ok: false, notice: `A message may have ${longest} characters.` };
      const rootTs = root?.thread_ts ?? root?.ts;
      if (/^\/invite(\s|$)/.test(text) && rootTs === undefined) return ports.invite(user, channel, text);
      return text.startsWith('/')
        ? ports.command(user, channel, text, rootTs)
        : write(user, channel, text.trim(), rootTs);
    },
    /** A click on a button, or a choice in a menu; resolves when the app took it, or did not. */
    async act(
      who: string,
      where: string,
      element: {
        readonly ts: string;
        readonly actionId: string;
        readonly blockId?: string | undefined;
        readonly selected?: string | undefined;
      },
    ): Promise<Outcome> {
      const found = place(who, where);
      return 'notice' in found ? { ok: false, notice: found.notice } : ports.act({ ...found, ...element });
    },
  };

  function place(who: string, where: string) {
    const user = company.userNamed(who);
    const channel = company.channelNamed(where);
    if (user === undefined || user.deleted || user.is_bot) return { notice: 'Nobody of that name works here.' };
    if (channel === undefined || !channel.members.has(user.id)) return { notice: 'You are not in that channel.' };
    return { user, channel };
  }
}
