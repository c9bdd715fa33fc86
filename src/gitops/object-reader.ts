import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Retryable } from '../doors/errors.ts';
import { endGroup, noHandles, spoken, startGit } from './git-process.ts';

export interface GitObject {
  readonly id: string;
  /** As git names it, or `too-large`, with no content. */
  readonly type: string;
  readonly content: Buffer;
}

interface Waiting {
  readonly resolve: (object: GitObject | null) => void;
  readonly reject: (error: Error) => void;
}

/** Far more than any file that holds a version; what is larger would only fill the memory. */
const sizeLimit = 10_000_000;
/** A missing blob is fetched by git itself, which may wait for a remote that says nothing. */
const silenceLimitMs = 45_000;
/** gitcli: whatever else stands in the line, such as "<name> missing" with any name, is no header of an object. */
const header = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/;

/**
 * Reads objects through one long-lived `git cat-file --batch`; started on first use and again after it died. A name
 * that git does not know is null; an object that cannot be had now rejects as Retryable.
 */
export function createObjectReader(folder: string, environment: Readonly<Record<string, string>>) {
  let reading: Reading | null = null;
  let isClosed = false;
  /** Blobs that are known to be in the clone; bounded, as forgetting one costs no more than bringing it again. */
  const present = new Set<string>();
  const seen = (ids: readonly string[]) => {
    if (present.size > 200_000) present.clear();
    for (const id of ids) present.add(id);
  };
  const start = (): Reading => {
    const started = startReading(folder, environment, ({ type, id }) => type === 'blob' && seen([id]));
    for (const end of ['error', 'close'])
      started.child.once(end, () => {
        if (reading === started) reading = null;
      });
    return started;
  };
  return {
    /** `name` is an object id or `<commit>:<path>`. */
    read: async (name: string): Promise<GitObject | null> => {
      if (/[\n\0]/.test(name)) return null;
      // One started now would keep the whole process from its end.
      if (isClosed) throw new Retryable('Sluice is about to end');
      reading ??= start();
      return reading.ask(name);
    },
    has: (id: string): boolean => present.has(id),
    seen,
    /** Ends the process for good; with `forget`, where the clone itself is made anew, the next read starts another. */
    close: ({ forget = false } = {}) => {
      if (forget) present.clear();
      else isClosed = true;
      reading?.child.stdin.end();
      reading = null;
    },
  };
}
export type ObjectReader = ReturnType<typeof createObjectReader>;

interface Reading {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ask: (name: string) => Promise<GitObject | null>;
}

function startReading(
  folder: string,
  environment: Readonly<Record<string, string>>,
  onObject: (object: GitObject) => void,
): Reading {
  const waiting: Waiting[] = [];
  let because = '';
  const failAll = (why: string) => {
    for (const { reject } of waiting.splice(0)) reject(new Retryable(`git could not read the clone: ${why}`));
  };
  const child = startGit(['cat-file', '--batch'], { folder, environment }, (error) => {
    because = error.message;
    failAll(because);
  });
  if (child === null) throw new Retryable(noHandles);
  const watchdog = setTimeout(() => {
    if (waiting.length > 0) endGroup(child.pid);
  }, silenceLimitMs);
  watchdog.unref();
  const take = createParser((object) => {
    watchdog.refresh();
    if (object !== null) onObject(object);
    waiting.shift()?.resolve(object);
  });
  child.stdout.on('data', take);
  child.stderr.on('data', (chunk: Buffer) => {
    because = `${because}${chunk.toString()}`.slice(-2_000);
  });
  child.stdin.on('error', () => {});
  child.once('close', () => {
    clearTimeout(watchdog);
    failAll(spoken(because) || 'cat-file ended');
  });
  return {
    child,
    ask: (name) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) watchdog.refresh();
        waiting.push({ resolve, reject });
        child.stdin.write(`${name}\n`);
      }),
  };
}

/** Cuts the output of `cat-file --batch` into objects (git-cat-file, BATCH OUTPUT); null for each that is not there. */
export function createParser(onObject: (object: GitObject | null) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  /** So many bytes are needed before it is worth looking again. */
  let needed = 1;
  /** So many bytes of an object that is too large are still to come. */
  let skip = 0;
  /** Hands out what is whole; returns the rest, and how many bytes it must have before it is worth looking again. */
  const drain = (buffered: Buffer): { readonly rest: Buffer; readonly more: number } => {
    let rest = buffered;
    for (;;) {
      const skipped = Math.min(skip, rest.length);
      skip -= skipped;
      rest = rest.subarray(skipped);
      const end = rest.indexOf(10);
      if (end === -1) return { rest, more: rest.length + 1 };
      const [, id, type, length] = header.exec(rest.toString('utf8', 0, end)) ?? [];
      if (id === undefined || type === undefined || length === undefined) {
        rest = rest.subarray(end + 1);
        onObject(null);
      } else if (type === 'blob' && Number(length) > sizeLimit) {
        skip = end + 1 + Number(length) + 1;
        onObject({ id, type: 'too-large', content: Buffer.alloc(0) });
      } else {
        const to = end + 1 + Number(length);
        if (rest.length < to + 1) return { rest, more: to + 1 };
        const content = Buffer.from(rest.subarray(end + 1, to));
        rest = rest.subarray(to + 1);
        onObject({ id, type, content });
      }
    }
  };
  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    const { rest, more } = drain(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    chunks = rest.length === 0 ? [] : [rest];
    size = rest.length;
    needed = more;
  };
}
