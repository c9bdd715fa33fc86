import { messageOf } from './errors.ts';
import type { Log } from './telemetry.ts';

const quietMs = 10_000;

/** A listener for errors that come over and over while a server is away: each text is logged once in 10 s. */
export function createErrorListener(log: Log, message: string): (error: unknown) => void {
  const last = new Map<string, number>();
  return (error) => {
    const err = messageOf(error);
    const nowMs = performance.now();
    if (nowMs - (last.get(err) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    if (last.size > 100) last.clear();
    last.set(err, nowMs);
    log.warn({ err }, message);
  };
}
