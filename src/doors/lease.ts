import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { messageOf } from './errors.ts';
import { key, type Redis } from './redis.ts';
import type { Log } from './telemetry.ts';
import { type Clock, pause } from './time.ts';

/** A key of Redis that holds this token as long as its owner may write. */
export interface Fence {
  readonly key: string;
  readonly token: () => string;
}

export interface LeaseOptions {
  readonly redis: Redis;
  readonly name: string;
  /** Counts on while a process sleeps, and never jumps. */
  readonly steady: Clock;
  readonly log: Log;
  /** How long it stands without being renewed, so that a killed holder is followed in this time. */
  readonly lastsMs?: number;
}

const takeOver = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0`;
const renew = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
const giveUp = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** One process of all replicas holds it at a time. Whoever was asleep past its end knows it at once, without asking. */
export function createLease({ redis, name, steady, log, lastsMs = 3_000 }: LeaseOptions) {
  const place = key('lease', name);
  const newToken = () => `${neighbourhood()} ${process.pid} ${randomUUID()}`;
  /** Of this holding, and of the next one: each has its own, so that nothing of an earlier one is taken for the present. */
  let token = '';
  let next = newToken();
  let holdings = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  let was = false;
  const ending = new AbortController();
  const held = () => steady.now() < untilMs;
  const begin = (): true => {
    [token, next] = [next, newToken()];
    holdings += 1;
    return true;
  };
  const take = async (): Promise<boolean> => {
    if ((await redis.set(place, next, 'PX', lastsMs, 'NX')) === 'OK') return begin();
    const holder = (await redis.get(place)) ?? '';
    // Nobody else had it meanwhile.
    if (holder === token) return (await redis.eval(renew, 1, place, token, lastsMs)) === 1;
    // An answer that was lost may have made it ours.
    if (holder !== next && !isGone(holder)) return false;
    return (await redis.eval(takeOver, 1, place, holder, next, lastsMs)) === 1 && begin();
  };
  const attempt = async (): Promise<void> => {
    // From before the question: Redis counts from later on, so that the next holder never begins before this one ends.
    const askedMs = steady.now();
    const taken = held() ? (await redis.eval(renew, 1, place, token, lastsMs)) === 1 : await take();
    untilMs = taken ? askedMs + lastsMs : Number.NEGATIVE_INFINITY;
    if (taken !== was) log.info({ lease: name }, taken ? 'this replica leads' : 'another replica leads');
    was = taken;
  };
  const tryAttempt = () =>
    attempt().catch((error) => log.debug({ lease: name, err: messageOf(error) }, 'the lease cannot be renewed'));
  let running: Promise<void> = Promise.resolve();
  return {
    held,
    /** A number for each time that this process began to hold it; null while it does not. */
    term: (): number | null => (held() ? holdings : null),
    /** By which Redis itself refuses what a former holder still sends. */
    fence: { key: place, token: () => token } satisfies Fence,
    /** Resolves when it is known who holds it. */
    start: async (): Promise<void> => {
      await tryAttempt();
      running = (async () => {
        while (!ending.signal.aborted) {
          await pause(lastsMs / 6, ending.signal);
          if (!ending.signal.aborted) await tryAttempt();
        }
      })();
    },
    /** Gives it up, so that the next one need not wait. */
    stop: async (): Promise<void> => {
      ending.abort();
      await running;
      untilMs = Number.NEGATIVE_INFINITY;
      await redis.eval(giveUp, 1, place, token).catch(() => {});
    },
  };
}
export type Lease = ReturnType<typeof createLease>;

/** Where process ids mean the same: this machine, and the namespace in it. Empty where that cannot be known. */
function neighbourhood(): string {
  try {
    // The first namespace of every machine has the same name, and machines may share theirs.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()}/${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** Whether the holder was a process beside this one that runs no longer: nobody need wait for its end. */
function isGone(holder: string): boolean {
  const [where = '', pid = ''] = holder.split(' ');
  if (where === '' || where !== neighbourhood() || !/^[1-9][0-9]*$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
