import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';

/** An object that something is said to have happened to. */
export interface Hint {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface HintPorts {
  /** Reads the object from the API server. */
  readonly look: (hint: Hint) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

const burst = 20;
const perSecond = 5;

/**
 * Looks at what others say has changed: an object that is named while it is read is read once more, and of all no more than 5 a second
 * and 20 at once. What is left out the watch tells.
 */
export function createHints({ look, clock, log }: HintPorts): (hint: Hint) => void {
  let free = burst;
  let countedMs = clock.now();
  /** What is being read, and whether it was named again meanwhile. */
  const reading = new Map<string, boolean>();

  const mayLook = (): boolean => {
    const now = clock.now();
    free = Math.min(burst, free + (Math.max(0, now - countedMs) / 1_000) * perSecond);
    countedMs = now;
    if (free < 1) return false;
    free -= 1;
    return true;
  };
  const read = async (hint: Hint, key: string): Promise<void> => {
    do {
      reading.set(key, false);
      try {
        await look(hint);
      } catch (error) {
        log.debug({ ...hint, err: messageOf(error) }, 'what was named could not be looked at');
      }
    } while (reading.get(key) === true && mayLook());
    reading.delete(key);
  };
  return (hint) => {
    const key = `${hint.kind}/${hint.namespace}/${hint.name}`;
    if (reading.has(key)) reading.set(key, true);
    else if (mayLook()) void read(hint, key);
  };
}
