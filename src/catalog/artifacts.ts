import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { canonical } from '../doors/canonical.ts';
import { artifactWork, dueKeys, markDueLua } from '../doors/due.ts';
import { key, onRedis, type Redis } from '../doors/redis.ts';
import { type Artifact, artifactSchema } from '../vocabulary/artifact.ts';

/** What is needed to find a version; the whole artifact is read only for the ones that are shown. */
const rowSchema = artifactSchema.pick({ version: true, branch: true, commit: true, builtAt: true });
export type ArtifactRow = z.infer<typeof rowSchema>;

export type Added =
  | { readonly kind: 'added' | 'same' }
  /** The same artifact, with checks that are newer than those that were known. */
  | { readonly kind: 'renewed' }
  /** `existing` is missing where it was forgotten: what it was is known still. */
  | { readonly kind: 'differs'; readonly existing?: Artifact };

export interface Artifacts {
  /** Keeps an artifact for good: the same version with another image, digest or commit is refused; its checks are renewed. */
  readonly add: (artifact: Artifact) => Promise<Added>;
  readonly get: (service: string, version: string) => Promise<Artifact | null>;
  readonly getAll: (service: string, versions: readonly string[]) => Promise<Artifact[]>;
  /** All that are kept of a service, newest first. */
  readonly rows: (service: string) => Promise<ArtifactRow[]>;
}

/** Older artifacts of one service are forgotten, so that nothing grows without end. */
const keptPerService = 1_000;
/** What a version was is known for longer, as it may have been healthy somewhere: another one is not to pass for it. */
const knownPerService = 20 * keptPerService;
/** What the schema of an artifact takes. */
const mostChecks = 50;

// One script, so that of two posts at the same moment the second sees the first: what stands is replaced only by whoever has read it.
const addScript = `${markDueLua}
local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if held ~= ARGV[6] then return held end
if held == '' then
  local print = redis.call('HGET', KEYS[7], ARGV[1])
  if print and print ~= ARGV[8] then return 'other' end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[7], ARGV[1], ARGV[8])
redis.call('ZADD', KEYS[8], ARGV[4], ARGV[1])
if held ~= '' then return false end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
markDue(KEYS[4], KEYS[5], KEYS[6], ARGV[7], 0)
local old = redis.call('ZRANGE', KEYS[3], 0, -1 - tonumber(ARGV[5]))
for _, version in ipairs(old) do
  redis.call('HDEL', KEYS[1], version)
  redis.call('HDEL', KEYS[2], version)
  redis.call('ZREM', KEYS[3], version)
end
for _, version in ipairs(redis.call('ZRANGE', KEYS[8], 0, -1 - tonumber(ARGV[9]))) do
  redis.call('HDEL', KEYS[7], version)
  redis.call('ZREM', KEYS[8], version)
end
return false
`;

/** The store of artifacts in Redis. A new one is due to be looked at from the moment that it is kept. */
export function createArtifacts(redis: Redis, kept = keptPerService, known = knownPerService): Artifacts {
  const whole = (service: string) => key('artifacts', service);
  const index = (service: string) => key('artifact-index', service);
  const order = (service: string) => key('artifact-order', service);
  const prints = (service: string) => key('artifact-prints', service);
  const printOrder = (service: string) => key('artifact-print-order', service);

  const getAll = async (service: string, versions: readonly string[]) => {
    if (versions.length === 0) return [];
    const texts = await onRedis(() => redis.hmget(whole(service), ...versions));
    return texts.map((text) => (text === null ? null : readArtifact(text))).filter((artifact) => artifact !== null);
  };

  /** Null where it was written; else what stands there instead of `read`. */
  const replace = async (read: string, artifact: Artifact): Promise<string | null> => {
    const { service, version, branch, commit, builtAt } = artifact;
    const standing = await redis.eval(
      addScript,
      5 + dueKeys.length,
      whole(service),
      index(service),
      order(service),
      ...dueKeys,
      prints(service),
      printOrder(service),
      version,
      JSON.stringify(artifact),
      JSON.stringify({ version, branch, commit, builtAt }),
      Date.parse(builtAt),
      kept,
      read,
      artifactWork(service, version),
      printOf(artifact),
      Math.max(known, kept),
    );
    return typeof standing === 'string' ? standing : null;
  };

  return {
    add: async (artifact) => {
      let standing = await replace('', artifact);
      // Renewed by somebody else in between: what stands now is looked at again.
      while (standing !== null) {
        if (standing === 'other') return { kind: 'differs' };
        const before = artifactSchema.parse(JSON.parse(standing));
        if (!isSame(before, artifact)) return { kind: 'differs', existing: before };
        const renewed = withNewerChecks(before, artifact);
        if (renewed === null) return { kind: 'same' };
        const other = await replace(standing, renewed);
        if (other === null) return { kind: 'renewed' };
        standing = other === '' ? await replace('', artifact) : other;
      }
      return { kind: 'added' };
    },
    get: async (service, version) => (await getAll(service, [version]))[0] ?? null,
    getAll,
    rows: async (service) => {
      const texts = await onRedis(() => redis.hvals(index(service)));
      const rows = texts.flatMap((text) => rowSchema.safeParse(JSON.parse(text)).data ?? []);
      return rows.toSorted(newestFirst);
    },
  };
}

/** The artifacts of this version in these services, else those that were built from a commit that begins so. */
export async function findArtifacts(
  artifacts: Pick<Artifacts, 'get' | 'rows'>,
  services: readonly string[],
  name: string,
): Promise<Artifact[]> {
  const versions = await Promise.all(services.map((service) => artifacts.get(service, name)));
  const named = versions.filter((artifact) => artifact !== null);
  if (named.length > 0 || !/^[0-9a-f]{7,40}$/i.test(name)) return named;
  const found: Artifact[] = [];
  // One service after the other: each has up to a thousand rows.
  for (const service of services) {
    const rows = (await artifacts.rows(service)).filter(({ commit }) => commit.startsWith(name.toLowerCase()));
    const built = await Promise.all(rows.map(({ version }) => artifacts.get(service, version)));
    found.push(...built.filter((artifact) => artifact !== null));
  }
  return found;
}

function readArtifact(text: string): Artifact | null {
  return artifactSchema.safeParse(JSON.parse(text)).data ?? null;
}

function newestFirst(a: ArtifactRow, b: ArtifactRow): number {
  return b.builtAt.localeCompare(a.builtAt) || b.version.localeCompare(a.version, 'en', { numeric: true });
}

/** The artifact that stands, with whatever of the post is newer; null where nothing is. */
function withNewerChecks(standing: Artifact, posted: Artifact): Artifact | null {
  const known = new Map((standing.checks ?? []).map((check) => [check.name, check]));
  const newer = (posted.checks ?? []).filter((check) => isNewer(check, known.get(check.name)));
  for (const check of newer) {
    // Deleting first keeps what was just posted when there are too many.
    known.delete(check.name);
    known.set(check.name, check);
  }
  const scan = posted.vulnerabilities;
  const isScanNewer = scan !== undefined && isNewer(scan, standing.vulnerabilities);
  if (newer.length === 0 && !isScanNewer) return null;
  return {
    ...standing,
    ...(known.size === 0 ? {} : { checks: [...known.values()].slice(-mostChecks) }),
    ...(isScanNewer ? { vulnerabilities: scan } : {}),
  };
}

/** Of two reports of the same moment the later post counts. */
function isNewer<T extends { readonly at: string }>(posted: T, known: T | undefined): boolean {
  return known === undefined || (known.at <= posted.at && JSON.stringify(known) !== JSON.stringify(posted));
}

/** What may not change under a version, in a few characters. */
function printOf({ image, digest, commit, rendered }: Artifact): string {
  const manifests = rendered === undefined ? [] : [canonical(rendered)];
  return createHash('sha256')
    .update(JSON.stringify([image, digest ?? '', commit, ...manifests]))
    .digest('base64url')
    .slice(0, 16);
}

function isSame(before: Artifact, posted: Artifact): boolean {
  return (
    before.image === posted.image &&
    before.digest === posted.digest &&
    before.commit === posted.commit &&
    // Whoever adds a check later need not render again.
    (posted.rendered === undefined || canonical(before.rendered ?? {}) === canonical(posted.rendered))
  );
}
