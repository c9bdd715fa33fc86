import { onRedis, type Redis } from '../doors/redis.ts';
import type { Instant } from '../doors/time.ts';
import { healthyKey, healthyTimeKey } from './indexes.ts';

/** Enough for years of releases of one service; older ones are forgotten, so that reading stays quick. */
const keptFields = 2_000;

export interface HealthySighting {
  readonly service: string;
  readonly environment: string;
  readonly cluster: string;
  readonly version: string;
  readonly digest?: string | undefined;
  readonly at: Instant;
}

/** A version that was seen healthy, and since when in which cluster; later failures do not unsay it. */
export interface HealthyRecord {
  readonly version: string;
  readonly digest?: string;
  readonly clusters: Readonly<Record<string, Instant>>;
}

/** What was healthy where, by watching, whoever wrote it: promotion and rollback rest on this. */
export function createHealthy({ redis }: { readonly redis: Redis }) {
  const read = async (service: string, environment: string) =>
    Object.entries(await onRedis(() => redis.hgetall(healthyKey(service, environment))));
  const forget = async (service: string, environment: string) => {
    const fields = (await read(service, environment))
      .toSorted((a, b) => b[1].localeCompare(a[1]))
      .map(([field]) => field);
    const old = fields.slice(keptFields);
    if (old.length === 0) return;
    await onRedis(() => redis.hdel(healthyKey(service, environment), ...old));
    await onRedis(() => redis.hdel(healthyTimeKey(service, environment), ...old));
  };
  return {
    /** True when it was not known of this cluster. */
    recordHealthy: async ({
      service,
      environment,
      cluster,
      version,
      digest,
      at,
    }: HealthySighting): Promise<boolean> => {
      const place = healthyKey(service, environment);
      const isNew = (await onRedis(() => redis.hsetnx(place, `${version} ${digest ?? '-'} ${cluster}`, at))) === 1;
      if (isNew && (await onRedis(() => redis.hlen(place))) > keptFields + 200) await forget(service, environment);
      return isNew;
    },
    /** Newest first, by the last cluster that became healthy. */
    healthy: async (service: string, environment: string): Promise<HealthyRecord[]> => {
      const found = new Map<string, { version: string; digest: string; clusters: Record<string, Instant> }>();
      for (const [field, at] of await read(service, environment)) {
        const [version = '', digest = '-', cluster = ''] = field.split(' ');
        const name = `${version} ${digest}`;
        const known = found.get(name) ?? { version, digest, clusters: {} };
        found.set(name, { ...known, clusters: { ...known.clusters, [cluster]: at } });
      }
      return [...found.values()]
        .toSorted((a, b) => lastOf(b.clusters).localeCompare(lastOf(a.clusters)))
        .map(({ version, digest, clusters }) => ({ version, clusters, ...(digest === '-' ? {} : { digest }) }));
    },
  };
}

function lastOf(clusters: Readonly<Record<string, Instant>>): Instant {
  return Object.values(clusters).toSorted().at(-1) ?? '';
}
