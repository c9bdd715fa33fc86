import { createHash } from 'node:crypto';
import { messageOf, Retryable } from '../errors.ts';
import type { Redis } from '../redis.ts';

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

const lostConnection =
  /writeable|Connection is closed|ECONN|ETIMEDOUT|EPIPE|ENOENT|max retries|isn't ready|startup nodes|slots cache|Cluster redirections|sentinels are unreachable/i;

/** What Redis said, in words that may be shown to people. */
export function unavailable(error: unknown): Retryable {
  const said = messageOf(error);
  const words = lostConnection.test(said)
    ? 'Redis cannot be reached'
    : `Redis did not take a command: ${said}. It is tried again when Redis is back.`;
  return new Retryable(words, { cause: error });
}

/** Runs commands; whatever Redis or the connection throws becomes Retryable. */
export async function onRedis<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Retryable ? error : unavailable(error);
  }
}
