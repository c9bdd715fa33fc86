import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPrefix } from '../../src/doors/redis.ts';
import { pause } from '../../src/doors/time.ts';
import type { TestRedis } from './redis.ts';
import { askServer, freePort, type RedisServer, startServer } from './redis-server.ts';

export interface ManyRedis extends TestRedis {
  /** Of each server that runs and holds data. */
  readonly servers: () => readonly RedisServer[];
  /** Which of them takes Sluice's writes now. */
  readonly master: () => Promise<RedisServer>;
}

const patienceMs = 60_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > endMs) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await pause(50);
  }
}

const isSynced = (replica: RedisServer) =>
  until('a replica to have everything', async () =>
    /master_link_status:up/.test(await askServer(replica.url, 'INFO', 'replication')),
  );

/** A server on a port of its own that replicates at once where it is told to. */
async function startNode(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<RedisServer & { port: number }> {
  const port = await freePort();
  const own = { port: String(port), bind: '127.0.0.1', 'repl-diskless-sync-delay': '0', ...settings };
  return { ...(await startServer(`redis://127.0.0.1:${port}`, join(folder, String(port)), own)), port };
}

/** What is the same about both kinds: servers that end one by one. */
function manyOf(folder: string, url: string, data: readonly RedisServer[], others: readonly RedisServer[]): ManyRedis {
  const dead = new Set<RedisServer>();
  const servers = data.map((server): RedisServer => {
    const each: RedisServer = {
      url: server.url,
      kill: async () => {
        dead.add(each);
        await server.kill();
      },
      restart: async () => {
        await server.restart();
        dead.delete(each);
      },
    };
    return each;
  });
  const all = (act: 'kill' | 'restart') => Promise.all([...servers, ...others].map((server) => server[act]()));
  const running = () => servers.filter((server) => !dead.has(server));
  return {
    url,
    servers: running,
    master: async () => {
      for (const server of running()) {
        const answer = await askServer(server.url, 'SET', `${keyPrefix}:probe`, '1', 'PX', 1).catch(() => '');
        if (answer === 'OK') return server;
      }
      throw new Error('no server takes a write');
    },
    kill: async () => void (await all('kill')),
    restart: async () => void (await all('restart')),
    close: async () => {
      await all('kill');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three masters that share the slots, and a replica of the one that holds Sluice's. */
export async function startRedisCluster(): Promise<ManyRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-cluster-'));
  const start = async () => {
    const busPort = String(await freePort());
    const server = await startNode(folder, {
      'cluster-enabled': 'yes',
      'cluster-port': busPort,
      'cluster-node-timeout': '2000',
      'cluster-replica-validity-factor': '0',
    });
    return { ...server, busPort };
  };
  const nodes = [await start(), await start(), await start(), await start()] as const;
  const [first, second, third, replica] = nodes;
  const shares = [
    [first, 0, 5_460],
    [second, 5_461, 10_922],
    [third, 10_923, 16_383],
  ] as const;
  for (const [index, [node, from, to]] of shares.entries()) {
    await askServer(node.url, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await askServer(node.url, 'CLUSTER', 'ADDSLOTSRANGE', from, to);
  }
  for (const { port, busPort } of nodes.slice(1))
    await askServer(first.url, 'CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  for (const node of nodes)
    await until('the nodes to know each other', async () => {
      const info = await askServer(node.url, 'CLUSTER', 'INFO');
      return /cluster_state:ok/.test(info) && /cluster_known_nodes:4/.test(info);
    });
  const slot = Number(await askServer(first.url, 'CLUSTER', 'KEYSLOT', keyPrefix));
  const holder = shares.find(([, from, to]) => slot >= from && slot <= to)?.[0] ?? first;
  await askServer(replica.url, 'CLUSTER', 'REPLICATE', await askServer(holder.url, 'CLUSTER', 'MYID'));
  await isSynced(replica);
  await until('all nodes to know of the replica', async () => {
    const views = await Promise.all(nodes.map(({ url }) => askServer(url, 'CLUSTER', 'NODES')));
    return views.every((view) => view.split('\n').filter((line) => / (myself,)?slave /.test(line)).length === 1);
  });
  const url = `redis+cluster://${[first, second].map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return manyOf(folder, url, nodes, []);
}

/** A master, its replica, and a sentinel that makes the one the other within seconds; a second sentinel is named that is away. */
export async function startRedisWithSentinel(): Promise<ManyRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-sentinel-'));
  const master = await startNode(folder, {});
  const replica = await startNode(folder, { replicaof: `127.0.0.1 ${master.port}` });
  await isSynced(replica);
  const [port, away] = [await freePort(), await freePort()];
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds main 2000',
    'sentinel failover-timeout main 10000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const sentinel = await startServer(`redis://127.0.0.1:${port}`, folder, {}, [file, '--sentinel']);
  await until('the sentinel to know the replica', async () =>
    /slaves=1/.test(await askServer(sentinel.url, 'INFO', 'sentinel')),
  );
  return manyOf(folder, `redis+sentinel://127.0.0.1:${away},127.0.0.1:${port}/main`, [master, replica], [sentinel]);
}
