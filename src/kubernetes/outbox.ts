import { messageOf } from '../errors.ts';
import type { Log } from '../telemetry.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Tells others what happened, in order and until they have taken it; what is newer for the same key replaces what waits. */
export function createOutbox(log: Log) {
  const waiting = new Map<string, () => Promise<void>>();
  const sending = oneAtATime(async () => {
    for (const [key, tell] of waiting) {
      try {
        await tell();
        if (waiting.get(key) === tell) waiting.delete(key);
      } catch (error) {
        log.warn({ key, err: messageOf(error) }, 'what a cluster showed could not be recorded yet');
      }
    }
  });
  return {
    put: (key: string, tell: () => Promise<void>) => {
      // Deleting first keeps the order of the last change.
      waiting.delete(key);
      waiting.set(key, tell);
    },
    /** Tries all that waits once; what fails waits for the next call. Never rejects. */
    flush: sending.ask,
  };
}
