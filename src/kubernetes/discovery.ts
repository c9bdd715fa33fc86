import { z } from 'zod';
import { type ClusterApi, readJson } from './clusters.ts';
import type { CustomKind } from './custom-objects.ts';
import type { WatchedKind } from './kinds.ts';

const groupSchema = z.object({
  preferredVersion: z.object({ version: z.string() }).optional(),
  versions: z.array(z.object({ version: z.string() })).catch([]),
});
const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string().catch('') })).catch([]),
});

/**
 * Paths of those kinds that the cluster serves, each in the version it prefers; a kind that is not served is no error: its component
 * is not installed. Where discovery is not allowed, the usual versions are tried. Rejects when the API server does not answer.
 */
export async function discoverPaths(
  api: ClusterApi,
  kinds: readonly WatchedKind[],
  signal: AbortSignal,
): Promise<Map<WatchedKind['kind'], string>> {
  const paths = new Map<WatchedKind['kind'], string>();
  const groups = Map.groupBy(kinds, ({ group }) => group);
  for (const [group, members] of groups) {
    for (const version of await versionsOf(api, group, signal)) {
      const base = group === '' ? `/api/${version ?? 'v1'}` : `/apis/${group}/${version ?? members[0]?.version}`;
      const served = version === null ? null : await get(api, base, resourcesSchema, signal);
      for (const { kind, plural, fieldSelector } of members) {
        const there = served === null || served === 'forbidden' || served.resources.some(({ name }) => name === plural);
        if (there && !paths.has(kind)) {
          const narrowed = fieldSelector === undefined ? '' : `?fieldSelector=${encodeURIComponent(fieldSelector)}`;
          paths.set(kind, `${base}/${plural}${narrowed}`);
        }
      }
    }
  }
  return paths;
}

/** The path of a kind that only an inventory names, in its version there or else in the one that is preferred; null where it is not served. */
export async function discoverCustom(
  api: ClusterApi,
  { group, version, kind }: CustomKind,
  signal: AbortSignal,
): Promise<string | null> {
  const others = async () => (await versionsOf(api, group, signal)).filter((each) => each !== null && each !== version);
  for (const each of [version, ...(await others())].filter((name) => name !== '')) {
    const base = `/apis/${group}/${each}`;
    const served = await get(api, base, resourcesSchema, signal);
    if (served === null || served === 'forbidden') continue;
    const found = served.resources.find(({ name, kind: own }) => own === kind && !name.includes('/'));
    if (found !== undefined) return `${base}/${found.name}`;
  }
  return null;
}

/** The served versions of a group, the preferred one first; one null where they may not be asked for. */
async function versionsOf(api: ClusterApi, group: string, signal: AbortSignal): Promise<(string | null)[]> {
  if (group === '') return ['v1'];
  const found = await get(api, `/apis/${group}`, groupSchema, signal);
  if (found === 'forbidden') return [null];
  if (found === null) return [];
  const preferred = found.preferredVersion?.version;
  const all = found.versions.map(({ version }) => version);
  return preferred === undefined ? all : [preferred, ...all.filter((version) => version !== preferred)];
}

async function get<T>(
  api: ClusterApi,
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | 'forbidden' | null> {
  const answer = await api.request(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]) });
  const body = await readJson(answer).catch(() => null);
  if (answer.status === 404) return null;
  if (answer.status === 403) return 'forbidden';
  if (answer.status !== 200) throw new Error(`discovery at ${path} was answered with ${answer.status}`);
  return schema.parse(body);
}
