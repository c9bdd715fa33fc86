import { Queue, Worker } from 'bullmq';
import { z } from 'zod';
import { createErrorListener } from '../doors/error-listener.ts';
import { keyPrefix, openRedis } from '../doors/redis.ts';
import type { Log } from '../doors/telemetry.ts';
import { within } from '../doors/time.ts';
import { watchIdle } from './watch-idle.ts';

/** What kind of worker: how soon another one takes over after a kill, and how much runs at once. */
export interface QueueSettings {
  readonly concurrency: number;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly maxStalledCount: number;
  /** How long a stop waits for running work before it leaves it to others. */
  readonly graceMs: number;
}

// A lock of 2 s and a check each second resume a killed worker's work in at most 4 s. Being restarted is no failure
// of the work, so that it may happen as often as anyone cares to count (BullMQ's default gives up at the second time).
const settings: QueueSettings = {
  concurrency: 8,
  lockDurationMs: 2_000,
  stalledIntervalMs: 1_000,
  maxStalledCount: 1_000_000,
  graceMs: 8_000,
};

export interface QueuePorts {
  readonly redisUrl: string;
  readonly log: Log;
  /** Does the work; the signal says that another worker has taken it over. Must not throw: what fails stays due. */
  readonly run: (work: string, signal: AbortSignal) => Promise<void>;
  readonly settings?: Partial<QueueSettings>;
}

export interface WorkQueue {
  /** Adds the work unless it waits or runs already; rejects while Redis is away. */
  readonly add: (work: string) => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const dataSchema = z.object({ work: z.string().min(1) });

/** The one BullMQ queue. It only wakes: what is to be done is known from the due marks, so a lost job is harmless. */
export function createQueue(ports: QueuePorts): WorkQueue {
  const chosen = { ...settings, ...ports.settings };
  const complain = createErrorListener(ports.log, 'the queue had trouble');
  const commands = openRedis({ url: ports.redisUrl }, 'commands', complain);
  // The eviction policy is checked by `serve` itself; the events are read by nobody.
  const shared = { prefix: `${keyPrefix}:queue`, skipVersionCheck: true };
  const queue = new Queue('work', {
    ...shared,
    connection: commands,
    streams: { events: { maxLen: 50 } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', complain);
  let running = 0;
  const open = () => {
    const blocking = openRedis({ url: ports.redisUrl }, 'blocking', complain);
    const worker = new Worker(
      'work',
      async (job, _token, signal) => {
        running += 1;
        await run(ports, job.data, signal).finally(() => {
          running -= 1;
        });
      },
      {
        ...shared,
        connection: blocking,
        autorun: false,
        concurrency: chosen.concurrency,
        lockDuration: chosen.lockDurationMs,
        stalledInterval: chosen.stalledIntervalMs,
        maxStalledCount: chosen.maxStalledCount,
        runRetryDelay: 500,
        // Seconds of one blocking wait: a wake-up that went to a connection that is gone costs no more than this.
        drainDelay: 1,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    worker.on('error', complain);
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'another worker has taken over');
    });
    return { blocking, worker };
  };
  let present = open();
  const begin = () => void present.worker.run().catch(complain);
  /** Seen where the master of a cluster had ended: the worker's own connection never came to the new one. */
  const idle = watchIdle({
    isIdle: async () => running === 0 && commands.status === 'ready' && (await queue.getWaitingCount()) > 0,
    renew: () => {
      ports.log.warn({}, 'the worker takes nothing although work waits, and is opened anew');
      const { worker, blocking } = present;
      present = open();
      begin();
      void worker.close(true).catch(complain);
      blocking.disconnect();
    },
  });
  return {
    add: async (work) => {
      await queue.add('work', { work }, { deduplication: { id: work } });
    },
    start: () => {
      begin();
      idle.start();
    },
    stop: async () => {
      await idle.stop();
      const { worker, blocking } = present;
      const isHere = commands.status === 'ready';
      // A job that was fetched at the last moment is waited for as well, but never longer than the grace.
      const finished = isHere
        ? worker.pause().then(
            () => true,
            () => false,
          )
        : Promise.resolve(false);
      const inOrder = (await within(chosen.graceMs, finished)) === true;
      // Closing in good order asks Redis; without it, or with work that does not end, only the hard way returns.
      await worker.close(!inOrder);
      if (isHere) await queue.close();
      commands.disconnect();
      blocking.disconnect();
    },
  };
}

async function run(ports: QueuePorts, data: unknown, signal: AbortSignal | undefined): Promise<void> {
  const { work } = dataSchema.parse(data);
  await ports.run(work, signal ?? new AbortController().signal);
}
