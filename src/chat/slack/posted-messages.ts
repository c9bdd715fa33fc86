import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Posted } from '../../vocabulary/release.ts';
import { asking } from './slack-errors.ts';

/** What the metadata of a message of ours says that it shows. */
export interface PostedAs {
  readonly type: string;
  readonly id: string;
}

const metadataSchema = z.object({ event_type: z.string(), event_payload: z.object({ id: z.string() }) });

/** Finds messages of ours again by what their metadata says; asks for history only when it is called. */
export function createPostedMessages(client: webApi.WebClient) {
  /** `#releases`, or a person's id, as the id of the conversation, which history wants. */
  const channelId = async (channel: string): Promise<string | null> => {
    if (/^[UW]/.test(channel)) return (await client.conversations.open({ users: channel })).channel?.id ?? null;
    if (!channel.startsWith('#')) return channel;
    let cursor = '';
    do {
      const { channels = [], response_metadata: more } = await client.conversations.list({
        types: 'public_channel,private_channel',
        exclude_archived: true,
        limit: 500,
        cursor,
      });
      const found = channels.find(({ name }) => `#${name}` === channel);
      if (found?.id !== undefined) return found.id;
      cursor = more?.next_cursor ?? '';
    } while (cursor !== '');
    return null;
  };

  return {
    /**
     * The message with this id in its metadata, among the last two hundred of a channel or of what a person was told
     * privately; null where there is none.
     * Throws Retryable where Slack may tell later, and an Error where it never will (no history scope, not in the channel).
     */
    findPosted: async (channel: string, eventType: string, id: string): Promise<Posted | null> => {
      const where = await asking('conversations.list or open', () => channelId(channel));
      if (where === null) return null;
      const { messages = [] } = await asking('conversations.history', () =>
        client.conversations.history({ channel: where, limit: 200, include_all_metadata: true }),
      );
      const found = messages.find(({ metadata }) => {
        const read = metadataSchema.safeParse(metadata).data;
        return read?.event_type === eventType && read.event_payload.id === id;
      });
      return found?.ts === undefined ? null : { channel: where, ts: found.ts };
    },
    /** What a message shows, by its own metadata; null where it is gone, or was not posted by this bot. Throws as `findPosted` does. */
    postedAs: async ({ channel, ts }: Posted, botId: string | undefined): Promise<PostedAs | null> => {
      const { messages = [] } = await asking('conversations.replies', () =>
        client.conversations.replies({ channel, ts, limit: 1, include_all_metadata: true }),
      );
      const found = messages.find(
        (message) => message.ts === ts && message.bot_id !== undefined && message.bot_id === botId,
      );
      const read = metadataSchema.safeParse(found?.metadata);
      return read.success ? { type: read.data.event_type, id: read.data.event_payload.id } : null;
    },
  };
}
