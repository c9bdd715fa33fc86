import { randomUUID } from 'node:crypto';
import { messageOf } from '../../doors/errors.ts';
import type { Log, Pulse } from '../../doors/telemetry.ts';
import { type Clock, epochMsOf, pause } from '../../doors/time.ts';
import { announcementOf, type FeedLine } from './announcement.ts';
import type { Sink } from './sink.ts';

export interface ElsewherePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly pulse: Pulse;
  /** Lines of the log after a cursor, in order. */
  readonly lines: (after: string, limit: number) => Promise<readonly FeedLine[]>;
  readonly feedCursor: (name: string) => Promise<string>;
  readonly setFeedCursor: (name: string, cursor: string) => Promise<void>;
  readonly feedTold: (name: string, subject: string) => Promise<string | null>;
  readonly setFeedTold: (name: string, subject: string, told: string) => Promise<void>;
  readonly holdFeed: (name: string, owner: string, forMs: number) => Promise<boolean>;
  readonly leaveFeed: (name: string, owner: string) => Promise<void>;
}

const roundMs = 500;
const linesAtOnce = 100;
const turnMs = 30_000;
const backoffLimitMs = 60_000;
/** What nobody has taken for a day is no news any more. */
const tooOldMs = 24 * 3_600_000;

/**
 * Tells receivers outside of Slack what the log says, each at its own pace: in order, at least once, never in the way
 * of a release. A receiver that is away is tried again for a day; what it refuses for good is left out and logged.
 */
export function createElsewhere(ports: ElsewherePorts, sinks: readonly Sink[]) {
  const ending = new AbortController();
  const owner = randomUUID();
  let loops: Promise<void>[] = [];

  /** How long to wait before the next line; undefined where it was delivered or left out. */
  const tellLine = async (sink: Sink, line: FeedLine, failures: number): Promise<number | undefined> => {
    const announcement = announcementOf(line, await ports.feedTold(sink.name, line.subject));
    if (announcement === null) return undefined;
    if (sink.wants(announcement)) {
      const delivered = await sink.deliver(announcement, line);
      const isOld = ports.clock.now() - epochMsOf(announcement.at) > tooOldMs;
      if (delivered.kind === 'later' && !isOld) {
        if (failures === 0)
          ports.log.warn(
            { sink: sink.name, because: delivered.because },
            'a receiver could not be told and is tried again',
          );
        return Math.max(delivered.afterMs ?? 0, Math.min(roundMs * 2 ** (failures + 1), backoffLimitMs));
      }
      if (delivered.kind !== 'delivered')
        ports.log.warn(
          { sink: sink.name, because: delivered.because, subject: line.subject },
          'a receiver was not told, and will not be',
        );
    }
    await ports.setFeedTold(sink.name, line.subject, announcement.event);
    return undefined;
  };

  const loop = async (sink: Sink): Promise<void> => {
    const name = `elsewhere ${sink.name}`;
    let failures = 0;
    while (!ending.signal.aborted) {
      ports.pulse.beat(name, backoffLimitMs + 3_700_000);
      let waitMs = roundMs;
      try {
        waitMs = (await round(sink, failures)) ?? roundMs;
        failures = waitMs > roundMs ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        waitMs = Math.min(roundMs * 2 ** failures, backoffLimitMs);
        if (failures === 1) ports.log.warn({ sink: sink.name, err: messageOf(error) }, 'a receiver waits for Redis');
      }
      await pause(waitMs, ending.signal);
    }
    ports.pulse.stop(name);
    // Where Redis is away, the turn ends by itself.
    await ports.leaveFeed(sink.name, owner).catch(() => {});
  };

  const round = async (sink: Sink, failures: number): Promise<number | undefined> => {
    if (!(await ports.holdFeed(sink.name, owner, turnMs))) return undefined;
    const cursor = await ports.feedCursor(sink.name);
    for (const line of await ports.lines(cursor, linesAtOnce)) {
      if (ending.signal.aborted) return undefined;
      const waitMs = await tellLine(sink, line, failures);
      if (waitMs !== undefined) return waitMs;
      await ports.setFeedCursor(sink.name, line.cursor);
      if (!(await ports.holdFeed(sink.name, owner, turnMs))) return undefined;
    }
    return undefined;
  };

  return {
    start: (): void => {
      loops = sinks.map(loop);
    },
    stop: async (): Promise<void> => {
      ending.abort();
      await Promise.all(loops);
    },
  };
}
