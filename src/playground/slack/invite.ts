import { type Outcome, whisperAsSlack } from './commands.ts';
import type { Channel, Company, User } from './company.ts';
import type { Events } from './events.ts';
import type { Store } from './store.ts';

/** Slack's own command: `/invite @sluice` asks a person or the app into the channel where it is typed. */
export const inviteCommand = {
  command: '/invite',
  usage_hint: '@person or @app',
  description: 'Ask somebody, or an app, into this channel',
};

export function createInvitations(ports: {
  readonly company: Company;
  readonly store: Store;
  readonly events: Events;
}) {
  const { company, store, events } = ports;
  return (user: User, channel: Channel, typed: string): Outcome => {
    const refuse = (notice: string): Outcome => {
      whisperAsSlack(store, channel.id, user.id, notice);
      return { ok: false, notice };
    };
    const [, name = ''] = /^\/invite\s+@?(\S+)\s*$/.exec(typed) ?? [];
    if (name === '') return refuse('Invite whom? Type `/invite` and a name, such as `/invite @sluice`.');
    if (channel.kind === 'im') return refuse('Nobody can be asked into a direct message.');
    const guest = company.userNamed(name.toLowerCase());
    if (guest === undefined || guest.deleted) return refuse(`Nobody is called @${name} here.`);
    if (channel.members.has(guest.id)) return refuse(`<@${guest.id}> is in this channel already.`);
    company.setMembers(channel.id, [...channel.members, guest.id]);
    const text = `was added to #${channel.name} by <@${user.id}>.`;
    store.post({ channel: channel.id, user: guest.id, bot: guest.is_bot, text, inviter: user.id });
    const joined = company.channel(channel.id);
    if (joined !== undefined) events.joined(guest.id, joined);
    return { ok: true };
  };
}
