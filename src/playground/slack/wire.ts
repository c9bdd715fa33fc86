import { type Channel, type Company, type Group, slackbot, teamUrlOf, type User } from './company.ts';
import type { JsonObject, Message } from './message.ts';
import type { Store } from './store.ts';
import { wireFile } from './wire-file.ts';

// The shapes of https://docs.slack.dev/reference/objects as apps get them.

export interface Wire {
  readonly company: Company;
  readonly store: Store;
}

/** A message; of a root also how its thread goes on. Metadata only where it was asked for. */
export function wireMessage(message: Message, { company, store }: Wire, withMetadata = false): JsonObject {
  const {
    ts,
    user,
    bot,
    username,
    text,
    blocks,
    attachments,
    metadata,
    thread_ts,
    broadcast,
    edited,
    reactions,
    files,
    inviter,
  } = message;
  const answers = thread_ts === undefined ? store.answers(message.channel, ts) : [];
  const team = company.team.id;
  return {
    type: 'message',
    ...(broadcast === true ? { subtype: 'thread_broadcast' } : {}),
    ...(inviter === undefined ? {} : { subtype: 'channel_join', inviter }),
    ...(files === undefined
      ? {}
      : { subtype: 'file_share', files: files.map((file) => wireFile(file, teamUrlOf(company))) }),
    ...(username === undefined ? {} : { username }),
    user,
    ts,
    ...(bot ? { bot_id: company.app.botId, app_id: company.app.id, bot_profile: botProfile(company) } : {}),
    text,
    team,
    ...(blocks === undefined ? {} : { blocks }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(withMetadata && metadata !== undefined ? { metadata } : {}),
    ...(edited === undefined ? {} : { edited: { user: bot ? company.app.botId : user, ts: edited } }),
    ...(reactions === undefined ? {} : { reactions: wireReactions(reactions) }),
    ...(thread_ts === undefined ? {} : { thread_ts, parent_user_id: store.find(message.channel, thread_ts)?.user }),
    ...(answers.length === 0 ? {} : thread(ts, answers)),
  };
}

function thread(ts: string, answers: readonly Message[]): JsonObject {
  const users = [...new Set(answers.map(({ user }) => user))];
  return {
    thread_ts: ts,
    reply_count: answers.length,
    reply_users_count: users.length,
    latest_reply: answers.at(-1)?.ts,
    reply_users: users,
    is_locked: false,
    subscribed: false,
  };
}

const wireReactions = (reactions: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(reactions).map(([name, users]) => ({ name, users, count: users.length }));

export function botProfile({ app, team, bot }: Company): JsonObject {
  return {
    id: app.botId,
    app_id: app.id,
    user_id: bot.id,
    name: app.name,
    icons: {},
    deleted: false,
    updated: 0,
    team_id: team.id,
  };
}

export function wireChannel(channel: Channel, company: Company): JsonObject {
  const { id, name, topic, kind, members } = channel;
  const common = {
    id,
    created: 0,
    is_archived: false,
    is_org_shared: false,
    context_team_id: company.team.id,
    updated: 0,
  };
  if (kind === 'im')
    return {
      ...common,
      is_im: true,
      is_user_deleted: false,
      user: [...members].find((user) => user !== company.bot.id),
      priority: 0,
    };
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: kind === 'private',
    is_general: name === 'general',
    is_shared: false,
    is_ext_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    shared_team_ids: [company.team.id],
    unlinked: 0,
    parent_conversation: null,
    creator: slackbot,
    is_member: members.has(company.bot.id),
    topic: { value: topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
    num_members: [...members].filter((user) => company.user(user)?.is_bot === false).length,
  };
}

export function wireUser(user: User, company: Company, withEmail: boolean): JsonObject {
  const [first = '', ...rest] = user.real_name.split(' ');
  return {
    id: user.id,
    team_id: company.team.id,
    name: user.name,
    deleted: user.deleted,
    ...(user.deleted
      ? {}
      : {
          color: user.color.replace('#', ''),
          real_name: user.real_name,
          tz: 'Europe/Copenhagen',
          tz_label: 'Central European Time',
          tz_offset: 3600,
        }),
    profile: {
      title: user.title,
      real_name: user.real_name,
      real_name_normalized: user.real_name,
      display_name: user.name,
      display_name_normalized: user.name,
      first_name: first,
      last_name: rest.join(' '),
      status_text: '',
      status_emoji: '',
      team: company.team.id,
      ...(withEmail && user.email !== undefined ? { email: user.email } : {}),
      ...(user.id === company.bot.id ? { api_app_id: company.app.id, bot_id: company.app.botId } : {}),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.is_restricted,
    is_ultra_restricted: false,
    is_bot: user.is_bot,
    is_app_user: false,
    updated: 0,
  };
}

export function wireGroup(group: Group, company: Company, withUsers: boolean): JsonObject {
  return {
    id: group.id,
    team_id: company.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    date_create: 0,
    date_update: 0,
    date_delete: 0,
    auto_type: null,
    created_by: slackbot,
    updated_by: slackbot,
    deleted_by: null,
    prefs: { channels: [], groups: [] },
    user_count: group.users.length,
    ...(withUsers ? { users: group.users } : {}),
  };
}
