import { Retryable } from '../doors/errors.ts';
import type { Clock } from '../doors/time.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { asking } from './slack/slack-errors.ts';

const freshMs = 60_000;
const keptLimit = 1_000;
/** Slack gives a thousand members at once (conversations.members); a channel of more pages is not read to its end. */
const pageSize = 1_000;
const pagesLimit = 10;

/**
 * Whether somebody is in a channel, by its id, as Slack knew it within the last minute: a mention reaches nobody else.
 * False where Slack does not tell (no right to read the channel, too many members); throws Retryable while it cannot.
 */
export function createMembership({ client }: Pick<SlackApp, 'client'>, steady: Clock) {
  const kept = new Map<string, { readonly members: Promise<ReadonlySet<string>>; readonly atMs: number }>();

  const read = async (channel: string): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    let cursor = '';
    for (let page = 0; page < pagesLimit; page += 1) {
      const { members = [], response_metadata: more } = await asking('conversations.members', () =>
        client.conversations.members({ channel, limit: pageSize, cursor }),
      );
      for (const member of members) found.add(member);
      cursor = more?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return found;
  };

  return async (channel: string, user: string): Promise<boolean> => {
    const known = kept.get(channel);
    const isFresh = known !== undefined && steady.now() - known.atMs < freshMs;
    const members = isFresh ? known.members : read(channel);
    if (!isFresh) {
      if (kept.size >= keptLimit) kept.clear();
      kept.set(channel, { members, atMs: steady.now() });
      members.catch(() => kept.delete(channel));
    }
    try {
      return (await members).has(user);
    } catch (error) {
      if (error instanceof Retryable) throw error;
      return false;
    }
  };
}
