import { createHash, randomUUID } from 'node:crypto';
import { key, onRedis, type Redis } from '../doors/redis.ts';

/** Slack repeats an event for up to 25 hours (hourly retries of delayed events). */
export const rememberedSeconds = 26 * 3_600;

/** Where a signature is remembered. */
export function signatureKey(signature: string): string {
  return key('signature', createHash('sha256').update(signature).digest('base64url').slice(0, 22));
}

/** Remembers signatures for all replicas; false for one that has come before. */
export function createReplays({ redis }: { readonly redis: Redis }) {
  return async (signature: string): Promise<boolean> => {
    const place = signatureKey(signature);
    const token = randomUUID();
    const answer = await onRedis(() => redis.set(place, token, 'EX', rememberedSeconds, 'NX'));
    // A command that was sent again after a lost connection finds its own token.
    return answer === 'OK' || (await onRedis(() => redis.get(place))) === token;
  };
}
