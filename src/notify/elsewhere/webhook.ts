import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../doors/time.ts';
import type { AnnouncedEvent } from '../../vocabulary/announced-events.ts';
import { type Sink, sendJson } from './sink.ts';

export interface WebhookSettings {
  readonly url: string;
  readonly secret: string;
  readonly events?: readonly AnnouncedEvent[] | undefined;
  readonly environments?: readonly string[] | undefined;
}

/**
 * A generic webhook as Standard Webhooks describes it: `webhook-id`, `webhook-timestamp` (seconds) and
 * `webhook-signature: v1,<base64>`, an HMAC-SHA256 over `id.timestamp.body`.
 */
export function webhookSink({ url, secret, events, environments }: WebhookSettings, clock: Clock): Sink {
  return {
    name: `webhook-${shortHash(url)}`,
    wants: ({ event, environment }) =>
      (events === undefined || events.includes(event)) &&
      (environments === undefined || environments.includes(environment)),
    deliver: async (announcement) => {
      const body = JSON.stringify(announcement);
      const timestamp = Math.floor(clock.now() / 1_000);
      const signature = createHmac('sha256', secret).update(`${announcement.id}.${timestamp}.${body}`).digest('base64');
      const sent = await sendJson(url, body, {
        'webhook-id': announcement.id,
        'webhook-timestamp': `${timestamp}`,
        'webhook-signature': `v1,${signature}`,
      });
      return sent.kind === 'answered' ? { kind: 'delivered' } : sent;
    },
  };
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
