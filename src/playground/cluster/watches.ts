import type { ServerResponse } from 'node:http';
import type { JsonObject } from './json.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { namespaceOf, type Store, type StoreEvent } from './store.ts';

export interface WatchRequest {
  readonly kind: Kind;
  readonly namespace: string | null;
  readonly matches: (object: JsonObject) => boolean;
  /** From which version; null begins with everything there is. */
  readonly from: number | null;
  readonly bookmarks: boolean;
  readonly seconds: number;
}

export interface Watches {
  readonly open: (request: WatchRequest, response: ServerResponse) => void;
  /** Breaks all connections, as a network does. */
  readonly drop: () => void;
  /** Tells every watch that its version is gone. */
  readonly expire: () => void;
}

const bookmarkMs = 3_000;

export function gone(version: number, oldest: number): JsonObject {
  const message = `too old resource version: ${version} (${oldest})`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Expired', code: 410 };
}

/** What an event is to a watch with a selector: an object that no longer matches is gone for it. */
function typeFor({ type, object, before }: StoreEvent, matches: WatchRequest['matches']): string | null {
  const [did, does] = [before !== null && matches(before), matches(object)];
  if (type === 'DELETED') return did || does ? type : null;
  if (does) return did ? 'MODIFIED' : 'ADDED';
  return did ? 'DELETED' : null;
}

/** The open watches of the API server. */
export function createWatches(store: Store): Watches {
  const open = new Set<{ readonly drop: () => void; readonly expire: () => void }>();
  return {
    open: (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      // Between its end and its close a response may still be told of events.
      const write = (type: string, object: JsonObject) => {
        if (!response.writableEnded && !response.destroyed) response.write(`${JSON.stringify({ type, object })}\n`);
      };
      const past = request.from === null ? [] : store.since(request.from);
      if (past === null) {
        write('ERROR', gone(request.from ?? 0, store.version()));
        response.end();
        return;
      }
      const within = (object: JsonObject) => request.namespace === null || namespaceOf(object) === request.namespace;
      const send = (event: StoreEvent) => {
        if (event.kind !== request.kind.kind || !within(event.object)) return;
        const type = typeFor(event, request.matches);
        if (type !== null) write(type, event.object);
      };
      if (request.from === null)
        for (const object of store.list(request.kind.kind))
          if (within(object) && request.matches(object)) write('ADDED', object);
      for (const event of past) send(event);
      const bookmark = () => {
        const metadata = { resourceVersion: String(store.version()), creationTimestamp: null };
        write('BOOKMARK', { kind: request.kind.kind, apiVersion: apiVersionOf(request.kind), metadata });
      };
      const leave = store.subscribe(send);
      const timer = request.bookmarks ? setInterval(bookmark, bookmarkMs) : undefined;
      const end = setTimeout(() => response.end(), request.seconds * 1_000);
      const entry = {
        drop: () => response.destroy(),
        expire: () => {
          write('ERROR', gone(request.from ?? 0, store.version()));
          response.end();
        },
      };
      open.add(entry);
      response.once('close', () => {
        leave();
        clearInterval(timer);
        clearTimeout(end);
        open.delete(entry);
      });
    },
    drop: () => {
      for (const watch of [...open]) watch.drop();
    },
    expire: () => {
      store.compact();
      for (const watch of [...open]) watch.expire();
    },
  };
}
