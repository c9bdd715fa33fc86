import type { Log } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';

/** Forgers do not fill the disk: one line for so long. */
const quietMs = 10_000;

/** Logs the first of many refusals, and how many there were since the last line. */
export function createRefusalLog({ clock, log }: { readonly clock: Clock; readonly log: Log }, words: string) {
  let quietUntil = 0;
  let unsaid = 0;
  return (because: string): void => {
    unsaid += 1;
    if (clock.now() < quietUntil) return;
    log.warn({ because, times: unsaid }, words);
    quietUntil = clock.now() + quietMs;
    unsaid = 0;
  };
}
