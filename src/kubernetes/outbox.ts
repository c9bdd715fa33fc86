import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Tells others what happened, in order and until they have taken it; what is newer for the same key replaces what waits. */
export function createOutbox(log: Log) {
  const waiting = new Map<string, { readonly tell: () => Promise<void>; readonly about: object }>();
  const sending = oneAtATime(async () => {
    for (const [key, each] of waiting) {
      try {
        await each.tell();
        if (waiting.get(key) === each) waiting.delete(key);
      } catch (error) {
        log.warn({ key, ...each.about, err: messageOf(error) }, 'what a cluster showed could not be recorded yet');
      }
    }
  });
  return {
    /** `about` is what a line of the log says of it. */
    put: (key: string, tell: () => Promise<void>, about: object = {}) => {
      // Deleting first keeps the order of the last change.
      waiting.delete(key);
      waiting.set(key, { tell, about });
    },
    /** Tries all that waits once; what fails waits for the next call. Never rejects. */
    flush: sending.ask,
  };
}
