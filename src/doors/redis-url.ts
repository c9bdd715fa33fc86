import { Refusal } from './errors.ts';

interface Node {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

/** Where Redis is. `one` is what the client reads by itself: `redis://`, `rediss://`, `unix:///path/to/socket`. */
export type RedisPlace =
  | { readonly kind: 'one'; readonly url: string }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Node[];
      /** What the sentinels call the group of a master and its replicas. */
      readonly name: string;
      readonly db: number;
      readonly tls: boolean;
      readonly login: Login;
      readonly sentinelLogin: Login;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly Node[]; readonly tls: boolean; readonly login: Login };

export const redisUrlExamples =
  'redis://host:6379, rediss://…, unix:///path/to/socket, redis+sentinel://host:26379,host:26379,host:26379/NAME or redis+cluster://host:6379,host:6379,host:6379';

const severalPattern =
  /^(?<scheme>rediss?)\+(?<kind>sentinel|cluster):\/\/(?:(?<login>[^@/?#]*)@)?(?<hosts>[^/?#]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

/**
 * Reads `REDIS_URL`; a Refusal says what is expected of it, never the password. `rediss+…` is TLS to every node and sentinel.
 * Sentinels that want a password of their own: `?sentinelPassword=…`, and `sentinelUsername`.
 */
export function readRedisUrl(url: string): RedisPlace {
  const read = parse(url);
  if ('expected' in read) throw new Refusal(`REDIS_URL: expected ${read.expected}`);
  return read;
}

/** What is expected of it; null where it can be read. */
export function redisUrlProblem(url: string): string | null {
  const read = parse(url);
  return 'expected' in read ? read.expected : null;
}

interface Unread {
  readonly expected: string;
}

function parse(url: string): RedisPlace | Unread {
  if (/^(rediss?|unix):\/\/./.test(url)) return { kind: 'one', url };
  const { scheme, kind, login, hosts = '', path = '', query } = severalPattern.exec(url)?.groups ?? {};
  if (kind === undefined) return { expected: redisUrlExamples };
  const nodes: Node[] = [];
  for (const [index, text] of hosts.split(',').entries()) {
    const node = nodeOf(text, kind === 'sentinel' ? 26_379 : 6_379);
    if (node === null)
      // Never what stands there: it may be a part of a password.
      return {
        expected: `hosts with their ports, redis-0.example.com:6379,…, which part ${index + 1} is not (a password has / @ : as %2F %40 %3A)`,
      };
    nodes.push(node);
  }
  const shared = { tls: scheme === 'rediss', login: loginOf(login) };
  if (kind === 'cluster') {
    if (path !== '' && path !== '0') return { expected: 'no database, as a Redis Cluster has none but 0' };
    return { kind, nodes, ...shared };
  }
  const [name = '', db = '0', ...rest] = path.split('/').map(decoded);
  if (name === '' || rest.length > 0 || !/^\d{1,5}$/.test(db))
    return {
      expected: 'the name of the master after its sentinels: redis+sentinel://host:26379,…/NAME, or …/NAME/DATABASE',
    };
  const own = new URLSearchParams(query);
  const sentinelLogin = pair(own.get('sentinelUsername') ?? '', own.get('sentinelPassword') ?? '');
  return { kind: 'sentinel', sentinels: nodes, name, db: Number(db), ...shared, sentinelLogin };
}

/** Every password in it, as it is written and as it is sent; to be masked. */
export function redisSecrets(url: string): string[] {
  const written = [
    /^[a-z+]+:\/\/[^@/?#]*?:([^@/?#]*)@/.exec(url)?.[1] ?? '',
    /[?&]sentinelPassword=([^&#]*)/.exec(url)?.[1] ?? '',
    /[?&]password=([^&#]*)/.exec(url)?.[1] ?? '',
  ].filter((each) => each !== '');
  return [...new Set([...written, ...written.map(decoded)])];
}

function nodeOf(text: string, defaultPort: number): Node | null {
  const [, host = '', port] = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === '' || Number(port ?? 1) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? defaultPort : Number(port) };
}

function loginOf(text: string | undefined): Login {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  return colon < 0 ? pair(decoded(text), '') : pair(decoded(text.slice(0, colon)), decoded(text.slice(colon + 1)));
}

function pair(username: string, password: string): Login {
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
