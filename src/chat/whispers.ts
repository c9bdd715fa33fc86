import type { Clock } from '../doors/time.ts';
import type { Request } from '../vocabulary/release.ts';
import type { MessageBody } from '../words/blocks.ts';
import type { SlackApp } from './slack/slack-app.ts';
import type { Sent } from './slack/slack-errors.ts';

/** A response_url takes 5 posts within 30 minutes (Slack, interactivity); it is a secret, so it lives in this process only. */
const lifetimeMs = 28 * 60_000;
const postsEach = 4;

interface Remembered {
  readonly speak: (body: MessageBody) => Promise<void>;
  readonly untilMs: number;
  left: number;
}

export type Whispers = ReturnType<typeof createWhispers>;

/** Private answers: where the command was typed if that is still possible, else an ephemeral message, else a direct one. */
export function createWhispers(slack: Pick<SlackApp, 'ephemeral' | 'post'>, clock: Clock) {
  const remembered = new Map<string, Remembered>();
  const forgetOld = () => {
    const nowMs = clock.now();
    for (const [id, { untilMs }] of remembered) {
      // What follows was remembered later.
      if (untilMs >= nowMs) return;
      remembered.delete(id);
    }
  };
  return {
    /** Keeps the way back to the person who asked for a release. */
    remember: (id: string, speak: (body: MessageBody) => Promise<void>): void => {
      forgetOld();
      if (!remembered.has(id)) remembered.set(id, { speak, untilMs: clock.now() + lifetimeMs, left: postsEach });
    },
    whisper: async (asked: Request['asked'], user: string, body: MessageBody, key?: string): Promise<Sent> => {
      const way = key === undefined ? undefined : remembered.get(key);
      if (way !== undefined && way.untilMs > clock.now() && way.left > 0) {
        way.left -= 1;
        try {
          await way.speak(body);
          return { kind: 'sent', ts: '', channel: asked.channel };
        } catch {
          remembered.delete(key ?? '');
        }
      }
      const shown = await slack.ephemeral(asked.channel, user, body, asked.thread);
      // Not in the channel, or it is a direct message of others: theirs with the app is always there.
      return shown.kind === 'impossible' ? slack.post(user, body) : shown;
    },
  };
}
