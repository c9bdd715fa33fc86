import { key } from './redis.ts';

/** What is due and since when, the mark of each, and the number that the last mark had: in this order the arguments of `markDue`. */
export const dueKeys: readonly string[] = [key('due'), key('marks'), key('sequence')];

/** To look at an artifact that is new. */
export function artifactWork(service: string, version: string): string {
  return `artifact/${service}/${version}`;
}

/**
 * A Lua function for scripts that leave something to do behind, in the same step as what it is to be done for: an earlier
 * time stays, and a new mark says that it was marked again.
 */
export const markDueLua = `
local function markDue(due, marks, sequence, work, at)
  local known = redis.call('ZSCORE', due, work)
  if not known or tonumber(known) > tonumber(at) then redis.call('ZADD', due, at, work) end
  redis.call('HSET', marks, work, tostring(redis.call('INCR', sequence)))
end
`;
