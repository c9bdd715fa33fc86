import { describe, expect, test } from 'vitest';
import { examineServers, redisFindings, replicationFindings } from '../../src/commands/check-redis.ts';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { startRedis } from '../support/redis.ts';

const good = {
  redis_version: '7.4.1',
  'maxmemory-policy': 'noeviction',
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
};

describe('what is said of a Redis', () => {
  test.each([
    ['one that keeps everything', {}, 'ok ok ok', /before it answers/],
    ['an old one', { redis_version: '6.0.16' }, 'fail ok ok', /is version 6\.0\.16/],
    ['the oldest that will do', { redis_version: '6.2.0' }, 'ok ok ok', /6\.2\.0/],
    ['one that evicts', { 'maxmemory-policy': 'allkeys-lru' }, 'ok fail ok', /evicts keys.*allkeys-lru/],
    ['one that syncs every second', { appendfsync: 'everysec' }, 'ok ok warn', /lose the last second of requests/],
    ['one that never syncs', { appendfsync: 'no' }, 'ok ok warn', /the last half minute/],
    ['one with snapshots alone', { appendonly: 'no', save: '3600 1' }, 'ok ok warn', /last snapshot \(save 3600 1\)/],
    ['one that keeps nothing', { appendonly: 'no' }, 'ok ok fail', /a restart loses every request, vote and lock/],
  ])('%s', (_, over, levels, words) => {
    const findings = redisFindings(new Map(Object.entries({ ...good, ...over })));
    expect(findings.map(({ level }) => level).join(' ')).toBe(levels);
    expect(findings.map(({ seen }) => seen).join('\n')).toMatch(words);
    expect(findings.filter(({ level, mend }) => level !== 'ok' && mend === undefined)).toEqual([]);
  });

  test('one that forbids CONFIG is judged by what INFO says', () => {
    const facts = new Map([
      ['redis_version', '7.2.4'],
      ['maxmemory_policy', 'volatile-lru'],
      ['aof_enabled', '1'],
    ]);
    expect(redisFindings(facts).map(({ level, seen }) => `${level} ${seen}`)).toEqual([
      'ok is version 7.2.4',
      expect.stringMatching(/^fail evicts .*volatile-lru/),
      expect.stringMatching(/^warn does not tell its appendfsync/),
    ]);
    expect(redisFindings(new Map()).map(({ level }) => level)).toEqual(['warn', 'warn', 'warn']);
  });

  test.each([
    [
      'a master with replicas that it waits for',
      { connected_slaves: '2', 'min-replicas-to-write': '1' },
      'ok',
      /one of 2/,
    ],
    [
      'a master that waits for none',
      { connected_slaves: '1', 'min-replicas-to-write': '0' },
      'ok warn',
      /they are gone/,
    ],
    ['a master alone', { connected_slaves: '0', 'min-replicas-to-write': '1' }, 'warn', /no replica/],
    ['a master that does not tell', { connected_slaves: '1' }, 'ok warn', /does not tell its min-replicas/],
  ])('%s', (_, facts, levels, words) => {
    const findings = replicationFindings(new Map(Object.entries({ role: 'master', ...facts })));
    expect(findings.map(({ level }) => level).join(' ')).toBe(levels);
    expect(findings.map(({ seen }) => seen).join('\n')).toMatch(words);
    expect(findings.filter(({ level, mend }) => level !== 'ok' && mend === undefined)).toEqual([]);
    expect(replicationFindings(new Map(Object.entries({ role: 'slave', ...facts })))).toEqual([]);
  });

  test('a real one is asked, also where CONFIG is forbidden', async () => {
    const server = await startRedis();
    const client = openRedis({ url: server.url }, 'commands', () => {});
    try {
      await whenReady(client, 5_000);
      expect((await examineServers(client)).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok']);
      await client.call('ACL', 'SETUSER', 'default', '-config');
      const levels = (await examineServers(client)).map(({ level }) => level);
      expect(levels).toEqual(['ok', 'ok', 'warn']);
    } finally {
      client.disconnect();
      await server.close();
    }
  });
});
