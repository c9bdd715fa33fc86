import type { JsonObject } from './message.ts';

/** Something that the app is told. */
export interface Envelope {
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly payload: JsonObject;
  readonly accepts_response_payload: boolean;
  readonly retry?: { readonly retry_attempt: number; readonly retry_reason: string };
  /** What cannot be told to a person waiting is lost with its socket, and told again by whoever sent it. */
  readonly lostWithSocket: boolean;
}

/** What became of it. `refused` is an answer that is none, by its status. */
export type Delivery =
  | { readonly kind: 'acked'; readonly payload: JsonObject }
  | { readonly kind: 'timeout' | 'gone' | 'unconnected' }
  | { readonly kind: 'refused'; readonly status: number };

/** How the app is told: by its sockets, or at its address. */
export interface Transport {
  /** Waits for the acknowledgement, three seconds at most. */
  readonly deliver: (envelope: Envelope) => Promise<Delivery>;
  /** Slack is known to deliver the same thing twice: the next `times` come with a twin. */
  readonly deliverTwice: (times: number) => void;
  readonly connected: () => number;
}
