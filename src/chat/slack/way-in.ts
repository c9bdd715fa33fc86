import { type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { Route } from '../../doors/http.ts';
import type { Clock } from '../../doors/time.ts';
import type { ClaimPorts } from './claim.ts';
import { createHttpReceiver } from './http-receiver.ts';

export type Connection =
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string };

export interface WayInPorts extends ClaimPorts {
  readonly clock: Clock;
}

/** A way for payloads to come in. */
interface Way {
  readonly receiver: Receiver;
  readonly connected: () => boolean;
  readonly routes: readonly Route[];
}

type SocketOptions = Omit<ConstructorParameters<typeof SocketModeReceiver>[0], 'appToken'>;

/** Socket Mode, where Sluice calls Slack, or signed HTTP, where Slack calls Sluice. */
export function wayIn(connection: Connection, ports: WayInPorts, options: SocketOptions): Way {
  if (connection.mode === 'http') {
    const { receiver, isOpen, route } = createHttpReceiver({ ...ports, signingSecret: connection.signingSecret });
    return { receiver, connected: isOpen, routes: [route] };
  }
  const receiver = new SocketModeReceiver({
    ...options,
    appToken: connection.appToken,
    // The pause before a reconnect grows with this; Slack asks for reconnects several times a day.
    clientPingTimeout: 1_500,
  });
  let connected = false;
  receiver.client.on('connected', () => {
    connected = true;
  });
  for (const event of ['reconnecting', 'disconnecting', 'disconnected', 'close']) {
    receiver.client.on(event, () => {
      connected = false;
    });
  }
  return { receiver, connected: () => connected, routes: [] };
}

/** The team that a payload says it comes from; null where it names none. */
export function teamOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  if ('team_id' in body && typeof body.team_id === 'string') return body.team_id;
  if (
    'team' in body &&
    typeof body.team === 'object' &&
    body.team !== null &&
    'id' in body.team &&
    typeof body.team.id === 'string'
  )
    return body.team.id;
  return null;
}
