export interface BoundedRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'HEAD';
  readonly timeoutMs: number;
  /** A longer body is refused. */
  readonly limitBytes: number;
  /** Ends it before that. */
  readonly signal?: AbortSignal | undefined;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Fetches what is small and quick, or rejects with a reason for people; redirects are given as they are, not followed. */
export async function fetchBounded(url: string | URL, request: BoundedRequest): Promise<BoundedAnswer> {
  const { headers = {}, method = 'GET', timeoutMs, limitBytes } = request;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = request.signal === undefined ? late : AbortSignal.any([late, request.signal]);
  try {
    const answer = await fetch(url, { method, headers, redirect: 'manual', signal });
    return { status: answer.status, headers: answer.headers, text: await readText(answer, limitBytes) };
  } catch (error) {
    if (request.signal?.aborted) throw new Error('there was no time left for its answer', { cause: error });
    if (late.aborted) throw new Error(`no answer within ${timeoutMs / 1_000} s`, { cause: error });
    // fetch hides the reason of the network behind "fetch failed".
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  }
}

async function readText(answer: Response, limitBytes: number): Promise<string> {
  if (answer.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    // Leaving the loop cancels the body.
    if (size > limitBytes) throw new Error(`the answer has more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
