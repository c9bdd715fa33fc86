import { createHash, randomUUID } from 'node:crypto';
import { key, type Redis } from '../redis.ts';
import { rememberedSeconds } from './accept.ts';
import { onRedis } from './script.ts';

/** Remembers signatures for all replicas; false for one that has come before. */
export function createReplays({ redis }: { readonly redis: Redis }) {
  return async (signature: string): Promise<boolean> => {
    const id = createHash('sha256').update(signature).digest('base64url').slice(0, 22);
    const place = key('signature', id);
    const token = randomUUID();
    const answer = await onRedis(() => redis.set(place, token, 'EX', rememberedSeconds, 'NX'));
    // A command that was sent again after a lost connection finds its own token.
    return answer === 'OK' || (await onRedis(() => redis.get(place))) === token;
  };
}
