import { pause } from '../doors/time.ts';

export interface IdlePorts {
  /** Whether there is work to take, and none is being done. */
  readonly isIdle: () => Promise<boolean>;
  readonly renew: () => void;
  readonly everyMs?: number;
}

const defaultEveryMs = 2_000;
/** Work is taken within milliseconds; so many looks in a row that find it waiting are no accident. */
const looks = 5;

/** Opens a worker anew that has taken nothing for 10 s although work waits; what cannot be asked counts for nothing. */
export function watchIdle({ isIdle, renew, everyMs = defaultEveryMs }: IdlePorts) {
  const ending = new AbortController();
  let watching: Promise<void> = Promise.resolve();
  const watch = async (): Promise<void> => {
    let seen = 0;
    while (!ending.signal.aborted) {
      await pause(everyMs, ending.signal);
      if (ending.signal.aborted) return;
      seen = (await isIdle().catch(() => false)) ? seen + 1 : 0;
      if (seen < looks) continue;
      seen = 0;
      renew();
    }
  };
  return {
    start: (): void => {
      watching = watch();
    },
    stop: async (): Promise<void> => {
      ending.abort();
      await watching;
    },
  };
}
