import { hasReplicas, holdersOf, type Redis, type RedisServer } from '../doors/redis.ts';
import type { Finding } from '../vocabulary/finding.ts';

/** What a Redis tells of itself; a missing name is one that it does not tell. */
export type RedisFacts = ReadonlyMap<string, string>;

/** Each server that holds what Sluice writes, and whether another can follow it. */
export async function examineServers(client: Redis): Promise<Finding[]> {
  const servers = await Promise.all(
    (await holdersOf(client)).map(async ({ address, server }) => ({ address, facts: await redisFacts(server) })),
  );
  if (!hasReplicas(client)) return servers.flatMap(({ facts }) => redisFindings(facts));
  return servers.flatMap(({ address, facts }) =>
    [...redisFindings(facts), ...replicationFindings(facts)].map((found) => ({ ...found, about: `redis ${address}` })),
  );
}

/** INFO, and over it CONFIG, which some managed ones forbid. */
export async function redisFacts(client: RedisServer): Promise<RedisFacts> {
  const facts = new Map<string, string>();
  for (const section of ['server', 'memory', 'persistence', 'replication']) {
    const text = await client.info(section).catch(() => '');
    for (const [, name = '', value = ''] of text.matchAll(/^([a-z_]+):(.*?)\r?$/gm)) facts.set(name, value);
  }
  for (const name of ['maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'min-replicas-to-write']) {
    const answer = await client.config('GET', name).catch(() => null);
    const value: unknown = Array.isArray(answer) ? answer[1] : undefined;
    if (typeof value === 'string') facts.set(name, value);
  }
  return facts;
}

export function redisFindings(facts: RedisFacts): Finding[] {
  return [version(facts), eviction(facts), persistence(facts)].map((found) => ({ about: 'redis', ...found }));
}

type Found = Omit<Finding, 'about'>;

function version(facts: RedisFacts): Found {
  const told = facts.get('redis_version');
  if (told === undefined)
    return { level: 'warn', seen: 'does not tell its version', mend: 'make sure it is 6.2 or newer' };
  const [major = 0, minor = 0] = told.split('.').map(Number);
  const isOld = major < 6 || (major === 6 && minor < 2);
  return isOld
    ? { level: 'fail', seen: `is version ${told}`, mend: 'upgrade to 6.2 or newer' }
    : { level: 'ok', seen: `is version ${told}` };
}

function eviction(facts: RedisFacts): Found {
  const policy = facts.get('maxmemory-policy') ?? facts.get('maxmemory_policy');
  if (policy === 'noeviction') return { level: 'ok', seen: 'never evicts' };
  return policy === undefined
    ? { level: 'warn', seen: 'does not tell its maxmemory-policy', mend: 'make sure that it is noeviction' }
    : {
        level: 'fail',
        seen: `evicts keys when its memory is full (maxmemory-policy ${policy}): releases and locks would be gone`,
        mend: 'CONFIG SET maxmemory-policy noeviction, and the same in its configuration',
      };
}

const always = 'appendonly yes and appendfsync always';

/** What a power cut may lose. What is in Git stays in any case. */
function persistence(facts: RedisFacts): Found {
  const appends = facts.get('appendonly') ?? { '0': 'no', '1': 'yes' }[facts.get('aof_enabled') ?? ''];
  const mend = `set ${always}`;
  if (appends === 'yes') {
    const syncs = facts.get('appendfsync');
    if (syncs === 'always')
      return { level: 'ok', seen: 'has every write on disk before it answers (appendfsync always)' };
    const lost =
      syncs === 'everysec' ? 'the last second' : syncs === 'no' ? 'the last half minute' : 'the last second or more';
    const set = syncs === undefined ? 'does not tell its appendfsync' : `appendfsync ${syncs}`;
    return { level: 'warn', seen: `${set}: a power cut may lose ${lost} of requests, votes and locks`, mend };
  }
  const snapshots = facts.get('save');
  if (appends === undefined && snapshots === undefined)
    return { level: 'warn', seen: 'does not tell whether it keeps anything on disk', mend: `make sure of ${always}` };
  if (snapshots === '')
    return { level: 'fail', seen: 'keeps nothing on disk: a restart loses every request, vote and lock', mend };
  const when = snapshots === undefined ? '' : ` (save ${snapshots})`;
  const seen = `appendonly no: a power cut loses every request, vote and lock since the last snapshot${when}`;
  return { level: 'warn', seen, mend };
}

/** Of a master: what is lost when another server follows it. */
export function replicationFindings(facts: RedisFacts): Finding[] {
  if (facts.get('role') !== 'master') return [];
  const about = 'redis';
  const replicas = Number(facts.get('connected_slaves') ?? 0);
  const followed: Finding =
    replicas === 0
      ? { about, level: 'warn', seen: 'has no replica that could follow it', mend: 'start one, or look why it is away' }
      : { about, level: 'ok', seen: `is followed by one of ${replicas}` };
  const least = facts.get('min-replicas-to-write');
  if (least !== undefined && Number(least) > 0) return [followed];
  const seen =
    least === undefined
      ? 'does not tell its min-replicas-to-write'
      : 'min-replicas-to-write 0: cut off from its replicas it goes on taking requests, votes and locks, and they are gone once another one is followed';
  return [followed, { about, level: 'warn', seen, mend: 'set min-replicas-to-write 1' }];
}
