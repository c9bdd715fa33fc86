import { Retryable } from '../doors/errors.ts';
import type { Clock } from '../doors/time.ts';
import { type Person, slackIdSchema, type UserId } from '../vocabulary/person.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { asking } from './slack/slack-errors.ts';

/** Rights may not outlive this: group membership at most so old, and never older than an event that changed it. */
const freshMs = 60_000;
const keptLimit = 10_000;
const rereads = 5;

interface Kept<T> {
  readonly value: Promise<T>;
  readonly atMs: number;
}

interface Known {
  readonly person: Person;
  readonly timeZone: string;
}

/** Slack tells an event to one replica only. */
export interface DirectoryBell {
  readonly ring: () => Promise<void>;
  /** Another text after each ring, of whichever replica. */
  readonly rings: () => Promise<string>;
}
const alone: DirectoryBell = { ring: async () => {}, rings: async () => '' };

/** Who is who: people and user groups as Slack knows them now. Throws Retryable while Slack cannot tell. */
export function createDirectory(
  { client, team }: Pick<SlackApp, 'client' | 'team'>,
  steady: Clock,
  bell: DirectoryBell = alone,
) {
  const people = new Map<string, Kept<Known | null>>();
  const byEmail = new Map<string, Kept<UserId | null>>();
  const members = new Map<string, Kept<readonly UserId[]>>();
  const groups = new Map<'all', Kept<ReadonlyMap<string, string>>>();

  /** How many events have said that something changed. */
  let changes = 0;

  const forgetAll = () => {
    members.clear();
    groups.clear();
    people.clear();
  };
  /** Null where it could not be heard. */
  let heard: string | null | undefined;
  /** Forgets where another replica was told of a change, and where that cannot be known: what is asked from then on is new. */
  const hear = async (): Promise<void> => {
    const rings = await bell.rings().catch(() => null);
    const before = heard;
    heard = rings;
    if (rings !== null && (before === undefined || rings === before)) return;
    forgetAll();
    if (rings !== null) changes += 1;
  };

  /** Reads until nothing changed meanwhile: an answer that was on its way at an event may be older than that. */
  const settled = async <T>(read: () => Promise<T>): Promise<T> => {
    for (let round = 0; round < rereads; round += 1) {
      await hear();
      const before = changes;
      const value = await read();
      if (changes === before) return value;
    }
    throw new Retryable('people and groups change faster than they can be read');
  };

  /** The age counts from before the question, so that an answer is never older than it seems. */
  const keep = <K, T>(cache: Map<K, Kept<T>>, id: K, read: () => Promise<T>): Promise<T> => {
    const known = cache.get(id);
    if (known !== undefined && steady.now() - known.atMs < freshMs) return known.value;
    const kept = { value: read(), atMs: steady.now() };
    if (cache.size >= keptLimit) cache.clear();
    cache.set(id, kept);
    kept.value.catch(() => {
      if (cache.get(id) === kept) cache.delete(id);
    });
    return kept.value;
  };

  const readPerson = async (user: string): Promise<Known | null> => {
    const own = team();
    // After a start others are asked about before Slack has said whose workspace this is; a member is no stranger then.
    if (own === null) throw new Retryable('Slack has not said yet which workspace this is');
    const found = await asking('users.info', () => client.users.info({ user })).then(
      (answer) => answer.user,
      (error: unknown) => {
        if (error instanceof Error && (error.cause === 'user_not_found' || error.cause === 'user_not_visible')) return;
        throw readable(error);
      },
    );
    if (found === undefined || found.deleted || found.is_bot || found.is_stranger) return null;
    if (found.is_restricted || found.is_ultra_restricted) return null;
    const teams = [found.team_id, ...(found.enterprise_user?.teams ?? [])].filter((each) => each !== undefined);
    if (teams.length > 0 && !teams.includes(own)) return null;
    const id = slackIdSchema.safeParse(found.id);
    if (!id.success) return null;
    // The name that auditors read in a commit; in Slack people are mentioned.
    const name = found.real_name || found.profile?.display_name || found.name || user;
    const email = found.profile?.email;
    return {
      person: { user: id.data, name, ...(email === undefined ? {} : { email }) },
      timeZone: found.tz ?? 'UTC',
    };
  };

  const groupIds = () =>
    keep(groups, 'all', async () => {
      const { usergroups = [] } = await reading('usergroups.list', () => client.usergroups.list());
      return new Map(
        usergroups.flatMap(({ handle, id }) =>
          handle === undefined || id === undefined ? [] : [[handle.toLowerCase(), id] as const],
        ),
      );
    });
  const idOf = async (handle: string) => (await groupIds()).get(handle.replace(/^@/, '').toLowerCase());

  const readMembers = async (handle: string): Promise<readonly UserId[]> => {
    const id = await idOf(handle);
    if (id === undefined) return [];
    return keep(members, id, async () => {
      const ask = () => client.usergroups.users.list({ usergroup: id });
      const answer = await reading('usergroups.users.list', ask);
      return (answer.users ?? []).flatMap((user) => {
        const parsed = slackIdSchema.safeParse(user);
        return parsed.success ? [parsed.data] : [];
      });
    });
  };

  return {
    /** The person behind a user id; null for bots, guests, deactivated people and strangers of shared channels: they are nobody. */
    person: async (user: string): Promise<Person | null> => {
      const known = await settled(() => keep(people, user, () => readPerson(user)));
      return known?.person ?? null;
    },
    /** The member with this address; null where Slack knows nobody by it, or does not tell. */
    userByEmail: async (email: string): Promise<UserId | null> =>
      keep(byEmail, email.toLowerCase(), async () => {
        try {
          const { user } = await asking('users.lookupByEmail', () => client.users.lookupByEmail({ email }));
          const known = user?.id === undefined ? null : await keep(people, user.id, () => readPerson(user.id ?? ''));
          return known?.person.user ?? null;
        } catch (error) {
          if (error instanceof Retryable) throw error;
          return null;
        }
      }),
    /** Where their clock stands; UTC where Slack does not say. */
    timeZoneOf: async (user: string): Promise<string> =>
      (await keep(people, user, () => readPerson(user)))?.timeZone ?? 'UTC',
    /** Members of `@handle`; empty for a group that does not exist. */
    membersOf: async (handle: string): Promise<UserId[]> => [...(await settled(() => readMembers(handle)))],
    /** `<!subteam^S…>` for a handle, so that the group is notified; the bare handle where the group is not known. */
    mentionOf: async (handle: string): Promise<string> => {
      const id = await idOf(handle).catch(() => undefined);
      return id === undefined ? handle : `<!subteam^${id}>`;
    },
    /** An event said that a group or a person has changed. */
    forget: async (): Promise<void> => {
      changes += 1;
      forgetAll();
      await bell.ring();
    },
  };
}
export type Directory = ReturnType<typeof createDirectory>;

/** Nobody may be taken for somebody because the directory was refused: whatever went wrong is told as "not now". */
function readable(error: unknown): Retryable {
  return error instanceof Retryable ? error : new Retryable(error instanceof Error ? error.message : String(error));
}

async function reading<T>(method: string, call: () => Promise<T>): Promise<T> {
  try {
    return await asking(method, call);
  } catch (error) {
    throw readable(error);
  }
}
