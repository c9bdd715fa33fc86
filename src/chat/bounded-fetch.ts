/** A fetch that gives up in time; `onDate` hears the `Date` of every answer, in milliseconds since the epoch. */
export function boundedFetch(timeoutMs: number, onDate: (dateMs: number) => void): typeof fetch {
  return async (url, init) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
    const dateMs = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(dateMs)) onDate(dateMs);
    return answer;
  };
}
