import type { InstalledApp } from './manifest.ts';
import type { Seed } from './seed.ts';

export type User = Seed['users'][number];
export interface Group {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly members: ReadonlySet<string>;
}

/** The one that speaks when Slack itself has something to say. */
export const slackbot = 'USLACKBOT';

/** Who is who and who is where. */
export type Company = ReturnType<typeof createCompany>;

export function createCompany(seed: Seed, app: InstalledApp) {
  const bot: User = {
    id: seed.app.botUserId,
    name: app.botName.toLowerCase(),
    real_name: seed.app.name,
    title: '',
    color: '0b6e4f',
    is_restricted: false,
    deleted: false,
    is_bot: true,
  };
  const users = new Map([...seed.users, bot].map((user) => [user.id, user]));
  const groups = new Map<string, Group>(seed.usergroups.map((group) => [group.id, group]));
  const everybody = [...users.values()].filter(({ deleted }) => !deleted).map(({ id }) => id);
  const channels = new Map<string, Channel>(
    seed.channels.map(({ id, name, topic, is_private, members }) => [
      id,
      {
        id,
        name,
        topic,
        kind: is_private ? 'private' : 'public',
        members: new Set(members === 'all' ? everybody : members),
      },
    ]),
  );
  const groupNamed = (name: string) =>
    groups.get(name) ?? [...groups.values()].find(({ handle }) => handle === name.replace(/^@/, ''));

  return {
    team: seed.team,
    app: { ...seed.app, botId: `B${seed.app.id.slice(1)}` },
    bot,
    users: () => [...users.values()],
    user: (id: string) => users.get(id),
    userNamed: (name: string) =>
      users.get(name) ?? [...users.values()].find((user) => user.name === name.replace(/^@/, '')),
    groups: () => [...groups.values()],
    group: (id: string) => groups.get(id),
    groupNamed,
    setGroup(name: string, members: readonly string[]): Group | undefined {
      const group = groupNamed(name);
      if (group !== undefined) groups.set(group.id, { ...group, users: members });
      return groups.get(group?.id ?? '');
    },
    channels: () => [...channels.values()],
    channel: (id: string) => channels.get(id),
    channelNamed: (name: string) =>
      channels.get(name) ?? [...channels.values()].find((channel) => channel.name === name.replace(/^#/, '')),
    setMembers(id: string, members: readonly string[]): void {
      const channel = channels.get(id);
      if (channel !== undefined) channels.set(id, { ...channel, members: new Set(members) });
    },
    /** The direct message of a person with the app; always the same one. */
    openIm(user: string): Channel {
      const id = `D${user.slice(1)}`;
      const found = channels.get(id);
      if (found !== undefined) return found;
      const im: Channel = { id, name: bot.name, topic: '', kind: 'im', members: new Set([user, bot.id]) };
      channels.set(id, im);
      return im;
    },
  };
}

/** Where people open the workspace. */
export function teamUrlOf({ team }: { readonly team: { readonly domain: string } }): string {
  return `https://${team.domain}.slack.com/`;
}
