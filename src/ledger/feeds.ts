import { key, onRedis, type Redis } from '../doors/redis.ts';

/** Long enough for the late failure of a release, short enough that nothing grows without end. */
const toldSeconds = 90 * 86_400;

/** How far each reader of the log outside of Slack has come, and what it was told last of each subject. */
export function createFeeds({ redis }: { readonly redis: Redis }) {
  const cursorKey = (name: string) => key('feed', name);
  const toldKey = (name: string, subject: string) => key('feed', name, subject);
  return {
    /** Where a reader goes on: a new one at the present end of the log, so that it is not told the past. */
    feedCursor: async (name: string): Promise<string> => {
      const known = await onRedis(() => redis.get(cursorKey(name)));
      if (known !== null) return known;
      const [last] = await onRedis(() => redis.xrevrange(key('log'), '+', '-', 'COUNT', 1));
      const end = last?.[0] ?? '0-0';
      await onRedis(() => redis.set(cursorKey(name), end, 'NX'));
      return end;
    },
    setFeedCursor: async (name: string, cursor: string): Promise<void> => {
      await onRedis(() => redis.set(cursorKey(name), cursor));
    },
    feedTold: (name: string, subject: string): Promise<string | null> =>
      onRedis(() => redis.get(toldKey(name, subject))),
    setFeedTold: async (name: string, subject: string, told: string): Promise<void> => {
      await onRedis(() => redis.set(toldKey(name, subject), told, 'EX', toldSeconds));
    },
    /** One replica reads for all: true where `owner` has the turn for so long from now on, or has it still. */
    holdFeed: async (name: string, owner: string, forMs: number): Promise<boolean> => {
      const lock = key('feed-owner', name);
      if ((await onRedis(() => redis.set(lock, owner, 'PX', forMs, 'NX'))) === 'OK') return true;
      if ((await onRedis(() => redis.get(lock))) !== owner) return false;
      await onRedis(() => redis.pexpire(lock, forMs));
      return true;
    },
    /** Lets another replica go on at once. */
    leaveFeed: async (name: string, owner: string): Promise<void> => {
      const lock = key('feed-owner', name);
      if ((await onRedis(() => redis.get(lock))) === owner) await onRedis(() => redis.del(lock));
    },
  };
}
