import { z } from 'zod';
import { type BlobId, blobIdSchema, type CommitSha, commitShaSchema, type Lane } from '../change.ts';
import { messageOf } from '../errors.ts';
import { key, type Redis } from '../redis.ts';
import { checkSluiceFile, type ReadFile, type Snapshot } from '../sluice-yaml.ts';
import type { Log } from '../telemetry.ts';

export interface SnapshotPorts {
  readonly redis: Redis;
  readonly log: Log;
  readonly policy: { readonly repository: string; readonly file: string; readonly lane: Lane };
  readonly fetch: (
    lane: Lane,
  ) => Promise<
    { readonly kind: 'fetched'; readonly head: CommitSha } | { readonly kind: 'unreachable'; readonly because: string }
  >;
  readonly head: (lane: Lane) => CommitSha | null;
  readonly read: (
    repository: string,
    commit: CommitSha,
    path: string,
  ) => Promise<{ blob: BlobId; text: string } | null>;
  /** The last commit up to `head` that changed a file. */
  readonly changedBy: (repository: string, head: CommitSha, path: string) => Promise<CommitSha | null>;
}

const keptSchema = z.object({ blob: blobIdSchema, commit: commitShaSchema, text: z.string() });
const keptKey = key('catalog', 'last-good');

/**
 * `sluice.yaml` at the fetched head, parsed only when it changed. The last valid version is kept in Redis, so that
 * rollbacks go under it while the present one is not valid, also after a restart.
 */
export function createSnapshots(ports: SnapshotPorts) {
  const { lane, repository, file } = ports.policy;
  let current: { readonly head: CommitSha; readonly blob: BlobId | null; readonly snapshot: Snapshot } | null = null;
  let good: ReadFile | null = null;
  let restored = false;

  const withLastGood = async <T extends { kind: 'invalid' | 'unreadable' }>(
    broken: T,
  ): Promise<T & { lastGood?: ReadFile }> => {
    if (good === null && !restored) {
      const kept = await restore(ports);
      restored = kept.kind === 'read';
      if (kept.kind === 'read') good = kept.file;
    }
    return good === null ? broken : { ...broken, lastGood: good };
  };

  const readAt = async (head: CommitSha): Promise<{ blob: BlobId | null; snapshot: Snapshot }> => {
    const found = await ports.read(repository, head, file);
    if (found === null) {
      const because = `there is no ${file} in ${repository} at ${head.slice(0, 7)}`;
      return { blob: null, snapshot: await withLastGood({ kind: 'unreadable', because }) };
    }
    if (current !== null && current.blob === found.blob) return { blob: found.blob, snapshot: current.snapshot };
    const parsed = checkSluiceFile(found.text, file);
    if (parsed.kind === 'invalid')
      return { blob: found.blob, snapshot: await withLastGood({ kind: 'invalid', problems: parsed.problems }) };
    const commit = (await ports.changedBy(repository, head, file)) ?? head;
    const snapshot: ReadFile = {
      kind: 'valid',
      file: parsed.value,
      blob: found.blob,
      commit,
      lineOf: parsed.lineOf,
    };
    await keep(ports, { blob: found.blob, commit, text: found.text });
    return { blob: found.blob, snapshot };
  };

  const readHead = async (): Promise<Snapshot> => {
    const head = ports.head(lane);
    if (head === null) return withLastGood({ kind: 'unreadable', because: `${repository} was never fetched` });
    if (current?.head === head) return current.snapshot;
    try {
      const read = await readAt(head);
      // Another call may have read a newer head meanwhile; the older answer must not replace it.
      if (ports.head(lane) === head) {
        current = { head, ...read };
        if (read.snapshot.kind === 'valid') good = read.snapshot;
      }
      return read.snapshot;
    } catch (error) {
      return withLastGood({ kind: 'unreadable', because: messageOf(error) });
    }
  };

  return {
    /** Reads what the head holds; with `fetch` after asking the remote, and unreadable where that does not answer. */
    refresh: async ({ fetch = true }: { readonly fetch?: boolean } = {}): Promise<Snapshot> => {
      if (!fetch) return readHead();
      const fetched = await ports.fetch(lane);
      if (fetched.kind === 'fetched') return readHead();
      const { because } = fetched;
      if (current === null) await readHead();
      return withLastGood({ kind: 'unreadable', because });
    },
    /** The last that was read; nothing is asked for it. */
    snapshot: (): Snapshot => current?.snapshot ?? { kind: 'unreadable', because: 'it was not read yet' },
    lastGood: (): ReadFile | null => good,
  };
}

async function keep({ redis, log }: SnapshotPorts, kept: z.input<typeof keptSchema>): Promise<void> {
  try {
    await redis.set(keptKey, JSON.stringify(kept));
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'the last good sluice.yaml was not kept for a restart');
  }
}

async function restore({
  redis,
  log,
  policy,
}: SnapshotPorts): Promise<{ readonly kind: 'read'; readonly file: ReadFile | null } | { readonly kind: 'failed' }> {
  try {
    const text = await redis.get(keptKey);
    if (text === null) return { kind: 'read', file: null };
    const kept = keptSchema.parse(JSON.parse(text));
    const parsed = checkSluiceFile(kept.text, policy.file);
    if (parsed.kind === 'invalid') return { kind: 'read', file: null };
    const { blob, commit } = kept;
    return { kind: 'read', file: { kind: 'valid', file: parsed.value, blob, commit, lineOf: parsed.lineOf } };
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'the last good sluice.yaml cannot be read back');
    return { kind: 'failed' };
  }
}
