import { webApi } from '@slack/bolt';
import { messageOf, Retryable } from '../../doors/errors.ts';

/** What became of a call: sent, worth another try later, or impossible however often it is tried. */
export type Sent =
  | { readonly kind: 'sent'; readonly ts: string; readonly channel: string }
  /** `isAnswered`: Slack has done with it; else it may still be about to carry it out. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly because: string; readonly isAnswered: boolean }
  | { readonly kind: 'impossible'; readonly because: string };

/** Errors of the platform that pass by themselves (Slack Web API reference, common errors). */
const passing = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'team_added_to_org',
]);

/** Reads from Slack: Retryable where another try may go better, else an Error with Slack's own word as `cause`. */
export async function asking<T>(method: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === null) throw new Retryable(`Slack did not answer ${method}: ${messageOf(error)}`, { cause: error });
    throw new Error(`Slack refuses ${method}: ${refused}`, { cause: refused });
  }
}

/** Writes to Slack: what became of it, never an exception. */
export async function attempt(call: () => Promise<{ readonly ts: string; readonly channel: string }>): Promise<Sent> {
  try {
    return { kind: 'sent', ...(await call()) };
  } catch (error) {
    if (error instanceof webApi.WebAPIRateLimitedError)
      return { kind: 'later', afterMs: error.retryAfter * 1_000, because: 'ratelimited', isAnswered: true };
    const refused = refusalOf(error);
    const isAnswered = error instanceof webApi.WebAPIPlatformError || error instanceof webApi.WebAPIHTTPError;
    return refused === null
      ? { kind: 'later', afterMs: 1_000, because: messageOf(error), isAnswered }
      : { kind: 'impossible', because: refused };
  }
}

/** Slack's word where it refuses the call itself, by token or arguments, and not just for now; else null. */
export function platformRefusal(error: unknown): string | null {
  return error instanceof webApi.WebAPIPlatformError && !passing.has(error.data.error) ? error.data.error : null;
}

/** Slack's word for a refusal that no other try will change; null for everything that may pass. */
function refusalOf(error: unknown): string | null {
  if (error instanceof webApi.WebAPIPlatformError) return platformRefusal(error);
  if (error instanceof webApi.WebAPIHTTPError && error.statusCode < 500 && error.statusCode !== 429)
    return `HTTP ${error.statusCode}`;
  return null;
}
