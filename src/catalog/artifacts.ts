import type { z } from 'zod';
import { key, type Redis } from '../redis.ts';
import { type Artifact, artifactSchema } from '../release.ts';

/** What is needed to find a version; the whole artifact is read only for the ones that are shown. */
const rowSchema = artifactSchema.pick({ version: true, branch: true, commit: true, builtAt: true });
export type ArtifactRow = z.infer<typeof rowSchema>;

export type Added = { readonly kind: 'added' | 'same' } | { readonly kind: 'differs'; readonly existing: Artifact };

export interface Artifacts {
  /** Keeps an artifact for good: the same version with another image, digest or commit is refused. */
  readonly add: (artifact: Artifact) => Promise<Added>;
  readonly get: (service: string, version: string) => Promise<Artifact | null>;
  readonly getAll: (service: string, versions: readonly string[]) => Promise<Artifact[]>;
  /** All that are kept of a service, newest first. */
  readonly rows: (service: string) => Promise<ArtifactRow[]>;
}

/** Older artifacts of one service are forgotten, so that nothing grows without end. */
const keptPerService = 1_000;

// One script, so that two posts of one version at the same moment cannot both be the first.
const addScript = `
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held then return held end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
local old = redis.call('ZRANGE', KEYS[3], 0, -1 - tonumber(ARGV[5]))
for _, version in ipairs(old) do
  redis.call('HDEL', KEYS[1], version)
  redis.call('HDEL', KEYS[2], version)
  redis.call('ZREM', KEYS[3], version)
end
return false
`;

/** The store of artifacts in Redis. */
export function createArtifacts(redis: Redis, kept = keptPerService): Artifacts {
  const whole = (service: string) => key('artifacts', service);
  const index = (service: string) => key('artifact-index', service);
  const order = (service: string) => key('artifact-order', service);

  const getAll = async (service: string, versions: readonly string[]) => {
    if (versions.length === 0) return [];
    const texts = await redis.hmget(whole(service), ...versions);
    return texts.map((text) => (text === null ? null : readArtifact(text))).filter((artifact) => artifact !== null);
  };

  return {
    add: async (artifact) => {
      const { service, version, branch, commit, builtAt } = artifact;
      const existing = await redis.eval(
        addScript,
        3,
        whole(service),
        index(service),
        order(service),
        version,
        JSON.stringify(artifact),
        JSON.stringify({ version, branch, commit, builtAt }),
        Date.parse(builtAt),
        kept,
      );
      if (typeof existing !== 'string') return { kind: 'added' };
      const before = artifactSchema.parse(JSON.parse(existing));
      return isSame(before, artifact) ? { kind: 'same' } : { kind: 'differs', existing: before };
    },
    get: async (service, version) => (await getAll(service, [version]))[0] ?? null,
    getAll,
    rows: async (service) => {
      const texts = await redis.hvals(index(service));
      const rows = texts.flatMap((text) => rowSchema.safeParse(JSON.parse(text)).data ?? []);
      return rows.toSorted(newestFirst);
    },
  };
}

function readArtifact(text: string): Artifact | null {
  return artifactSchema.safeParse(JSON.parse(text)).data ?? null;
}

function newestFirst(a: ArtifactRow, b: ArtifactRow): number {
  return b.builtAt.localeCompare(a.builtAt) || b.version.localeCompare(a.version, 'en', { numeric: true });
}

function isSame(a: Artifact, b: Artifact): boolean {
  return a.image === b.image && a.digest === b.digest && a.commit === b.commit;
}
