import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { HttpAnswer, HttpRequest, Route } from '../doors/http.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Hint } from './hints.ts';

/** A cluster whose notification-controller says what happens in it. */
export interface Provider {
  readonly cluster: string;
  readonly token: string;
}

export interface EventRoutePorts {
  readonly providers: readonly Provider[];
  readonly hint: (cluster: string, hint: Hint) => void;
  readonly log: Log;
}

/** As names in Kubernetes are: what is asked for by them stays the path that it looks like. */
const objectName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);

/** Of an event only what it is about: the rest could be said by whoever has the token, and is read from the API server. */
const eventSchema = z.object({
  involvedObject: z.object({
    kind: z.string().regex(/^[A-Za-z0-9]{1,63}$/),
    namespace: objectName,
    name: objectName,
  }),
});

/**
 * `POST /flux/CLUSTER`: where Flux's notification-controller posts events, by a Provider of type generic-hmac. They are hints: the object
 * that one names is looked at at once, and nothing else follows from it. 202 taken, 400 no event, 401 not signed with the cluster's token.
 */
export function eventRoutes({ providers, hint, log }: EventRoutePorts): readonly Route[] {
  return providers.map(({ cluster, token }) => ({
    method: 'POST',
    path: `/flux/${cluster}`,
    handle: (request): HttpAnswer => {
      if (!isSigned(request, token)) {
        log.warn({ cluster }, 'an event was posted that Flux did not sign');
        return { status: 401, body: { error: 'sign the body with the token of the Provider (generic-hmac)' } };
      }
      const object = objectOf(request.body);
      if (object === null) return { status: 400, body: { error: 'not an event of Flux' } };
      hint(cluster, object);
      return { status: 202 };
    },
  }));
}

/** `X-Signature: sha256=<hex>` over the raw body (notification-controller, internal/notifier/forwarder.go). */
function isSigned({ headers, body }: HttpRequest, token: string): boolean {
  const [, given] = /^sha256=([0-9a-f]{64})$/.exec(String(headers['x-signature'] ?? '')) ?? [];
  if (given === undefined) return false;
  return timingSafeEqual(Buffer.from(given, 'hex'), createHmac('sha256', token).update(body).digest());
}

function objectOf(body: Buffer): Hint | null {
  try {
    const read = eventSchema.safeParse(JSON.parse(body.toString('utf8')));
    return read.success ? read.data.involvedObject : null;
  } catch {
    return null;
  }
}
