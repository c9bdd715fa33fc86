import { z } from 'zod';
import { messageOf, Retryable } from '../doors/errors.ts';
import { key, type Redis } from '../doors/redis.ts';
import type { Log } from '../doors/telemetry.ts';
import { readYaml } from '../doors/yaml.ts';
import { checkSluiceFile, type ReadFile, type Snapshot } from '../sluice-yaml.ts';
import { type BlobId, blobIdSchema, type CommitSha, commitShaSchema, type Lane } from '../vocabulary/change.ts';
import { memberSchema, publicKeySchema, slackIdSchema } from '../vocabulary/person.ts';
import { type Guard, objection, type VouchPorts } from './vouching.ts';

export interface SnapshotPorts extends VouchPorts {
  readonly redis: Redis;
  readonly log: Log;
  readonly policy: VouchPorts['policy'] & { readonly lane: Lane };
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
}

const keptSchema = z.object({ blob: blobIdSchema, commit: commitShaSchema, text: z.string() });
/** Of a kept text that this Sluice reads no longer: its owners still say what counts next. */
const guardSchema = z.looseObject({
  'policy-owners': z.array(memberSchema).optional(),
  people: z
    .record(
      z.string(),
      z.looseObject({ slack: slackIdSchema, email: z.string().optional(), keys: z.array(publicKeySchema).optional() }),
    )
    .default({}),
});
const keptKey = key('catalog', 'last-good');

/**
 * `sluice.yaml` at the fetched head, parsed only when it changed. The last version that counted is kept in Redis, so
 * that rollbacks go under it while the present one does not, also after a restart; its owners say what counts next.
 */
export function createSnapshots(ports: SnapshotPorts) {
  const { lane, repository, file } = ports.policy;
  let current: { readonly head: CommitSha; readonly blob: BlobId | null; readonly snapshot: Snapshot } | null = null;
  let good: ReadFile | null = null;
  let guard: Guard | null = null;
  let restored = false;

  const reread = async (): Promise<void> => {
    const kept = await restore(ports);
    restored = kept.kind === 'read';
    if (kept.kind === 'failed' || (kept.file === null && kept.guard === null)) return;
    good = kept.file;
    guard = kept.guard;
  };
  const lastGood = async (): Promise<ReadFile | null> => {
    if (good === null && !restored) await reread();
    return good;
  };
  /** What the next version is judged by: another replica may have taken one since, whose owners count now. */
  const judges = async (): Promise<ReadFile | null> => {
    await reread();
    if (!restored)
      throw new Retryable('nobody can tell which version of it was the last good one: Redis cannot be read');
    return good;
  };
  const withLastGood = async <T extends { kind: 'invalid' | 'unreadable' }>(
    broken: T,
  ): Promise<T & { lastGood?: ReadFile }> => {
    const known = await lastGood();
    return known === null ? broken : { ...broken, lastGood: known };
  };

  const readAt = async (head: CommitSha): Promise<{ blob: BlobId | null; snapshot: Snapshot }> => {
    const found = await ports.read(repository, head, file);
    if (found === null) {
      const because = `there is no ${file} in ${repository} at ${head.slice(0, 7)}`;
      return { blob: null, snapshot: await withLastGood({ kind: 'unreadable', because }) };
    }
    const { blob, text } = found;
    const isSame = current?.blob === blob && isSettled(current.snapshot);
    // What another replica has taken since makes what was valid here an older version.
    if (isSame && (current?.snapshot.kind !== 'valid' || (await judges())?.blob === blob))
      return { blob, snapshot: current?.snapshot ?? { kind: 'unreadable', because: 'it was not read yet' } };
    const parsed = checkSluiceFile(text, file);
    if (parsed.kind === 'invalid')
      return { blob, snapshot: await withLastGood({ kind: 'invalid', problems: parsed.problems }) };
    const known = await judges();
    if (known?.blob === blob) return { blob, snapshot: known };
    const before = known ?? guard;
    const against = before === null ? null : await objection(ports, before, head);
    if (against !== null && known !== null)
      return { blob, snapshot: { kind: 'unsigned', ...against, lastGood: known } };
    if (against !== null) return { blob: null, snapshot: { kind: 'unreadable', because: against.because } };
    const commit = (await ports.changedBy(repository, head, file)) ?? head;
    if (before === null)
      ports.log.info({ commit, blob }, 'the first version of sluice.yaml is trusted as it was found');
    await keep(ports, { blob, commit, text });
    return { blob, snapshot: { kind: 'valid', file: parsed.value, blob, commit, lineOf: parsed.lineOf } };
  };

  const readHead = async (): Promise<Snapshot> => {
    const head = ports.head(lane);
    if (head === null) return withLastGood({ kind: 'unreadable', because: `${repository} was never fetched` });
    if (current?.head === head && isSettled(current.snapshot)) return current.snapshot;
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

/** Who is in a group of owners may change while the file stays as it is. */
function isSettled({ kind }: Snapshot): boolean {
  return kind !== 'unsigned' && kind !== 'unreadable';
}

/** Rejects (Retryable) where it was not kept: a version counts for all replicas or for none. */
async function keep({ redis }: SnapshotPorts, kept: z.input<typeof keptSchema>): Promise<void> {
  try {
    await redis.set(keptKey, JSON.stringify(kept));
  } catch (error) {
    throw new Retryable(`the version that counts could not be kept: ${messageOf(error)}`, { cause: error });
  }
}

/** The text of the last version that counted, for those who look from outside. */
export async function lastGoodText(redis: Redis): Promise<string | null> {
  const text = await redis.get(keptKey);
  return text === null ? null : keptSchema.parse(JSON.parse(text)).text;
}

type Restored =
  | { readonly kind: 'read'; readonly file: ReadFile | null; readonly guard: Guard | null }
  | { readonly kind: 'failed' };

async function restore({ redis, log, policy }: SnapshotPorts): Promise<Restored> {
  try {
    const text = await redis.get(keptKey);
    if (text === null) return { kind: 'read', file: null, guard: null };
    const kept = keptSchema.parse(JSON.parse(text));
    const parsed = checkSluiceFile(kept.text, policy.file);
    const { blob, commit } = kept;
    if (parsed.kind === 'invalid')
      return { kind: 'read', file: null, guard: { commit, file: guardSchema.parse(readYaml(kept.text)) } };
    const file: ReadFile = { kind: 'valid', file: parsed.value, blob, commit, lineOf: parsed.lineOf };
    return { kind: 'read', file, guard: null };
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'the last good sluice.yaml cannot be read back');
    return { kind: 'failed' };
  }
}
