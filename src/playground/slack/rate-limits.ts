import type { Clock } from '../../doors/time.ts';

interface Limit {
  /** Calls at once. */
  readonly burst: number;
  readonly perSecond: number;
}

// https://docs.slack.dev/apis/web-api/rate-limits: one message a second and channel with short bursts, the rest by tiers a minute.
const posting: Limit = { burst: 5, perSecond: 1 };
const tier = (perMinute: number): Limit => ({ burst: perMinute, perSecond: perMinute / 60 });
const limits: Readonly<Record<string, Limit>> = {
  'chat.postMessage': posting,
  'chat.postEphemeral': tier(100),
  'chat.update': tier(50),
  'chat.delete': tier(50),
  'apps.connections.open': tier(20),
  'conversations.history': tier(50),
  'conversations.replies': tier(50),
  'conversations.list': tier(20),
  'conversations.info': tier(50),
  'conversations.members': tier(100),
  'conversations.open': tier(50),
  'files.getUploadURLExternal': tier(100),
  'files.completeUploadExternal': tier(100),
  'reactions.add': tier(50),
  'usergroups.list': tier(20),
  'usergroups.users.list': tier(20),
  'users.info': tier(100),
  'users.list': tier(20),
  'users.lookupByEmail': tier(50),
  'views.open': tier(100),
  'views.push': tier(100),
  'views.update': tier(100),
  'views.publish': tier(100),
};

/** One bucket for each method, and for each channel where messages are posted. */
export type RateLimits = ReturnType<typeof createRateLimits>;

export function createRateLimits(clock: Clock, enforced: boolean) {
  const buckets = new Map<string, { left: number; atMs: number }>();
  let on = enforced;
  return {
    /** Seconds to wait, as Retry-After says it, or 0 where the call may go on. */
    take(method: string, channel: string): number {
      const limit = Object.hasOwn(limits, method) ? limits[method] : undefined;
      if (!on || limit === undefined) return 0;
      const name = limit === posting ? `${method} ${channel}` : method;
      const bucket = buckets.get(name) ?? { left: limit.burst, atMs: clock.now() };
      const left = Math.min(limit.burst, bucket.left + ((clock.now() - bucket.atMs) / 1000) * limit.perSecond);
      const taken = left >= 1;
      buckets.set(name, { left: taken ? left - 1 : left, atMs: clock.now() });
      return taken ? 0 : Math.max(1, Math.ceil((1 - left) / limit.perSecond));
    },
    enforce(enforce: boolean): void {
      on = enforce;
      buckets.clear();
    },
  };
}
