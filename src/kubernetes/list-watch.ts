import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { type ApiAnswer, type ClusterApi, readJson } from './clusters.ts';
import { createGate } from './gate.ts';
import { readList } from './read-list.ts';
import { isNotAfter } from './resource-version.ts';
import { createTimeout } from './time-limit.ts';

export interface Bounds {
  readonly pageSize: number;
  /** How long one page or the head of a watch may take. */
  readonly answerMs: number;
  /** The server ends a watch after this; a connection that is dead but open is seen `watchGraceMs` later. */
  readonly watchMs: number;
  readonly watchGraceMs: number;
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
  readonly forbiddenPauseMs: number;
}

/** A half-open connection is noticed within 55 s: the API server ends each watch before that by itself. */
export const defaultBounds: Bounds = {
  pageSize: 500,
  answerMs: 30_000,
  watchMs: 45_000,
  watchGraceMs: 5_000,
  shortestPauseMs: 250,
  longestPauseMs: 5_000,
  forbiddenPauseMs: 60_000,
};

export type ListWatchFailure =
  /** `answered`: the server said so itself. */
  | { readonly kind: 'failed'; readonly because: string; readonly answered?: true; readonly retryAfterMs?: number }
  | { readonly kind: 'forbidden'; readonly because: string }
  /** The version is too old to go on from: list again. */
  | { readonly kind: 'gone' };

export interface ListedObject<T> {
  readonly key: string;
  readonly version: string;
  readonly value: T | null;
}

export type Outcome<T> =
  | { readonly kind: 'listed'; readonly version: string; readonly objects: readonly ListedObject<T>[] }
  /** The server ended the watch, as it does every now and then; `lively` when it had been of use. */
  | { readonly kind: 'closed'; readonly version: string; readonly lively: boolean }
  | { readonly kind: 'missing' }
  | ListWatchFailure;

export interface ListWatchOptions<T> {
  readonly api: ClusterApi;
  readonly path: string;
  readonly keep: (raw: unknown) => T | null;
  readonly onContact: () => void;
  readonly onEvent: (events: readonly (ListedObject<T> & { readonly deleted: boolean })[]) => void;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly bounds: Bounds;
}

const metadataSchema = z.object({
  metadata: z.object({ namespace: z.string().optional(), name: z.string(), resourceVersion: z.string() }),
});
const bookmarkSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const pageSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
});
const eventSchema = z.object({ type: z.string(), object: z.unknown() });
const statusSchema = z.object({ code: z.number().optional(), message: z.string().optional() });

const lineLimit = 32_000_000;

/** Of all clusters together: what is read at the same time takes memory at the same time. */
const reading = createGate(4, 2_000);

/** The calls of the Kubernetes watch protocol; what went wrong is an answer, or a rejection where nothing was. */
export function createListWatch<T>(options: ListWatchOptions<T>) {
  const { bounds, path } = options;
  const separator = path.includes('?') ? '&' : '?';

  const identify = (raw: unknown): ListedObject<T> | null => {
    const known = metadataSchema.safeParse(raw);
    if (!known.success) return null;
    const { namespace, name, resourceVersion } = known.data.metadata;
    return { key: `${namespace ?? ''}/${name}`, version: resourceVersion, value: options.keep(raw) };
  };

  const list = async (): Promise<Outcome<T>> => {
    const objects: ListedObject<T>[] = [];
    let next: string | undefined = '';
    let version: string | undefined;
    for (;;) {
      const from: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const limit = createTimeout(options.signal, bounds.answerMs);
      try {
        const answer = await options.api.request(`${path}${separator}limit=${bounds.pageSize}${from}`, limit);
        if (answer.status !== 200) return await refusalOf(answer, path, 'list');
        const leave = await reading.enter();
        limit.reset(bounds.answerMs);
        const page = await readList(answer, (item) => {
          const object = identify(item);
          if (object !== null && object.value !== null) objects.push(object);
        }).finally(leave);
        const parsed = pageSchema.parse(page);
        options.onContact();
        // What changes between two pages is told by the watch.
        version ??= parsed.metadata.resourceVersion;
        next = parsed.metadata.continue;
        if (next === undefined || next === '') return { kind: 'listed', version, objects };
      } finally {
        limit.clear();
      }
    }
  };

  const watch = async (from: string): Promise<Outcome<T>> => {
    // Spread out, so that many reflectors do not reconnect together.
    const seconds = Math.max(1, Math.round((bounds.watchMs * (0.9 + options.random() * 0.2)) / 1000));
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${encodeURIComponent(from)}`;
    const limit = createTimeout(options.signal, bounds.answerMs);
    let version = from;
    let lively = false;
    try {
      const answer = await options.api.request(`${path}${separator}${query}`, limit);
      if (answer.status !== 200) return await refusalOf(answer, path, 'watch');
      options.onContact();
      limit.reset(seconds * 1000 + bounds.watchGraceMs);
      const opened = performance.now();
      for await (const lines of linesOf(answer.body)) {
        const read = readEvents(lines, identify);
        if (read.events.length > 0) options.onEvent(read.events);
        // What is told once more does not take the watch back.
        if (read.version !== null && !isNotAfter(read.version, version)) version = read.version;
        lively ||= read.version !== null;
        if (read.ended !== null) return read.ended;
        options.onContact();
      }
      return { kind: 'closed', version, lively: lively || performance.now() - opened > 1_000 };
    } catch (error) {
      // What was read before the cut counts: the next watch goes on from there.
      if (options.signal.aborted || version === from) throw error;
      return { kind: 'closed', version, lively: true };
    } finally {
      limit.clear();
    }
  };
  /** One object as it is now; nothing where it is not there. */
  const look = async (namespace: string, name: string): Promise<readonly ListedObject<T>[]> => {
    const here = path.replace(/\/([^/]+)$/, `/namespaces/${encodeURIComponent(namespace)}/$1`);
    const limit = createTimeout(options.signal, bounds.answerMs);
    try {
      const query = `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
      const answer = await options.api.request(`${here}${separator}${query}`, limit);
      if (answer.status !== 200) throw new Error(`list of ${here} was answered with ${answer.status}`);
      const found: ListedObject<T>[] = [];
      await readList(answer, (item) => {
        const object = identify(item);
        if (object?.key === `${namespace}/${name}`) found.push(object);
      });
      return found;
    } finally {
      limit.clear();
    }
  };
  return { list, watch, look };
}

function readEvents<T>(lines: readonly string[], identify: (raw: unknown) => ListedObject<T> | null) {
  const events: (ListedObject<T> & { readonly deleted: boolean })[] = [];
  let version: string | null = null;
  let ended: ListWatchFailure | null = null;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const { type, object } = eventSchema.parse(JSON.parse(line));
    if (type === 'ERROR') {
      const status = statusSchema.catch({}).parse(object);
      ended =
        status.code === 410
          ? { kind: 'gone' }
          : { kind: 'failed', because: status.message ?? 'the watch ended in an error', answered: true };
      break;
    }
    if (type === 'BOOKMARK') {
      version = bookmarkSchema.parse(object).metadata.resourceVersion;
      continue;
    }
    const known = identify(object);
    if (known === null) continue;
    version = known.version;
    events.push({ ...known, deleted: type === 'DELETED' });
  }
  return { events, version, ended };
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > lineLimit) throw new Error(`a watch event has more than ${lineLimit} characters`);
    if (parts.length > 0) yield parts;
  }
}

async function refusalOf(
  answer: ApiAnswer,
  path: string,
  verb: string,
): Promise<{ readonly kind: 'missing' } | ListWatchFailure> {
  const status = await readJson(answer)
    .then((body) => statusSchema.parse(body))
    .catch(() => ({ message: undefined }));
  const said = status.message?.slice(0, 300);
  switch (answer.status) {
    case 404:
      return { kind: 'missing' };
    case 410:
      return { kind: 'gone' };
    case 403:
      return { kind: 'forbidden', because: said ?? `${verb} of ${path} is not allowed` };
    default:
      return {
        kind: 'failed',
        answered: true,
        because: `${verb} of ${path} was answered with ${answer.status}${said === undefined ? '' : `: ${said}`}`,
        ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
      };
  }
}
