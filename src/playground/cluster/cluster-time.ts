export interface ClusterTime {
  /** Milliseconds of the cluster's time since the start. */
  readonly elapsed: () => number;
  /** Calls back after so many milliseconds of the cluster's time, in the order of their due times. */
  readonly after: (ms: number, call: () => void) => void;
  /** Calls everything back at once, now and from now on. */
  readonly end: () => void;
}

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** How late a timer may be before the cluster's time waits for it. */
const toleranceMs = 10;

/**
 * Time that goes so many times faster than the clock's, but stands still while a busy machine has none to give: else a time-out would
 * pass in one breath, without the steps that lie before it.
 */
export function createClusterTime(speed: number): ClusterTime {
  let timers: Timer[] = [];
  let next: NodeJS.Timeout | undefined;
  let lostMs = 0;
  let ended = false;
  const begun = performance.now();
  /** What is due has not happened yet, so the time is not later than that. */
  const elapsed = () => {
    const [first] = timers;
    const passed = (performance.now() - begun - lostMs) * speed;
    return first === undefined ? passed : Math.min(passed, first.at + toleranceMs * speed);
  };

  const plan = () => {
    clearTimeout(next);
    const [first] = timers;
    if (first !== undefined) next = setTimeout(fire, Math.max(0, (first.at - elapsed()) / speed));
  };
  const fire = () => {
    const [first] = timers;
    if (first === undefined) return;
    const lateMs = performance.now() - begun - lostMs - first.at / speed;
    lostMs += Math.max(0, lateMs - toleranceMs);
    const due = timers.findIndex(({ at }) => at > elapsed());
    const now = timers.slice(0, due === -1 ? undefined : due);
    timers = due === -1 ? [] : timers.slice(due);
    for (const { call } of now) call();
    plan();
  };
  return {
    elapsed,
    after: (ms, call) => {
      if (ended) return call();
      const timer = { at: elapsed() + ms, call };
      const before = timers.findLastIndex(({ at }) => at <= timer.at);
      timers.splice(before + 1, 0, timer);
      if (before === -1) plan();
    },
    end: () => {
      ended = true;
      clearTimeout(next);
      const all = timers;
      timers = [];
      for (const { call } of all) call();
    },
  };
}
