import { messageOf, Retryable } from '../doors/errors.ts';
import { didYouMean } from '../doors/nearest.ts';
import type { Log } from '../doors/telemetry.ts';
import { systemClock } from '../doors/time.ts';
import type { Finding } from '../vocabulary/finding.ts';
import { scopes } from './scopes.ts';
import { createSlackApp, type SlackApp, type SlackSettings } from './slack/slack-app.ts';
import { asking } from './slack/slack-errors.ts';

type Client = SlackApp['client'];

/** Looks at the workspace with the app's own tokens, without opening a socket or posting anything. */
export function createSlackCheck(settings: SlackSettings, log: Log) {
  const { connection } = settings;
  const { client, serverTime } = createSlackApp(settings, { log, clock: systemClock, firstSeen: async () => false });
  let granted: readonly string[] = [];
  return {
    serverTime,
    /** Whether Slack takes the tokens, and with which rights. */
    tokens: async (): Promise<Finding[]> => {
      try {
        const who = await asking('auth.test', () => client.auth.test());
        granted = who.response_metadata?.scopes ?? [];
        const wanted = settings.team;
        const as = `${who.team ?? '?'} (${who.team_id ?? '?'}) knows the bot as @${who.user ?? '?'}`;
        const bot: Finding =
          wanted === undefined || wanted === who.team_id
            ? { about: 'slack', level: 'ok', seen: as }
            : {
                about: 'slack',
                level: 'fail',
                seen: `${as}, and the configuration wants payloads of ${wanted} only`,
                mend: `set slack.team to ${who.team_id}, or use the token of the other workspace`,
              };
        const way = connection.mode === 'socket' ? await appToken(client, connection.appToken) : signed;
        return [bot, ...scopeFindings(granted), way];
      } catch (error) {
        return [unreadable('slack', error, 'set SLACK_BOT_TOKEN to the bot token of the installed app (xoxb-…)')];
      }
    },
    /** Whether the bot is where releases are told; by name, `#releases`. */
    channels: async (wanted: readonly string[]): Promise<Finding[]> => {
      try {
        const known = await channelsOf(client);
        return wanted.map((name) => channelFinding(name, known, granted));
      } catch (error) {
        return [unreadable('channels', error, 'grant channels:read and groups:read')];
      }
    },
    /** Whether Slack knows the user groups; by handle, `@platform`. */
    groups: async (wanted: readonly string[]): Promise<Finding[]> => {
      try {
        const { usergroups = [] } = await asking('usergroups.list', () => client.usergroups.list());
        const known = usergroups.flatMap(({ handle }) => (handle === undefined ? [] : [`@${handle.toLowerCase()}`]));
        return groupFindings(wanted, known);
      } catch (error) {
        return [unreadable('groups', error, 'grant usergroups:read')];
      }
    },
  };
}

const signed: Finding = {
  about: 'slack http',
  level: 'ok',
  seen: 'requests are taken at /slack/events; whether Slack reaches it shows where the address is written into the app',
};

/** What the bot may do, against what Sluice needs. */
export function scopeFindings(granted: readonly string[]): Finding[] {
  const missing = Object.entries(scopes).filter(([name]) => !granted.includes(name));
  if (missing.length === 0)
    return [{ about: 'slack scopes', level: 'ok', seen: `all ${Object.keys(scopes).length} are granted` }];
  return missing.map(([name, scope]) => ({
    about: 'slack scopes',
    level: scope.needed ? 'fail' : 'warn',
    seen: `${name} is not granted: ${scope.for}`,
    mend: `add ${name} under OAuth & Permissions of the app, and install it again`,
  }));
}

export interface Channel {
  readonly name: string;
  readonly isMember: boolean;
  readonly isArchived: boolean;
}

/** Whether one channel of an environment can be posted to, and heard in. */
export function channelFinding(name: string, known: readonly Channel[], granted: readonly string[]): Finding {
  const channel = known.find((each) => `#${each.name}` === name);
  const about = `channel ${name}`;
  const invite = `type /invite @sluice in ${name}`;
  if (channel === undefined) {
    const meant = didYouMean(
      name,
      known.map((each) => `#${each.name}`),
    );
    const seen = `no such channel, or a private one without the bot${meant === null ? '' : `; ${meant}`}`;
    return { about, level: 'fail', seen, mend: `make it, or ${invite}` };
  }
  if (channel.isArchived)
    return { about, level: 'fail', seen: 'is archived', mend: 'unarchive it, or name another in sluice.yaml' };
  if (channel.isMember) return { about, level: 'ok', seen: 'the bot is a member' };
  if (granted.includes('chat:write.public')) {
    const seen = 'the bot is no member: it posts, but hears no mentions and finds no message again after a crash';
    return { about, level: 'warn', seen, mend: invite };
  }
  return { about, level: 'fail', seen: 'the bot is no member and may not post', mend: invite };
}

/** A group that Slack does not know has no members, so its lines grant nothing and ask for votes that nobody has. */
export function groupFindings(wanted: readonly string[], known: readonly string[]): Finding[] {
  const unknown = wanted.filter((handle) => !known.includes(handle.toLowerCase()));
  if (unknown.length === 0)
    return wanted.length === 0
      ? []
      : [{ about: 'groups', level: 'ok', seen: `Slack knows ${wanted.toSorted().join(', ')}` }];
  return unknown.map((handle) => {
    const meant = didYouMean(handle, known);
    return {
      about: 'groups',
      level: 'fail',
      seen: `${handle} of sluice.yaml is no user group in Slack, so nobody is in it`,
      mend: `make the group${meant === null ? '' : `, or write its name as it is: ${meant}`}`,
    };
  });
}

async function appToken(client: Client, token: string): Promise<Finding> {
  const about = 'slack socket';
  try {
    await asking('apps.connections.open', () => client.apps.connections.open({ token }));
    return { about, level: 'ok', seen: 'the app-level token opens Socket Mode' };
  } catch (error) {
    const mend = 'set SLACK_APP_TOKEN to an app-level token with connections:write (xapp-…), and turn Socket Mode on';
    return unreadable(about, error, mend);
  }
}

async function channelsOf(client: Client): Promise<Channel[]> {
  const found: Channel[] = [];
  let cursor = '';
  do {
    const page = await asking('conversations.list', () =>
      client.conversations.list({ types: 'public_channel,private_channel', limit: 1_000, cursor }),
    );
    for (const { name, is_member: isMember = false, is_archived: isArchived = false } of page.channels ?? [])
      if (name !== undefined) found.push({ name, isMember, isArchived });
    cursor = page.response_metadata?.next_cursor ?? '';
  } while (cursor !== '');
  return found;
}

/** What is refused is to be mended; what does not answer may answer later. */
function unreadable(about: string, error: unknown, mend: string): Finding {
  const isAway = error instanceof Retryable;
  return { about, level: 'fail', seen: messageOf(error), mend: isAway ? 'look at the network and try again' : mend };
}
