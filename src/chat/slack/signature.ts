import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../../doors/http.ts';

/** A request that was signed longer ago, or that will be signed later, is not of now: it may be a replay. */
const windowSeconds = 300;

export type Signed =
  | { readonly kind: 'signed'; readonly signature: string }
  | { readonly kind: 'forged'; readonly because: string };

/** Whether Slack signed exactly these bytes now (docs.slack.dev/authentication/verifying-requests-from-slack); nothing is parsed before. */
export function verifySignature({ headers, body }: Omit<HttpRequest, 'url'>, secret: string, nowMs: number): Signed {
  const signature = headers['x-slack-signature'];
  const timestamp = headers['x-slack-request-timestamp'];
  if (typeof signature !== 'string' || !/^v0=[0-9a-f]{64}$/.test(signature)) return forged('no signature');
  if (typeof timestamp !== 'string' || !/^[0-9]{1,12}$/.test(timestamp)) return forged('no timestamp');
  const apart = Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp));
  if (apart > windowSeconds) return forged(`its timestamp is ${apart} s off`);
  const wanted = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
  return timingSafeEqual(Buffer.from(signature.slice(3), 'hex'), wanted)
    ? { kind: 'signed', signature }
    : forged('the signature is of another body or another secret');
}

function forged(because: string): Signed {
  return { kind: 'forged', because };
}
