import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { pause } from '../doors/time.ts';
import type { ListenerPorts } from './guarded.ts';
import { introduction } from './handlers/hello.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { asking } from './slack/slack-errors.ts';

const joinedSchema = z.object({ user: z.string(), channel: z.string() });
const triesLimit = 3;

/** What the app says where it is invited: once in each channel, however often it is asked in again. */
export function listenToJoins({ app, client, post }: Pick<SlackApp, 'app' | 'client' | 'post'>, ports: ListenerPorts) {
  app.event('member_joined_channel', async ({ event, context }) => {
    const { user, channel } = joinedSchema.parse(event);
    if (user !== context.botUserId) return;
    const name = `hello/${channel}`;
    if (!(await ports.sayOnce(name))) return;
    for (let tries = 0; tries < triesLimit; tries += 1) {
      const sent = await post(
        channel,
        introduction(ports, { id: channel, name: await nameOf(client, ports, channel) }),
      );
      if (sent.kind === 'sent') return;
      ports.log.warn({ channel, because: sent.because }, 'a channel could not be greeted');
      if (sent.kind === 'impossible') return;
      await pause(sent.afterMs);
    }
    await ports.unsay(name);
  });
}

/** Without its name a channel is taken for one that no environment has. */
async function nameOf(client: SlackApp['client'], ports: ListenerPorts, channel: string): Promise<string> {
  try {
    const { channel: found } = await asking('conversations.info', () => client.conversations.info({ channel }));
    return found?.name ?? '';
  } catch (error) {
    ports.log.warn({ channel, err: messageOf(error) }, 'a channel does not tell its name');
    return '';
  }
}
