import { z } from 'zod';
import { dueKeys, markDueLua } from '../doors/due.ts';
import { key, onRedis, type Redis } from '../doors/redis.ts';
import type { Clock } from '../doors/time.ts';
import { createScript } from './script.ts';

/** Something to look at, and the mark that says whether it was marked again meanwhile. */
export interface DueWork {
  readonly work: string;
  readonly mark: string;
}

const markDueScript = `${markDueLua}
markDue(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
return 1
`;

const settleScript = `
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] ~= '' then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) return 1 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
`;

const markDirtyScript = `
redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[2]), ARGV[1])
return 1
`;

const cleanScript = `
local mark = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not mark or tonumber(mark) ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
`;

const pairs = z.array(z.string()).transform((flat) => {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) list.push([flat[index] ?? '', flat[index + 1] ?? '']);
  return list;
});

/** What is due and what is dirty: both are settled only where nobody marked them again since they were read. */
export function createMarks({ redis, clock }: { readonly redis: Redis; readonly clock: Clock }) {
  const markDue = createScript(redis, markDueScript);
  const settle = createScript(redis, settleScript);
  const markDirty = createScript(redis, markDirtyScript);
  const clean = createScript(redis, cleanScript);
  return {
    /** At most 1,000 works whose time has come, the longest due first. */
    due: async (nowMs: number): Promise<DueWork[]> => {
      const works = await onRedis(() => redis.zrangebyscore(key('due'), '-inf', nowMs, 'LIMIT', 0, 1_000));
      if (works.length === 0) return [];
      const marks = await onRedis(() => redis.hmget(key('marks'), ...works));
      return works.flatMap((work, index) => {
        const mark = marks[index];
        return typeof mark === 'string' ? [{ work, mark }] : [];
      });
    },
    /** The mark of one work, due now or later; null where there is nothing to do. */
    markOf: (work: string): Promise<string | null> => onRedis(() => redis.hget(key('marks'), work)),
    /** An earlier time stays. */
    markDue: async (work: string, atMs?: number): Promise<void> => {
      await markDue([{ keys: dueKeys, values: [work, atMs ?? clock.now()] }]);
    },
    markAllDue: async (works: readonly string[]): Promise<void> => {
      const nowMs = clock.now();
      await markDue(works.map((work) => ({ keys: dueKeys, values: [work, nowMs] })));
    },
    /** False where it was marked again since; with `againAtMs` it is put off instead of settled. */
    settle: async (work: string, mark: string, againAtMs?: number): Promise<boolean> => {
      const [answer] = await settle([{ keys: dueKeys, values: [work, mark, againAtMs ?? ''] }]);
      return answer === 1;
    },
    /** Subjects whose message is behind their record, the longest waiting first. */
    dirty: async (limit: number): Promise<{ subject: string; mark: string }[]> => {
      const flat = await onRedis(() => redis.zrange(key('dirty'), '0', String(Math.max(0, limit - 1)), 'WITHSCORES'));
      return pairs.parse(flat).map(([subject, mark]) => ({ subject, mark }));
    },
    messagesWaiting: (): Promise<number> => onRedis(() => redis.zcard(key('dirty'))),
    clean: async (subject: string, mark: string): Promise<boolean> => {
      const [answer] = await clean([{ keys: [key('dirty')], values: [subject, mark] }]);
      return answer === 1;
    },
    markDirty: async (subject: string): Promise<void> => {
      await markDirty([{ keys: [key('dirty'), key('sequence')], values: [subject] }]);
    },
  };
}
