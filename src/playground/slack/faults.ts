/** What to do to the next calls of a method. `after` does the work first and spoils only the answer. */
export interface Fault {
  readonly kind: 'fail' | 'hang' | 'delay';
  /** A method name, `response_url`, or `*`. */
  readonly method: string;
  readonly status: number;
  readonly error: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly delayMs: number;
  readonly after: boolean;
  times: number;
}

export interface FaultOptions {
  readonly status?: number;
  /** Slack's word; without a status it comes as an ordinary 200. */
  readonly error?: string;
  readonly retryAfterSeconds?: number;
  readonly after?: boolean;
  readonly times?: number;
}

/** Trouble on demand, used up call by call. */
export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  let faults: Fault[] = [];
  const add = (kind: Fault['kind'], method: string, options: FaultOptions, delayMs = 0) =>
    void faults.push({
      kind,
      method,
      status: options.status ?? (options.error === undefined ? 500 : options.error === 'ratelimited' ? 429 : 200),
      error: options.error ?? (options.status === 429 ? 'ratelimited' : 'internal_error'),
      retryAfterSeconds: options.retryAfterSeconds,
      delayMs,
      after: options.after ?? false,
      times: options.times ?? 1,
    });
  return {
    fail: (method: string, options: FaultOptions = {}) => add('fail', method, options),
    hang: (method: string, options: FaultOptions = {}) => add('hang', method, options),
    delay: (method: string, ms: number, options: FaultOptions = {}) => add('delay', method, options, ms),
    /** The trouble that this call meets, if any; it counts as used. */
    next(method: string): Fault | undefined {
      const fault = faults.find((each) => each.method === '*' || each.method === method);
      if (fault !== undefined) fault.times -= 1;
      faults = faults.filter(({ times }) => times > 0);
      return fault;
    },
    clear: () => {
      faults = [];
    },
  };
}
