import { gunzipSync, gzipSync } from 'node:zlib';
import { key, type Redis } from '../doors/redis.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import { type RenderedFiles, renderedFilesSchema, renderedHash } from '../vocabulary/rendered.ts';

export interface RenderedStore {
  /** Keeps what was rendered for an artifact, by environment; before the artifact itself, so that whoever has it finds this too. */
  readonly keep: (artifact: Artifact, manifests: Readonly<Record<string, RenderedFiles>>) => Promise<void>;
  /** The manifests with this hash; null where they were forgotten. */
  readonly get: (service: string, version: string, content: string) => Promise<RenderedFiles | null>;
}

/** Of each service those of the newest builds, of all environments together; a rollback to older ones builds them again. */
const keptPerService = 500;

/** Manifests in Redis, compressed, each under its own hash. */
export function createRenderedStore(redis: Redis, kept = keptPerService): RenderedStore {
  const contents = (service: string) => key('rendered', service);
  const order = (service: string) => key('rendered-order', service);
  return {
    keep: async ({ service, version, builtAt }, manifests) => {
      const fields = Object.values(manifests).map((files) => ({ files, name: `${version} ${renderedHash(files)}` }));
      if (fields.length === 0) return;
      const calls = redis.multi();
      for (const { files, name } of fields) {
        calls.hset(contents(service), name, gzipSync(JSON.stringify(files)).toString('base64'));
        calls.zadd(order(service), Date.parse(builtAt), name);
      }
      await calls.exec();
      const old = await redis.zrange(order(service), 0, `${-1 - kept}`);
      if (old.length > 0)
        await redis
          .multi()
          .hdel(contents(service), ...old)
          .zrem(order(service), ...old)
          .exec();
    },
    get: async (service, version, content) => {
      const text = await redis.hget(contents(service), `${version} ${content}`);
      if (text === null) return null;
      const read = renderedFilesSchema.safeParse(JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()));
      return read.success && renderedHash(read.data) === content ? read.data : null;
    },
  };
}
