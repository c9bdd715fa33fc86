import { type Instant, instantOf } from '../../doors/time.ts';

/** One call of the app, without its token. */
export interface LoggedCall {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  /** Of HTTP; 0 where no answer was given. */
  readonly status: number;
  readonly error?: string;
}

const remembered = 10_000;

/** The calls that came in, oldest first, as many as a test or a curious person may want. */
export type Calls = ReturnType<typeof createCalls>;

export function createCalls(now: () => number, onCall: () => void) {
  let calls: LoggedCall[] = [];
  return {
    all: (): readonly LoggedCall[] => calls,
    add(call: Omit<LoggedCall, 'at'>): void {
      if (calls.length >= 2 * remembered) calls = calls.slice(-remembered);
      calls.push({ ...call, at: instantOf(now()) });
      onCall();
    },
  };
}
