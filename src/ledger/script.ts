import { createHash } from 'node:crypto';
import { onRedis, type Redis, unavailable } from '../doors/redis.ts';

export interface ScriptCall {
  readonly keys: readonly string[];
  readonly values: readonly (string | number)[];
}

/**
 * Runs one Lua script for many calls in one round trip; throws Retryable while Redis cannot answer. `together`: nobody sees
 * one of them done and another not, whatever ends in between.
 */
export function createScript(
  redis: Redis,
  lua: string,
  { together = false }: { readonly together?: boolean } = {},
): (calls: readonly ScriptCall[]) => Promise<unknown[]> {
  const digest = createHash('sha1').update(lua).digest('hex');
  const send = async (calls: readonly ScriptCall[], whole: boolean) => {
    const pipeline = together ? redis.multi() : redis.pipeline();
    for (const { keys, values } of calls) {
      if (whole) pipeline.eval(lua, keys.length, ...keys, ...values);
      else pipeline.evalsha(digest, keys.length, ...keys, ...values);
    }
    return (await pipeline.exec()) ?? [];
  };
  return async (calls) => {
    if (calls.length === 0) return [];
    const answers = await onRedis(() => send(calls, false));
    // A Redis that was restarted has forgotten the script: those calls, and only those, are sent again in full.
    const forgotten = calls.flatMap((call, index) => (isForgotten(answers[index]?.[0]) ? [{ call, index }] : []));
    const repeated = await onRedis(async () =>
      forgotten.length === 0
        ? []
        : send(
            forgotten.map(({ call }) => call),
            true,
          ),
    );
    forgotten.forEach(({ index }, position) => {
      const answer = repeated[position];
      if (answer !== undefined) answers[index] = answer;
    });
    return calls.map((_, index) => {
      const [error, value] = answers[index] ?? [new Error('no answer'), null];
      if (error) throw unavailable(error);
      return value;
    });
  };
}

function isForgotten(error: Error | null | undefined): boolean {
  return error?.message.startsWith('NOSCRIPT') ?? false;
}
