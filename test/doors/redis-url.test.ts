import { describe, expect, test } from 'vitest';
import { readRedisUrl, redisSecrets } from '../../src/doors/redis-url.ts';

describe('where Redis is', () => {
  test.each([
    ['redis://localhost', { kind: 'one', url: 'redis://localhost' }],
    ['rediss://:pw@redis.acme.test:6380/2', { kind: 'one', url: 'rediss://:pw@redis.acme.test:6380/2' }],
    ['unix:///run/redis.sock', { kind: 'one', url: 'unix:///run/redis.sock' }],
    [
      'redis+sentinel://s-0.acme.test:26380,s-1,[::1]:26381/main',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 's-0.acme.test', port: 26_380 },
          { host: 's-1', port: 26_379 },
          { host: '::1', port: 26_381 },
        ],
        name: 'main',
        db: 0,
        tls: false,
        login: {},
        sentinelLogin: {},
      },
    ],
    [
      'rediss+sentinel://sluice:p%40ss@s-0/main/3?sentinelPassword=other%2F1&sentinelUsername=watcher',
      {
        kind: 'sentinel',
        sentinels: [{ host: 's-0', port: 26_379 }],
        name: 'main',
        db: 3,
        tls: true,
        login: { username: 'sluice', password: 'p@ss' },
        sentinelLogin: { username: 'watcher', password: 'other/1' },
      },
    ],
    [
      'redis+cluster://:pw@c-0:7000,c-1',
      {
        kind: 'cluster',
        nodes: [
          { host: 'c-0', port: 7_000 },
          { host: 'c-1', port: 6_379 },
        ],
        tls: false,
        login: { password: 'pw' },
      },
    ],
  ])('%s', (url, place) => {
    expect(readRedisUrl(url)).toEqual(place);
  });

  test.each([
    ['', /expected redis:\/\/host:6379/],
    ['localhost:6379', /expected redis:\/\/host:6379/],
    ['redis+ring://a', /redis\+cluster:\/\//],
    ['redis+sentinel://a:1,b:2', /expected the name of the master after its sentinels/],
    ['redis+sentinel://a:1/main/first', /the name of the master/],
    ['redis+sentinel://a:1/main/0/1', /the name of the master/],
    ['redis+cluster://a:1,,b:2', /which part 2 is not/],
    ['redis+cluster://a:99999', /which part 1 is not/],
    ['redis+cluster://a:1/4', /no database/],
    ['redis+cluster://:secr3t/part@a:1', /%2F/],
  ])('"%s" is not read, and what is expected is said without what stands there', (url, words) => {
    expect(() => readRedisUrl(url)).toThrow(words);
    expect(() => readRedisUrl(url)).not.toThrow(/secr3t/);
  });
});

test.each([
  ['redis://localhost', []],
  ['redis://:p%40ss@localhost', ['p%40ss', 'p@ss']],
  ['redis+sentinel://u:one@a,b/main?sentinelPassword=two', ['one', 'two']],
  ['redis+cluster://:100%@a', ['100%']],
])('the passwords in %s are masked as they are written and as they are sent', (url, secrets) => {
  expect(redisSecrets(url)).toEqual(secrets);
});
