import { key, onRedis, type Redis } from '../doors/redis.ts';

/** What is said once and never again. */
export function createSaid({ redis }: { readonly redis: Redis }) {
  return {
    /** True for whoever is first: it is theirs to say it. */
    sayOnce: async (what: string): Promise<boolean> =>
      (await onRedis(() => redis.set(key('said', what), '1', 'NX'))) === 'OK',
    /** It was not said after all. */
    unsay: async (what: string): Promise<void> => {
      await onRedis(() => redis.del(key('said', what)));
    },
  };
}
