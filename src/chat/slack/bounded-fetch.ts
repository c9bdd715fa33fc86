import { steadyClock } from '../../time.ts';

export interface CallHeard {
  /** `chat.postMessage`, `upload`, or `response_url`. */
  readonly method: string;
  readonly outcome: 'answered' | 'ratelimited' | 'failed';
  readonly seconds: number;
}

export interface FetchPorts {
  /** Hears the `Date` of every answer, in milliseconds since the epoch. */
  readonly onDate: (dateMs: number) => void;
  readonly onCall?: ((call: CallHeard) => void) | undefined;
}

/** A fetch that gives up in time, and tells what became of each call. */
export function boundedFetch(timeoutMs: number, { onDate, onCall }: FetchPorts): typeof fetch {
  return async (url, init) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const startedMs = steadyClock.now();
    const tell = (outcome: CallHeard['outcome']) =>
      onCall?.({ method: methodOf(url), outcome, seconds: (steadyClock.now() - startedMs) / 1_000 });
    try {
      const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
      const answer = await fetch(url, { ...init, signal });
      const dateMs = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(dateMs)) onDate(dateMs);
      tell(answer.ok ? 'answered' : answer.status === 429 ? 'ratelimited' : 'failed');
      return answer;
    } catch (error) {
      tell('failed');
      throw error;
    }
  };
}

function methodOf(url: Parameters<typeof fetch>[0]): string {
  const path = url instanceof Request ? url.url : String(url);
  if (/\/upload\/v1\//.test(path)) return 'upload';
  return /\/api\/([a-zA-Z]+(?:\.[a-zA-Z]+)+)(?:\?|$)/.exec(path)?.[1] ?? 'response_url';
}
