/** Slack takes about one message a second in a channel, with short bursts (Web API rate limits). */
const slackEveryMs = 1_000;
const burst = 3;
/** A channel that fails again and again is asked at least so often. */
const longestPauseMs = 15_000;

/** When each channel may be written to next: one channel that must wait never holds up another. */
export function createPacing(everyMs = slackEveryMs) {
  const channels = new Map<string, { free: number; atMs: number; notBeforeMs: number; failures: number }>();
  const of = (channel: string, nowMs: number) => {
    const known = channels.get(channel) ?? { free: burst, atMs: nowMs, notBeforeMs: 0, failures: 0 };
    known.free = Math.min(burst, known.free + (nowMs - known.atMs) / everyMs);
    known.atMs = nowMs;
    channels.set(channel, known);
    return known;
  };
  return {
    /** Milliseconds until the channel takes another message; 0 for now. */
    waitMs: (channel: string, nowMs: number): number => {
      const { free, notBeforeMs } = of(channel, nowMs);
      return Math.max(0, notBeforeMs - nowMs, free >= 1 ? 0 : (1 - free) * everyMs);
    },
    /** A message was sent. */
    sent: (channel: string, nowMs: number): void => {
      of(channel, nowMs).free -= 1;
    },
    /** Slack took it, or refused it for good: the channel can be reached. */
    answered: (channel: string, nowMs: number): void => {
      of(channel, nowMs).failures = 0;
    },
    /** Slack asked for a pause (Retry-After). */
    pause: (channel: string, nowMs: number, forMs: number): void => {
      of(channel, nowMs).notBeforeMs = nowMs + forMs;
    },
    /** Slack did not answer: the pause doubles, up to 15 s, so that an outage is no storm and its end is seen soon. */
    failed: (channel: string, nowMs: number, atLeastMs: number): void => {
      const known = of(channel, nowMs);
      known.notBeforeMs = nowMs + Math.max(atLeastMs, Math.min(500 * 2 ** known.failures, longestPauseMs));
      known.failures = Math.min(known.failures + 1, 10);
    },
  };
}
export type Pacing = ReturnType<typeof createPacing>;
