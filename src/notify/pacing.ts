/** Slack takes about one message a second in a channel, with short bursts (Web API rate limits). */
const slackEveryMs = 1_000;
const burst = 3;
/** A channel that fails again and again is asked at least so often. */
const longestPauseMs = 15_000;
/** While one message is tried, the others ask so often what has become of it. */
const askAgainMs = 1_000;

interface Channel {
  /** Messages that may be sent at once. */
  free: number;
  /** When that was counted. */
  atMs: number;
  notBeforeMs: number;
  /** A try after failures is under way, so long at most. */
  triedUntilMs: number;
  /** In a row. */
  failures: number;
}

function pauseMs(failures: number): number {
  return Math.min(500 * 2 ** failures, longestPauseMs);
}

/** When each channel may be written to next: one channel that must wait never holds up another. */
export function createPacing(everyMs = slackEveryMs) {
  const channels = new Map<string, Channel>();
  const of = (channel: string, nowMs: number) => {
    const known = channels.get(channel) ?? { free: burst, atMs: nowMs, notBeforeMs: 0, triedUntilMs: 0, failures: 0 };
    known.free = Math.min(burst, known.free + (nowMs - known.atMs) / everyMs);
    known.atMs = nowMs;
    channels.set(channel, known);
    return known;
  };
  return {
    /** Milliseconds until the channel takes another message; 0 for now. */
    waitMs: (channel: string, nowMs: number): number => {
      const { free, notBeforeMs, triedUntilMs } = of(channel, nowMs);
      const triedMs = Math.min(triedUntilMs - nowMs, askAgainMs);
      return Math.max(0, notBeforeMs - nowMs, triedMs, free >= 1 ? 0 : (1 - free) * everyMs);
    },
    /** A message was sent. Where the last one failed, the others wait for what becomes of this one. */
    sent: (channel: string, nowMs: number): void => {
      const known = of(channel, nowMs);
      known.free -= 1;
      if (known.failures > 0) known.triedUntilMs = nowMs + pauseMs(known.failures);
    },
    /** Slack took it, or refused it for good: the channel can be reached. */
    answered: (channel: string, nowMs: number): void => {
      Object.assign(of(channel, nowMs), { failures: 0, triedUntilMs: 0 });
    },
    /** Slack asked for a pause (Retry-After). */
    pause: (channel: string, nowMs: number, forMs: number): void => {
      of(channel, nowMs).notBeforeMs = nowMs + forMs;
    },
    /** Slack did not answer: the pause doubles, up to 15 s, so that an outage is no storm and its end is seen soon. */
    failed: (channel: string, nowMs: number, atLeastMs: number): void => {
      const known = of(channel, nowMs);
      known.notBeforeMs = nowMs + Math.max(atLeastMs, pauseMs(known.failures));
      known.failures = Math.min(known.failures + 1, 10);
    },
  };
}
export type Pacing = ReturnType<typeof createPacing>;
