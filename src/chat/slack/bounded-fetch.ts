import { steadyClock } from '../../doors/time.ts';
import { isSlackAddress } from './slack-address.ts';

export interface CallHeard {
  /** `chat.postMessage`, `upload`, or `response_url`. */
  readonly method: string;
  readonly outcome: 'answered' | 'ratelimited' | 'failed';
  readonly seconds: number;
}

export interface FetchPorts {
  /** Where Slack's API is. */
  readonly apiUrl: string;
  /** Hears the `Date` of every answer, in milliseconds since the epoch. */
  readonly onDate: (dateMs: number) => void;
  readonly onCall?: ((call: CallHeard) => void) | undefined;
}

/** A fetch that goes to Slack alone, follows no redirect, gives up in time, and tells what became of each call. */
export function boundedFetch(timeoutMs: number, { apiUrl, onDate, onCall }: FetchPorts): typeof fetch {
  return async (url, init) => {
    if (!isSlackAddress(addressOf(url), apiUrl)) throw new Error("an address that is not Slack's is not called");
    const limit = AbortSignal.timeout(timeoutMs);
    const startedMs = steadyClock.now();
    const tell = (outcome: CallHeard['outcome']) =>
      onCall?.({ method: methodOf(url), outcome, seconds: (steadyClock.now() - startedMs) / 1_000 });
    try {
      const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
      const answer = await fetch(url, { ...init, redirect: 'error', signal });
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
  const path = addressOf(url);
  if (/\/upload\/v1\//.test(path)) return 'upload';
  return /\/api\/([a-zA-Z]+(?:\.[a-zA-Z]+)+)(?:\?|$)/.exec(path)?.[1] ?? 'response_url';
}

function addressOf(url: Parameters<typeof fetch>[0]): string {
  return url instanceof Request ? url.url : String(url);
}
