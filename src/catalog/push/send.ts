import { z } from 'zod';
import { messageOf, Refusal } from '../../doors/errors.ts';

export interface Sluice {
  /** `https://sluice.example.com`. */
  readonly url: string;
  readonly token: string;
}

export interface Patience {
  readonly pause: (ms: number) => Promise<void>;
  readonly say: (text: string) => void;
}

/** One more try after each of these: a minute in all, so that a restart of Sluice fails no build. */
const pausesMs = [1_000, 3_000, 8_000, 20_000, 30_000];
const answerWithinMs = 15_000;
const mostShown = 20;

const refusedSchema = z.union([
  z.object({ errors: z.array(z.object({ field: z.string(), message: z.string() })).min(1) }),
  z.object({ error: z.string() }),
]);

/**
 * Sends one request and gives what Sluice answers. What a restart or a gateway may cause (no answer, 429, 5xx) is tried
 * again; a Refusal says what Sluice does not take, or that it is away.
 */
export async function sendToSluice(
  { url, token }: Sluice,
  path: string,
  body: object | null,
  { pause, say }: Patience,
): Promise<unknown> {
  const address = `${url.replace(/\/+$/, '')}${path}`;
  for (const pauseMs of [...pausesMs, null]) {
    const answer = await attempt(address, token, body);
    if (answer.kind === 'answered') return answer.body;
    if (pauseMs === null)
      throw new Refusal(`Sluice does not answer at ${url}: ${answer.because}. Set SLUICE_URL or --url.`);
    say(`${answer.because}; trying again in ${pauseMs / 1_000} s`);
    await pause(pauseMs);
  }
  throw new Error('not reached: the last try returns or throws');
}

type Attempt =
  | { readonly kind: 'answered'; readonly body: unknown }
  | { readonly kind: 'again'; readonly because: string };

async function attempt(address: string, token: string, body: object | null): Promise<Attempt> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(address, {
      method: body === null ? 'GET' : 'POST',
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      // A redirect would carry the token to somebody else.
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    text = await answer.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'again', because: messageOf(cause) };
  }
  if (answer.status === 429 || answer.status >= 500) return { kind: 'again', because: `it answered ${answer.status}` };
  const read = readJson(text);
  if (answer.ok) return { kind: 'answered', body: read };
  throw new Refusal(refusalWords(answer.status, read));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusalWords(status: number, body: unknown): string {
  const refused = refusedSchema.safeParse(body);
  if (!refused.success) return `The address answered ${status}, but not as Sluice does. Set SLUICE_URL or --url.`;
  if ('error' in refused.data) return `Sluice refused the artifact (${status}): ${refused.data.error}`;
  const lines = refused.data.errors.slice(0, mostShown).map(({ field, message }) => `  ${field}: ${message}`);
  return ['Sluice refused the artifact:', ...lines].join('\n');
}
