import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { markDueLua } from '../doors/due.ts';
import { Retryable } from '../doors/errors.ts';
import type { Fence } from '../doors/lease.ts';
import { key, onRedis, type Redis, replicated } from '../doors/redis.ts';
import { type Clock, type Instant, instantOf } from '../doors/time.ts';
import type { Person } from '../vocabulary/person.ts';
import { type Posted, postedSchema } from '../vocabulary/release.ts';
import { createScript } from './script.ts';
import { createReader, type ReadRecords, recordKey, type Stored } from './stored.ts';

/** What happened, in the log; `text` is one line for the thread, foreign text in it raw. */
export interface Entry {
  readonly event: string;
  readonly by?: Person;
  readonly text?: string;
  /** Lines of a container, raw. */
  readonly quote?: string;
}

/** `moved`: somebody else was first, and `record` is what stands now. */
export type Moved<T> = { readonly kind: 'done'; readonly record: T } | { readonly kind: 'moved'; readonly record: T };

/** What one record's change does besides: index memberships, and what is due because of it. */
export type Effect =
  | { readonly kind: 'in' | 'out'; readonly key: string; readonly member: string }
  | { readonly kind: 'add'; readonly key: string; readonly member: string }
  | { readonly kind: 'field'; readonly key: string; readonly member: string; readonly value: string }
  /** Nothing is written where this key exists; it is kept for so many seconds, and holds `member`. */
  | { readonly kind: 'once'; readonly key: string; readonly member: string; readonly seconds: number }
  /** Nothing is written where this key does not hold `member`. */
  | { readonly kind: 'fence'; readonly key: string; readonly member: string }
  | { readonly kind: 'due'; readonly work: string }
  /** The oldest release of this index has its turn. */
  | { readonly kind: 'wake'; readonly key: string };

export interface Write {
  readonly subject: string;
  /** The revision that it starts from; 0 for a new record. */
  readonly from: number;
  readonly record: { readonly revision: number; readonly message?: unknown };
  readonly entry: Entry;
  readonly dirty: boolean;
  /** The record begins anew and gets a message of its own. */
  readonly newMessage?: boolean;
  readonly effects: readonly Effect[];
}

export type WriteOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'moved'; readonly stored: Stored }
  | { readonly kind: 'seen'; readonly member: string; readonly key: string };

// The transition: either all of it happens or nothing. A call that the client sends again after a lost connection is
// known by its token, so that it is answered `done` and not done twice.
const transitionScript = `${markDueLua}
local record, sequence, log, thread, dirty, due, marks = unpack(KEYS, 1, 7)
local revision, token, json, subject, line, at, now, isDirty, newMessage = unpack(ARGV, 1, 9)
local firstKey, firstEffect = 8, 10

for i = firstKey, #KEYS do
  local effect = firstEffect + (i - firstKey) * 3
  if ARGV[effect] == 'fence' and redis.call('GET', KEYS[i]) ~= ARGV[effect + 1] then return {'fenced'} end
  if ARGV[effect] == 'once' then
    local seen = redis.call('GET', KEYS[i])
    if seen then return {'seen', seen, KEYS[i]} end
  end
end

local stands = redis.call('HMGET', record, 'revision', 'token', 'json', 'message')
if (stands[1] or '0') ~= revision then
  if stands[2] == token then return {'done'} end
  return {'moved', stands[3] or '', stands[4] or ''}
end

local number = redis.call('INCR', sequence)
redis.call('HSET', record, 'revision', tostring(tonumber(revision) + 1), 'token', token, 'json', json)
if newMessage == '1' then redis.call('HDEL', record, 'message', 'cursor') end
local id = redis.call('XADD', log, '*', 'subject', subject, 'revision', tostring(tonumber(revision) + 1), 'line', line, 'record', json)
redis.call('RPUSH', thread, id .. ' ' .. line)
redis.call('LTRIM', thread, -1000, -1)
if isDirty == '1' then redis.call('ZADD', dirty, number, subject) end

for i = firstKey, #KEYS do
  local effect = firstEffect + (i - firstKey) * 3
  local kind, member, extra = ARGV[effect], ARGV[effect + 1], ARGV[effect + 2]
  if kind == 'in' then redis.call('ZADD', KEYS[i], 0, member)
  elseif kind == 'out' then redis.call('ZREM', KEYS[i], member)
  elseif kind == 'add' then redis.call('SADD', KEYS[i], member)
  elseif kind == 'field' then redis.call('HSET', KEYS[i], member, extra)
  elseif kind == 'once' then redis.call('SET', KEYS[i], member, 'EX', extra)
  elseif kind == 'due' then markDue(due, marks, sequence, member, now)
  elseif kind == 'wake' then
    local first = redis.call('ZRANGE', KEYS[i], 0, 0)
    if first[1] then markDue(due, marks, sequence, 'release/' .. first[1], now) end
  end
end
return {'done'}
`;

const answerSchema = z.union([
  z.tuple([z.literal('done')]),
  z.tuple([z.literal('fenced')]),
  z.tuple([z.literal('seen'), z.string(), z.string()]),
  z.tuple([z.literal('moved'), z.string(), z.string()]),
]);

function postedKey({ channel, ts }: Posted): string {
  return key('posted', channel, ts);
}

export interface Records {
  /** Writes each record by compare-and-set, together with its log line and effects; one round trip for all. */
  readonly write: (list: readonly Write[]) => Promise<WriteOutcome[]>;
  /** The same, and nobody ever finds some of them written and others not. */
  readonly writeTogether: (list: readonly Write[]) => Promise<WriteOutcome[]>;
  readonly read: ReadRecords;
  readonly notePosted: (subject: string, message: Posted) => Promise<void>;
  /** What a message shows; null where it is none of ours, or older than this memory. */
  readonly subjectOf: (message: Posted) => Promise<string | null>;
}

export interface RecordPorts {
  readonly redis: Redis;
  readonly clock: Clock;
  /** Where it is given, only who holds it writes; others reject as Retryable. */
  readonly fence?: Fence | undefined;
}

export function createRecords({ redis, clock, fence }: RecordPorts): Records {
  const script = createScript(redis, transitionScript);
  const scriptTogether = createScript(redis, transitionScript, { together: true });
  const writer = randomUUID();
  let count = 0;
  const writeBy = (run: typeof script) => async (list: readonly Write[]) => {
    const at = instantOf(clock.now());
    const calls = list.map((write) => {
      count += 1;
      return callOf(fence === undefined ? write : fenced(write, fence), {
        token: `${writer}-${count}`,
        at,
        nowMs: clock.now(),
      });
    });
    const outcomes = (await run(calls)).map((answer) => outcomeOf(answerSchema.parse(answer)));
    const [place] = calls.flatMap(({ keys }) => keys);
    if (place !== undefined) await onRedis(() => replicated(redis, place));
    return outcomes;
  };
  return {
    write: writeBy(script),
    writeTogether: writeBy(scriptTogether),
    read: createReader(redis),
    notePosted: async (subject, message) => {
      const posted = postedSchema.parse(message);
      await onRedis(() =>
        redis
          .multi()
          .hset(recordKey(subject), 'message', JSON.stringify(posted))
          .set(postedKey(posted), subject)
          .exec(),
      );
    },
    subjectOf: (message) => onRedis(() => redis.get(postedKey(message))),
  };
}

function fenced(write: Write, fence: Fence): Write {
  return { ...write, effects: [{ kind: 'fence', key: fence.key, member: fence.token() }, ...write.effects] };
}

function callOf(write: Write, made: { readonly token: string; readonly at: Instant; readonly nowMs: number }) {
  const { message: _, ...record } = write.record;
  const shared = [key('sequence'), key('log'), key('thread', write.subject), key('dirty'), key('due'), key('marks')];
  const effects = write.effects.map((effect) => ({ key: 'key' in effect ? effect.key : key('due'), effect }));
  return {
    keys: [recordKey(write.subject), ...shared, ...effects.map((each) => each.key)],
    values: [
      String(write.from),
      made.token,
      JSON.stringify(record),
      write.subject,
      JSON.stringify({ at: made.at, entry: write.entry }),
      made.at,
      made.nowMs,
      write.dirty ? '1' : '',
      write.newMessage === true ? '1' : '',
      ...effects.flatMap(({ effect }) => effectValues(effect)),
    ],
  };
}

function effectValues(effect: Effect): [string, string, string] {
  switch (effect.kind) {
    case 'in':
    case 'out':
    case 'add':
      return [effect.kind, effect.member, ''];
    case 'field':
      return ['field', effect.member, effect.value];
    case 'fence':
      return ['fence', effect.member, ''];
    case 'once':
      return ['once', effect.member, String(effect.seconds)];
    case 'due':
      return ['due', effect.work, ''];
    case 'wake':
      return ['wake', '', ''];
  }
}

function outcomeOf(answer: z.infer<typeof answerSchema>): WriteOutcome {
  switch (answer[0]) {
    case 'done':
      return { kind: 'done' };
    case 'fenced':
      throw new Retryable('another replica leads');
    case 'seen':
      return { kind: 'seen', member: answer[1], key: answer[2] };
    case 'moved':
      return { kind: 'moved', stored: { json: answer[1], message: answer[2] } };
  }
}
