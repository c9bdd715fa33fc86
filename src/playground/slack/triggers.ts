import { randomBytes } from 'node:crypto';
import type { Clock } from '../../doors/time.ts';

const rememberedMs = 600_000;

/** Trigger ids: three seconds of Slack's time, one use, https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses. */
export type Triggers = ReturnType<typeof createTriggers>;

export function createTriggers(clock: Clock, speed = 1) {
  const lifeMs = 3_000 / speed;
  const triggers = new Map<string, { user: string; madeMs: number; used: boolean }>();
  return {
    create(user: string): string {
      for (const [id, { madeMs }] of triggers) {
        if (madeMs + rememberedMs >= clock.now()) break;
        triggers.delete(id);
      }
      const id = `${Math.floor(clock.now() / 1000)}.${randomBytes(5).readUInt32BE(0)}.${randomBytes(16).toString('hex')}`;
      triggers.set(id, { user, madeMs: clock.now(), used: false });
      return id;
    },
    /** The person behind the trigger, or Slack's word for why it opens nothing. */
    exchange(id: string): { readonly user: string } | { readonly error: string } {
      const trigger = triggers.get(id);
      if (trigger === undefined) return { error: 'invalid_trigger_id' };
      if (clock.now() - trigger.madeMs > lifeMs) return { error: 'expired_trigger_id' };
      if (trigger.used) return { error: 'exchanged_trigger_id' };
      trigger.used = true;
      return { user: trigger.user };
    },
  };
}
