import { Retryable } from '../doors/errors.ts';
import { onRedis } from '../doors/redis.ts';
import { epochMsOf, type Instant, instantOf } from '../doors/time.ts';
import type { HealthyTime } from '../vocabulary/proven.ts';
import { healthyKey, healthyTimeKey } from './indexes.ts';
import type { RecordPorts } from './record.ts';
import { createScript } from './script.ts';

/** What a cluster shows of a version, as far as its healthy time is concerned. */
export interface HealthSeen {
  readonly service: string;
  readonly environment: string;
  readonly cluster: string;
  readonly version: string;
  readonly digest?: string | undefined;
  /** `failed` begins the time anew; `unsure` (on its way, or not seen) only stops it. */
  readonly health: 'healthy' | 'unsure' | 'failed';
  /** Since when. */
  readonly at: Instant;
}

// A value is `milliseconds;since`: what earlier times sum up to, and since when it counts now (empty: it does not).
// Numbers are written by %.0f: %d of the in-process Redis has 32 bits.
// `@cluster` names the version that the cluster should run; the one before it stops counting.
const seeScript = `
if KEYS[3] and redis.call('GET', KEYS[3]) ~= ARGV[7] then return 'fenced' end
local at, now = tonumber(ARGV[4]), tonumber(ARGV[5])
local function split(value)
  local ms, since = string.match(value or '0;', '^(%d+);(%d*)$')
  return tonumber(ms or '0'), tonumber(since or '')
end
local function stop(field)
  local value = redis.call('HGET', KEYS[1], field)
  local ms, since = split(value)
  if value and since then redis.call('HSET', KEYS[1], field, string.format('%.0f;', ms + math.max(0, now - since))) end
end
local running = redis.call('HGET', KEYS[1], '@' .. ARGV[2])
if ARGV[3] == 'restart' then
  if not running then return 0 end
  local value = redis.call('HGET', KEYS[1], running)
  if not value then return 0 end
  local _, since = split(value)
  redis.call('HSET', KEYS[1], running, since and string.format('0;%.0f', now) or '0;')
  return 1
end
if running and running ~= ARGV[1] then stop(running) end
redis.call('HSET', KEYS[1], '@' .. ARGV[2], ARGV[1])
local value = redis.call('HGET', KEYS[1], ARGV[1])
local first = redis.call('HGET', KEYS[2], ARGV[1])
if ARGV[3] == 'healthy' then
  local ms, since = split(value)
  if not value then redis.call('HSET', KEYS[1], ARGV[1], string.format('0;%.0f', math.min(at, tonumber(ARGV[6]))))
  elseif not since then redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f;%.0f', ms, now)) end
elseif ARGV[3] == 'failed' then
  if value or first then redis.call('HSET', KEYS[1], ARGV[1], '0;') end
elseif value then stop(ARGV[1])
elseif first then redis.call('HSET', KEYS[1], ARGV[1], '0;') end
return 1
`;

/**
 * How long a version has been healthy where, without trouble in between: what `soak` rests on. A version that was seen
 * healthy before this was kept counts from that first sighting, as nothing is known against it.
 */
export function createHealthyTime({ redis, clock, fence }: RecordPorts) {
  const see = createScript(redis, seeScript);
  const run = async (seen: Omit<HealthSeen, 'health' | 'at'>, kind: string, atMs: number) => {
    const { service, environment, cluster, version, digest } = seen;
    const field = `${version} ${digest ?? '-'} ${cluster}`;
    const first = await onRedis(() => redis.hget(healthyKey(service, environment), field));
    const keys = [healthyTimeKey(service, environment), healthyKey(service, environment)];
    const guard = fence === undefined ? [] : [fence];
    const firstMs = first === null ? atMs : epochMsOf(first);
    const [done] = await see([
      {
        keys: [...keys, ...guard.map((each) => each.key)],
        values: [field, cluster, kind, atMs, clock.now(), firstMs, ...guard.map((each) => each.token())],
      },
    ]);
    if (done === 'fenced') throw new Retryable('another replica leads');
  };
  return {
    recordHealth: (seen: HealthSeen): Promise<void> => run(seen, seen.health, epochMsOf(seen.at)),
    /** Trouble with what a cluster runs, such as a drift that has ended: its time begins anew. */
    restartHealthyTime: (where: Pick<HealthSeen, 'service' | 'environment' | 'cluster'>): Promise<void> =>
      run({ ...where, version: '-' }, 'restart', clock.now()),
    healthyTimes: async (service: string, environment: string): Promise<HealthyTime[]> => {
      const all = await onRedis(() => redis.hgetall(healthyTimeKey(service, environment)));
      return Object.entries(all).flatMap(([field, value]) => {
        const [version = '', digest = '-', cluster = ''] = field.split(' ');
        const [, ms, since] = /^(\d+);(\d*)$/.exec(value) ?? [];
        if (ms === undefined || cluster === '') return [];
        return [
          {
            version,
            cluster,
            ms: Number(ms),
            isRunning: all[`@${cluster}`] === field,
            ...(digest === '-' ? {} : { digest }),
            ...(since === undefined || since === '' ? {} : { since: instantOf(Number(since)) }),
          },
        ];
      });
    },
  };
}
