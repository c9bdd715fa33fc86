import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { requestUrl } from '../request-url.ts';
import {
  type Answer,
  failure,
  listKind,
  noInitialEvents,
  notFound,
  scaleOf,
  type Target,
  writeObject,
} from './api-write.ts';
import { discover } from './discovery.ts';
import { type JsonObject, textAt } from './json.ts';
import { kindAt } from './kinds.ts';
import { podLog } from './pod-log.ts';
import { type Rights, reviewsPath, verbOf } from './rights.ts';
import { nameOf, namespaceOf, type Store } from './store.ts';
import { createWatches } from './watches.ts';
import { sha256 } from './world.ts';

export interface Api {
  readonly url: string;
  readonly dropWatches: () => void;
  readonly expire: () => void;
  /** While cut, every connection is broken at once. */
  readonly cutOff: (cut: boolean) => void;
  readonly isCut: () => boolean;
  readonly close: () => Promise<void>;
}

export interface ApiOptions {
  readonly store: Store;
  readonly rights: Rights;
  readonly token: string;
  readonly host: string;
  readonly port: number;
  /** Called for a Flux Receiver's webhook. */
  readonly onHook: () => void;
}

const bodyLimit = 3_000_000;

/** The Kubernetes API over http: bearer token, discovery, list, watch, get and the writes. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { store, rights } = options;
  const feeds = createWatches(store);
  let cut = false;
  const send = (response: ServerResponse, { code, body }: Answer) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = requestUrl(request);
    const path = decodeURIComponent(url.pathname).replace(/(.)\/$/, '$1');
    if (request.method === 'POST' && path.startsWith('/hook/')) {
      request.resume();
      options.onHook();
      return send(response, { code: 200, body: {} });
    }
    if (!allowed(request, options.token)) return send(response, failure(401, 'Unauthorized', 'Unauthorized'));
    if (request.method === 'POST' && path === reviewsPath)
      return send(response, rights.review((await bodyOf(request)) ?? ''));
    const found = request.method === 'GET' ? discover(path) : null;
    if (found !== null) return send(response, { code: 200, body: found });
    const target = targetOf(path);
    if (target === null)
      return send(response, failure(404, 'NotFound', 'the server could not find the requested resource'));
    const watches = (url.searchParams.get('watch') ?? 'false') !== 'false';
    const refusal = rights.refusal(target, verbOf(request.method ?? '', target.name, watches));
    if (refusal !== null) return send(response, refusal);
    if (request.method !== 'GET') {
      const text = await bodyOf(request);
      if (text === null) return send(response, failure(413, 'RequestEntityTooLarge', 'the body is too large'));
      const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
      const manager = url.searchParams.get('fieldManager') ?? agent;
      const type = request.headers['content-type'] ?? '';
      const force = url.searchParams.get('force') === 'true';
      return send(response, writeObject(store, target, { method: request.method ?? '', type, manager, force, text }));
    }
    if (target.name !== null) return sendObject(response, target, url.searchParams);
    return watches ? watch(response, target, url.searchParams) : send(response, list(target, url.searchParams));
  };

  const sendObject = (response: ServerResponse, target: Target, query: URLSearchParams) => {
    const object = store.get(target.kind.kind, target.namespace, target.name ?? '');
    if (object === null) return send(response, notFound(target));
    if (target.sub === 'log' && target.kind.kind === 'Pod') {
      const log = podLog(object, query);
      if (typeof log === 'string') return send(response, failure(400, 'BadRequest', log));
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(log.map((line) => `${line}\n`).join(''));
      return;
    }
    if (
      target.sub !== null &&
      !(target.sub === 'scale' && target.kind.kind === 'Deployment') &&
      target.sub !== 'status'
    )
      return send(response, failure(404, 'NotFound', 'the server could not find the requested resource'));
    send(response, { code: 200, body: target.sub === 'scale' ? scaleOf(object) : object });
  };

  const list = (target: Target, query: URLSearchParams): Answer => {
    const limit = Number(query.get('limit') ?? 0);
    const after = query.get('continue') ?? '';
    const [at = '', last = ''] = after === '' ? [] : Buffer.from(after, 'base64url').toString('utf8').split(' ');
    if (after !== '' && store.since(Number(at)) === null)
      return failure(410, 'Expired', 'The provided continue parameter is too old');
    const key = (object: JsonObject) => `${namespaceOf(object)}/${nameOf(object)}`;
    const matches = selectorOf(query);
    const all = store
      .list(target.kind.kind, target.namespace === '' ? undefined : target.namespace)
      .filter((object) => matches(object) && key(object) > last)
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const items = limit > 0 ? all.slice(0, limit) : all;
    const end = items.at(-1);
    const version = after === '' ? String(store.version()) : at;
    const metadata: JsonObject = { resourceVersion: version };
    if (end !== undefined && items.length < all.length) {
      metadata['continue'] = Buffer.from(`${version} ${key(end)}`).toString('base64url');
      metadata['remainingItemCount'] = all.length - items.length;
    }
    return { code: 200, body: { ...listKind(target.kind), metadata, items } };
  };

  const watch = (response: ServerResponse, target: Target, query: URLSearchParams) => {
    const version = query.get('resourceVersion') ?? '';
    if (query.get('sendInitialEvents') === 'true') return send(response, noInitialEvents());
    feeds.open(
      {
        kind: target.kind,
        namespace: target.namespace === '' ? null : target.namespace,
        matches: selectorOf(query),
        from: version === '' || version === '0' ? null : Number(version),
        bookmarks: query.get('allowWatchBookmarks') === 'true',
        seconds: Math.min(Number(query.get('timeoutSeconds') ?? 300) || 300, 3_600),
      },
      response,
    );
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, failure(500, 'InternalError', error instanceof Error ? error.message : 'failed'));
    });
  });
  server.on('connection', (socket) => {
    if (cut) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}`,
    dropWatches: feeds.drop,
    expire: feeds.expire,
    cutOff: (now) => {
      cut = now;
      if (cut) server.closeAllConnections();
    },
    isCut: () => cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function allowed(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)));
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > bodyLimit) return null;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `/apis/apps/v1/namespaces/shop/deployments/web/scale` and its like. */
export function targetOf(path: string): Target | null {
  const [, root, ...parts] = path.split('/');
  const group = root === 'apis' ? parts.shift() : root === 'api' ? '' : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined) return null;
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 2) {
    namespace = parts[1] ?? '';
    parts.splice(0, 2);
  }
  const [plural, name, sub, ...rest] = parts;
  const kind = plural === undefined ? undefined : kindAt(group, version, plural);
  if (kind === undefined || rest.length > 0) return null;
  return { kind, namespace, name: name ?? null, sub: sub ?? null };
}

/** `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)`; and `metadata.name=` of field selectors. */
function selectorOf(query: URLSearchParams): (object: JsonObject) => boolean {
  const parts = (query.get('labelSelector') ?? '').split(/,(?![^(]*\))/).filter((part) => part.trim() !== '');
  const fields = (query.get('fieldSelector') ?? '').split(',').filter((part) => part !== '');
  return (object) =>
    parts.every((part) => matchesLabel(object, part.trim())) &&
    fields.every((part) => {
      const [, field = '', sign, value = ''] = /^([^=!]+)(!=|==?)(.*)$/.exec(part) ?? [];
      return (textAt(object, ...field.split('.')) === value) === (sign !== '!=');
    });
}

function matchesLabel(object: JsonObject, part: string): boolean {
  const label = (name: string | undefined) => textAt(object, 'metadata', 'labels', (name ?? '').trim());
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const found = label(set[1]);
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return (found !== undefined && values.includes(found)) === (set[2] === 'in');
  }
  if (part.includes('!=')) {
    const [name, value] = part.split('!=');
    return label(name) !== value?.trim();
  }
  const [name, value] = part.split(/==?/);
  if (value !== undefined) return label(name) === value.trim();
  return part.startsWith('!') ? label(part.slice(1)) === undefined : label(part) !== undefined;
}
