import { createHmac } from 'node:crypto';
import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';

export interface Receiver {
  readonly cluster: string;
  readonly url: string;
  readonly token: string;
}

/**
 * Asks Flux to fetch now, through its Receiver of type generic-hmac (header X-Signature, notification-controller 1.9).
 * Only a hint: a failure is logged and nothing waits for it.
 */
export async function pokeReceivers(receivers: readonly Receiver[], log: Log): Promise<void> {
  const body = '{}';
  await Promise.all(
    receivers.map(async ({ cluster, url, token }) => {
      const signature = `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;
      try {
        const answer = await fetch(url, {
          method: 'POST',
          body,
          headers: { 'x-signature': signature, 'content-type': 'application/json' },
          redirect: 'error',
          signal: AbortSignal.timeout(5_000),
        });
        if (!answer.ok) log.warn({ cluster, status: answer.status }, 'the Flux receiver refused the hint');
      } catch (error) {
        log.warn({ cluster, err: messageOf(error) }, 'the Flux receiver could not be reached');
      }
    }),
  );
}
