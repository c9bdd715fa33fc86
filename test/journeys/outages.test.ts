import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { pause } from '../../src/doors/time.ts';
import { createCi } from '../../src/playground/ci.ts';
import { artifactToken } from '../../src/playground/company.ts';
import { askServer } from '../support/redis-server.ts';
import { startWorld, type World } from '../support/world.ts';

/** How long a part is away: OUTAGE_MS=60000 makes it a minute. */
const outageMs = Number(process.env['OUTAGE_MS'] ?? 3_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const rootsAbout = (channel: string, pattern: RegExp) =>
  world.messagesOf(channel, pattern).filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts);
/** A version of a service that dev does not run yet. */
const another = (service: string, [one, other]: readonly [string, string]) =>
  world.running('dev', service)?.endsWith(`:${one}`) ? other : one;
/** How many commits of Git carry a release's trailer, beyond those that were there. */
const commitsSince = async (before: readonly string[]) =>
  (await world.history()).filter((commit) => !before.includes(commit)).length;

/** Until Sluice says that commands can be taken. */
async function untilReady() {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${world.appPort()}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await pause(100);
  }
  throw new Error('Sluice does not get ready');
}

describe('Slack in trouble', () => {
  test.each([
    ['429 with Retry-After', { status: 429, retryAfterSeconds: 1, times: 2 }, 'web', ['1.4.2', '1.4.1']],
    ['500', { status: 500, times: 3 }, 'api', ['2.7.1', '2.7.0']],
    ['500 after it has taken the message', { status: 500, after: true, times: 1 }, 'mail', ['1.12.0', '1.12.1']],
  ] as const)('%s: the message comes once, and ends true', async (_, fault, service, versions) => {
    const version = another(service, versions);
    const { control } = world.workspace;
    control.fail('chat.postMessage', fault);
    control.fail('chat.update', fault);
    await world.say('ana', 'general', `/release ${service} dev ${version}`);
    await world.message('releases-dev', new RegExp(`${service} ${version} is running in dev`));
    expect(rootsAbout('releases-dev', new RegExp(`${service}.*${version}`))).toHaveLength(1);
  });

  test('no message is taken: the release runs all the same, and is told when Slack is back', async () => {
    const version = another('search', ['3.0.4', '3.0.3']);
    const { control } = world.workspace;
    for (const method of ['chat.postMessage', 'chat.update', 'chat.postEphemeral', 'response_url'])
      control.fail(method, { status: 503, times: Number.POSITIVE_INFINITY });
    await world.say('ana', 'general', `/release search dev ${version}`);
    await world.wait('that it runs', () => world.running('dev', 'search').endsWith(`:${version}`));
    expect(rootsAbout('releases-dev', new RegExp(`search.*${version}`))).toEqual([]);
    control.clearFaults();
    await world.message('releases-dev', new RegExp(`search ${version} is running in dev`));
    expect(rootsAbout('releases-dev', new RegExp(`search.*${version}`))).toHaveLength(1);
  });
});

test('the Git remote gone: the channel is told, the release waits and goes by itself when it is back', async () => {
  const before = await world.history();
  const version = another('payments', ['5.2.1', '5.2.0']);
  world.git.stop();
  await world.say('ana', 'general', `/release payments dev ${version}`);
  await world.message('releases-dev', /cannot be reached/);
  await pause(outageMs);
  world.git.start();
  await world.message('releases-dev', new RegExp(`payments ${version} is running in dev`));
  expect(await commitsSince(before)).toBe(1);
}, 120_000);

test('an invalid sluice.yaml holds releases and says the line in the channel; mended, they go', async () => {
  const good = world.git.read('sluice.yaml') ?? '';
  const by = { message: 'Change the policies\n', author: 'Olu Okafor <olu@acme.test>' };
  world.git.commit({ 'sluice.yaml': good.replace('version: 1\n', 'version: 1\nbogus: true\n') }, by);
  await world.message('releases-dev', /Releases are held: sluice\.yaml line 3, column 1/);
  const version = another('checkout', ['0.9.3', '0.9.4']);
  await world.say('ana', 'general', `/release checkout dev ${version}`);
  await world.message('releases-dev', /checkout .* waits[\s\S]*line 3/);
  const before = await world.history();
  world.git.commit({ 'sluice.yaml': good }, by);
  await world.message('releases-dev', new RegExp(`checkout ${version} is running in dev`));
  expect(await commitsSince(before)).toBe(2);
  await world.message('releases-dev', /valid again/);
});

test('a sluice.yaml that expands without end is refused with its line, and nothing is decided by it', async () => {
  const good = world.git.read('sluice.yaml') ?? '';
  const by = { message: 'Change the policies\n', author: 'Olu Okafor <olu@acme.test>' };
  const levels = Array.from(
    { length: 12 },
    (_, level) => `x${level + 1}: &x${level + 1} [${Array(10).fill(`*x${level}`).join(', ')}]`,
  );
  world.git.commit({ 'sluice.yaml': `${good}\nx0: &x0 [a, b]\n${levels.join('\n')}\n` }, by);
  const held = /^Releases are held: sluice\.yaml line \d+/;
  await world.message('releases-dev', held);
  world.git.commit({ 'sluice.yaml': good }, by);
  await world.wait('that sluice.yaml is valid again', () => rootsAbout('releases-dev', /valid again/).length > 1);
});

test('a Redis without room: a new request is refused in so many words, and the next one goes when there is room', async () => {
  const version = another('api', ['2.7.1', '2.7.0']);
  const before = await world.history();
  await askServer(world.redis.url, 'CONFIG', 'SET', 'maxmemory', 1);
  await world.say('ana', 'general', `/release api dev ${version}`);
  expect(await world.whispered('ana', 'general', /Not accepted/)).toContain(`/release api dev ${version}`);
  await askServer(world.redis.url, 'CONFIG', 'SET', 'maxmemory', 0);
  await world.release('ana', 'api', 'dev', version);
  expect(await commitsSince(before)).toBe(1);
}, 120_000);

test('Redis gone: a new request is refused in so many words, and what was asked before goes on when it is back', async () => {
  await world.say('ana', 'general', '/release mail production from staging');
  await world.message('releases', /asks mail/);
  await world.redis.kill();
  await world.say('ana', 'general', '/release search dev 3.0.4');
  expect(await world.whispered('ana', 'general', /Not accepted/)).toContain('/release search dev 3.0.4');
  await pause(outageMs);
  await world.redis.restart();
  await untilReady();
  await world.click('bo', 'releases', /asks mail/, 'release.approve');
  await world.message('releases', /mail[\s\S]*1 of 2 approved/);
  await world.click('cy', 'releases', /asks mail/, 'release.approve');
  await world.message('releases', /mail .* is running in production/);
}, 120_000);

test('a wiped Redis: everything is held, an operator alone may confirm, and then it goes on', async () => {
  const redis = openRedis({ url: world.redis.url }, 'commands', () => {});
  await whenReady(redis, 10_000);
  await redis.flushall();
  redis.disconnect();
  await world.message('releases-dev', /record in Redis is empty/);
  const ci = createCi({
    appUrl: () => `http://127.0.0.1:${world.appPort()}`,
    token: artifactToken,
    nowMs: Date.now,
  });
  await ci.build('web');
  const before = await world.history();
  await world.say('ana', 'general', '/release web dev 1.4.3');
  await world.message('releases-dev', /web .*1\.4\.3.* waits/);
  await world.click('ana', 'releases-dev', /record in Redis is empty/, 'notice.confirm-record');
  await world.whispered('ana', 'releases-dev', /Only an operator/);
  expect(await commitsSince(before)).toBe(0);
  await world.click('mia', 'releases-dev', /record in Redis is empty/, 'notice.confirm-record');
  await world.message('releases-dev', /web 1\.4\.3 is running in dev/);
  expect(await commitsSince(before)).toBe(1);
});
