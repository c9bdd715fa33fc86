import { messageOf } from '../../doors/errors.ts';
import type { Announcement, FeedLine } from './announcement.ts';

/** `never`: it will not be taken, however often it is sent. */
export type Delivered =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly because: string; readonly afterMs?: number }
  | { readonly kind: 'never'; readonly because: string };

/** Somebody who is told outside of Slack. */
export interface Sink {
  /** Its name in Redis: the same after a restart, another for another receiver. */
  readonly name: string;
  readonly wants: (announcement: Announcement) => boolean;
  /** The line is the one that it was announced by, with the whole record. */
  readonly deliver: (announcement: Announcement, line: FeedLine) => Promise<Delivered>;
}

const answerWithinMs = 10_000;
const longestAnswer = 100_000;
/** Late, early or too many; and a token that is being changed, or a forge that says 403 to too many. */
const passing: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

export interface Answer {
  readonly status: number;
  /** Parsed where it is JSON, else null. */
  readonly body: unknown;
}

export type Sent = { readonly kind: 'answered'; readonly answer: Answer } | Exclude<Delivered, { kind: 'delivered' }>;

/** One request with JSON: no redirects, ten seconds, and an answer of 100 kB at most. Never throws. */
export async function sendJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  method: 'POST' | 'GET' = 'POST',
): Promise<Sent> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${answerWithinMs / 1_000} s`)), answerWithinMs);
  try {
    const answer = await fetch(url, {
      method,
      ...(method === 'GET' ? {} : { body }),
      headers: { 'content-type': 'application/json', 'user-agent': 'sluice', ...headers },
      redirect: 'error',
      signal: late.signal,
    });
    const text = await readSome(answer);
    if (answer.ok) return { kind: 'answered', answer: { status: answer.status, body: parsed(text) } };
    const because = `answered ${answer.status}`;
    const isPassing = answer.status >= 500 || passing.has(answer.status);
    const afterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    if (!isPassing) return { kind: 'never', because };
    return { kind: 'later', because, ...(afterSeconds > 0 ? { afterMs: Math.min(afterSeconds, 3_600) * 1_000 } : {}) };
  } catch (error) {
    return { kind: 'later', because: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function readSome(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > longestAnswer) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
