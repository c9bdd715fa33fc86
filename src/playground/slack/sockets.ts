import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { requestUrl } from '../request-url.ts';
import { readJson } from './arguments.ts';
import { jsonObjectSchema } from './message.ts';
import type { Delivery, Envelope } from './transport.ts';

// Socket Mode as https://docs.slack.dev/apis/events-api/using-socket-mode describes it.
const ticketLifeMs = 30_000;
const pingMs = 10_000;
const mostSockets = 10;
const drainMs = 10_000;

export type DisconnectReason = 'refresh_requested' | 'warning' | 'link_disabled';

interface Link {
  readonly socket: WebSocket;
  draining: boolean;
  silentPings: number;
}

const ackSchema = z.looseObject({ envelope_id: z.string(), payload: jsonObjectSchema.nullish() });

/** The sockets of the app: each envelope goes to exactly one of them, in turn. */
export type Sockets = ReturnType<typeof createSockets>;

export function createSockets(options: {
  readonly appId: string;
  readonly ackTimeoutMs: number;
  readonly onState: (connected: number) => void;
}) {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1_000_000 });
  const tickets = new Map<string, ReturnType<typeof setTimeout>>();
  const waiting = new Map<
    string,
    { readonly link: Link; readonly lost: boolean; settle: (delivery: Delivery) => void }
  >();
  let links: Link[] = [];
  let turn = 0;
  let copies = 0;
  const pings = setInterval(() => links.forEach(ping), pingMs).unref();

  function ping(link: Link): void {
    link.silentPings += 1;
    if (link.silentPings > 3) link.socket.terminate();
    else link.socket.ping('Ping from applink-1');
  }

  function greet(link: Link): void {
    const debug_info = { host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 };
    const hello = {
      type: 'hello',
      num_connections: links.length,
      debug_info,
      connection_info: { app_id: options.appId },
    };
    link.socket.send(JSON.stringify(hello));
  }

  function send(link: Link, { type, payload, accepts_response_payload, retry }: Envelope, id: string): void {
    const envelope = { envelope_id: id, payload, type, accepts_response_payload, ...retry };
    link.socket.send(JSON.stringify(envelope));
  }

  function onAck(link: Link, text: string): void {
    link.silentPings = 0;
    const ack = ackSchema.safeParse(readJson(text));
    if (!ack.success) return;
    // A client may answer by its next socket, as the JavaScript one does after a reconnect.
    waiting.get(ack.data.envelope_id)?.settle({ kind: 'acked', payload: ack.data.payload ?? {} });
  }

  function attach(socket: WebSocket): void {
    const link: Link = { socket, draining: false, silentPings: 0 };
    socket.on('error', () => socket.terminate());
    if (links.length >= mostSockets) {
      socket.send(
        JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: 'applink-1' } }),
      );
      socket.close();
      return;
    }
    links = [...links, link];
    socket.on('pong', () => {
      link.silentPings = 0;
    });
    socket.on('message', (data) => onAck(link, String(data)));
    socket.on('close', () => {
      links = links.filter((each) => each !== link);
      for (const each of waiting.values()) if (each.link === link && each.lost) each.settle({ kind: 'gone' });
      options.onState(links.length);
    });
    greet(link);
    options.onState(links.length);
  }

  function next(): Link | undefined {
    const open = links.filter(({ draining, socket }) => !draining && socket.readyState === socket.OPEN);
    turn += 1;
    return open[turn % Math.max(open.length, 1)];
  }

  return {
    ticketUrl(host: string): string {
      const ticket = randomBytes(16).toString('hex');
      tickets.set(ticket, setTimeout(() => tickets.delete(ticket), ticketLifeMs).unref());
      return `ws://${host}/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    /** Takes an upgrade to `/link/`; a ticket opens one socket, once. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const url = requestUrl(request);
      const ticket = url.searchParams.get('ticket') ?? '';
      const timer = tickets.get(ticket);
      tickets.delete(ticket);
      clearTimeout(timer);
      if (url.pathname !== '/link/' || timer === undefined)
        return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      server.handleUpgrade(request, socket, head, attach);
    },
    /** To one socket. */
    deliver(envelope: Envelope): Promise<Delivery> {
      const link = next();
      if (link === undefined) return Promise.resolve({ kind: 'unconnected' });
      const id = randomUUID();
      const acked = new Promise<Delivery>((resolve) => {
        const settle = (delivery: Delivery) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(delivery);
        };
        const timer = setTimeout(() => settle({ kind: 'timeout' }), options.ackTimeoutMs);
        waiting.set(id, { link, lost: envelope.lostWithSocket, settle });
      });
      send(link, envelope, id);
      const second = copies > 0 ? next() : undefined;
      if (second !== undefined) {
        copies -= 1;
        send(second, envelope, randomUUID());
      }
      return acked;
    },
    deliverTwice(times: number): void {
      copies = times;
    },
    /** Asks every client to connect again; `link_disabled` means not to. */
    disconnect(reason: DisconnectReason): void {
      for (const link of links) {
        link.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }));
        link.draining = reason !== 'warning';
        if (reason === 'link_disabled') link.socket.close();
        if (reason === 'refresh_requested') setTimeout(() => link.socket.close(), drainMs).unref();
      }
    },
    /** Cuts the wire without a word. */
    cut: () => links.forEach(({ socket }) => void socket.terminate()),
    connected: () => links.length,
    /** Says goodbye to every client; who does not answer in half a second is cut off. */
    async close(): Promise<void> {
      clearInterval(pings);
      for (const timer of tickets.values()) clearTimeout(timer);
      for (const { settle } of waiting.values()) settle({ kind: 'gone' });
      await Promise.all(
        links.map(async ({ socket }) => {
          const cut = setTimeout(() => socket.terminate(), 500);
          const closed = once(socket, 'close');
          socket.close(1001);
          await closed;
          clearTimeout(cut);
        }),
      );
      server.close();
    },
  };
}
