import { key, onRedis, type Redis } from './redis.ts';

/** What one replica hears and all have to know: each counts how often it rang. */
export type Bell = 'groups' | 'pushed';

export type Bells = ReturnType<typeof createBells>;

export function createBells(redis: Redis) {
  return {
    ring: async (bell: Bell): Promise<void> => void (await onRedis(() => redis.incr(key('bell', bell)))),
    /** Another text after each ring. */
    rings: async (bell: Bell): Promise<string> => (await onRedis(() => redis.get(key('bell', bell)))) ?? '0',
  };
}
