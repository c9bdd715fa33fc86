import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WatchedKind, watchedKinds } from '../../src/kubernetes/kinds.ts';

export interface TinyObject {
  readonly apiVersion?: string | undefined;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

interface Event {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: TinyObject;
}

type Served = Pick<WatchedKind, 'group' | 'version' | 'plural'> & { readonly kind: string };

/** What the next requests meet: a status for lists or watches, or a watch that never sends anything. */
export interface Faults {
  list?: number;
  watch?: number;
  /** Pages after the first one are answered so, as when their token has expired. */
  nextPage?: number;
  /** Lists break off in the middle. */
  cutList?: boolean;
  /** Requests are taken and never answered. */
  mute?: boolean;
  /** The watch is opened and then dead, as behind a broken proxy. */
  halfOpen?: boolean;
  /** What is said of versions that are forgotten, instead of 410. */
  goneAs?: number;
  /** 410 inside the stream rather than as an answer. */
  goneInStream?: boolean;
  /** Status for all requests of one plural. */
  refused?: Record<string, number>;
}

/** The part of the Kubernetes API that a reflector speaks: discovery, lists in pages, watches with bookmarks, over real HTTP. */
export async function startTinyApi() {
  const objects = new Map<string, TinyObject>();
  const events: Event[] = [];
  const watches = new Set<{ response: ServerResponse; plural: string; dead: boolean }>();
  const requests: string[] = [];
  const muted = new Set<ServerResponse>();
  const snapshots = new Map<string, { readonly version: string; readonly items: readonly TinyObject[] }>();
  const faults: Faults = {};
  let version = 1;
  let met = 0;
  let oldest = 0;
  /** Beside what is watched: the kinds of operators, as objects of them come. */
  const served: Served[] = [...watchedKinds];
  const pluralOf = (kind: string) => served.find((each) => each.kind === kind)?.plural;
  const serve = ({ apiVersion = '', kind }: TinyObject) => {
    const [group = '', own] = apiVersion.split('/');
    if (own === undefined || pluralOf(kind) !== undefined) return;
    served.push({ group, version: own, kind, plural: `${kind.toLowerCase()}s` });
  };

  const emit = (type: Event['type'], object: TinyObject) => {
    const event: Event = { version, type, object };
    events.push(event);
    for (const watch of watches)
      if (watch.plural === pluralOf(object.kind) && !watch.dead) sendEvent(watch.response, event);
  };
  const put = (object: TinyObject) => {
    serve(object);
    version += 1;
    const key = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const known = objects.has(key);
    objects.set(key, stored);
    emit(known ? 'MODIFIED' : 'ADDED', stored);
  };
  const remove = (kind: string, namespace: string, name: string) => {
    const object = objects.get(`${kind}/${namespace}/${name}`);
    if (object === undefined) return;
    version += 1;
    objects.delete(`${kind}/${namespace}/${name}`);
    emit('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
  };

  const refuse = (response: ServerResponse, status: number) => {
    met += 1;
    answer(response, status);
  };
  const breakOff = (response: ServerResponse) => {
    met += 1;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
    response.write('{"metadata":{"resourceVersion":"1"},"items":[', () => response.socket?.destroy());
  };
  const listOf = (plural: string, url: URL, response: ServerResponse, namespace?: string) => {
    if (faults.list !== undefined) return refuse(response, faults.list);
    const [token, from] = (url.searchParams.get('continue') ?? '').split(':');
    if (from !== undefined && faults.nextPage !== undefined) return refuse(response, faults.nextPage);
    if (faults.cutList === true) return breakOff(response);
    const named = /^metadata\.name=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
    // All pages of a list show one moment.
    const snapshot = snapshots.get(token ?? '') ?? {
      version: String(version),
      items: [...objects.values()].filter(
        ({ kind, metadata }) =>
          pluralOf(kind) === plural &&
          (namespace === undefined || metadata.namespace === namespace) &&
          (named === undefined || metadata.name === named),
      ),
    };
    const begin = Number(from ?? 0);
    const end = begin + Number(url.searchParams.get('limit') ?? 500);
    const hasMore = end < snapshot.items.length;
    const name = token || String(requests.length);
    if (hasMore) snapshots.set(name, snapshot);
    else snapshots.delete(name);
    answer(response, 200, {
      metadata: { resourceVersion: snapshot.version, continue: hasMore ? `${name}:${end}` : '' },
      items: snapshot.items.slice(begin, end),
    });
  };
  const watchOf = (plural: string, url: URL, response: ServerResponse) => {
    if (faults.watch !== undefined) return refuse(response, faults.watch);
    const from = Number(url.searchParams.get('resourceVersion'));
    if (from < oldest && !faults.goneInStream) return refuse(response, faults.goneAs ?? 410);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < oldest) {
      response.end(
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } })}\n`,
      );
      return;
    }
    const watch = { response, plural, dead: faults.halfOpen === true };
    watches.add(watch);
    response.on('close', () => watches.delete(watch));
    if (watch.dead) return;
    for (const event of events)
      if (event.version > from && pluralOf(event.object.kind) === plural) sendEvent(response, event);
    const ends = setTimeout(
      () => {
        if (watch.dead) return;
        watches.delete(watch);
        response.write(
          `${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'x', metadata: { resourceVersion: String(version) } } })}\n`,
        );
        response.end();
      },
      Number(url.searchParams.get('timeoutSeconds') ?? 60) * 1000,
    );
    response.on('close', () => clearTimeout(ends));
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://tiny');
    requests.push(`${url.pathname}${url.search}`);
    if (faults.mute === true) return void muted.add(response);
    const [, root, ...rest] = url.pathname.split('/');
    const [group, groupVersion, ...at] = root === 'api' ? ['', ...rest] : rest;
    const namespace = at[0] === 'namespaces' ? at[1] : undefined;
    const plural = namespace === undefined ? at[0] : at[2];
    const kinds = served.filter((each) => each.group === group);
    if (kinds.length === 0) return answer(response, 404);
    if (groupVersion === undefined)
      return answer(response, 200, {
        preferredVersion: { version: kinds[0]?.version },
        versions: [{ version: kinds[0]?.version }],
      });
    if (plural === undefined)
      return answer(response, 200, {
        resources: kinds
          .filter((each) => faults.refused?.[each.plural] !== 404)
          .map((each) => ({ name: each.plural, kind: each.kind })),
      });
    const refused = faults.refused?.[plural];
    if (refused !== undefined) return answer(response, refused);
    return url.searchParams.get('watch') === 'true'
      ? watchOf(plural, url, response)
      : listOf(plural, url, response, namespace);
  };

  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? (address satisfies AddressInfo).port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    put,
    remove,
    watching: (plural: string) => [...watches].filter((watch) => watch.plural === plural).length,
    /** Ends all streams and open requests in the middle, as a lost connection does. */
    cut: () => {
      for (const { response } of watches) response.socket?.destroy();
      for (const response of muted) response.socket?.destroy();
      watches.clear();
      muted.clear();
    },
    /** How many requests a fault has met. */
    met: () => met,
    /** Sends text as it is on all streams. */
    write: (text: string) => {
      for (const { response } of watches) response.write(text);
    },
    /** Nothing comes on the open streams any more, nor do they end. */
    silence: () => {
      for (const watch of watches) watch.dead = true;
    },
    /** Sends everything that ever happened once more, in an order that never was. */
    tellPast: (random: () => number) => {
      const past = events.map((event) => ({ event, at: random() })).toSorted((a, b) => a.at - b.at);
      for (const watch of watches)
        for (const { event } of past)
          if (watch.plural === pluralOf(event.object.kind) && !watch.dead) sendEvent(watch.response, event);
    },
    /** Everything that it holds. */
    objects: () => [...objects.values()],
    /** Ends all streams properly, as the server does every few minutes. */
    end: () => {
      for (const { response } of watches) response.end();
      watches.clear();
    },
    /** Tells everything again, as it is, under new versions. */
    repeat: () => {
      for (const object of [...objects.values()]) put(object);
    },
    /** Forgets the past: whoever wants to go on from there is told 410. */
    compact: () => {
      version += 1;
      oldest = version;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
export type TinyApi = Awaited<ReturnType<typeof startTinyApi>>;

/** A kubeconfig for a server without TLS. */
export function kubeconfigFor(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tiny',
    clusters: [{ name: 'tiny', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'tiny', user: { token: 'reader' } }],
    contexts: [{ name: 'tiny', context: { cluster: 'tiny', user: 'tiny' } }],
  });
}

function sendEvent(response: ServerResponse, { type, object }: Event): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function answer(
  response: ServerResponse,
  status: number,
  body: object = { kind: 'Status', code: status, message: `status ${status}` },
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
