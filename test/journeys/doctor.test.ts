import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../src/commands/doctor.ts';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { machine } from '../support/serve.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ idle: true });
  // The one channel that the app was not asked into yet.
  world.workspace.control.setMembers('storefront', ['ana', 'sluice']);
});
afterAll(() => world?.close());

type Environment = Readonly<Record<string, string>>;

/** All lines that are not ok, as a person reads them. */
async function complaints(over: Environment = {}) {
  const environment = { ...world.configuration, ...over };
  const findings = await examine(environment['SLUICE_CONFIG'] ?? '', environment);
  return findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, about, seen, mend }) => `${level} ${about}: ${seen} → ${mend}`);
}

/** What a person types, or a job in CI. */
function doctor(args: readonly string[], over: Environment = {}): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolved) => {
    const child = spawn(process.execPath, [resolve('src/main.ts'), 'doctor', ...args], {
      env: { ...machine, ...world.configuration, ...over },
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.once('close', (status) => resolved({ status, stdout }));
  });
}

test('says of a deployment in order what it saw, a line each, and ends with 0', async () => {
  const { status, stdout } = await doctor([world.configuration['SLUICE_CONFIG'] ?? '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
  expect(status).toBe(0);
  const parts = ['signing', 'redis', 'clock', 'slack', 'slack scopes', 'slack socket', 'channel #releases', 'groups'];
  for (const part of [...parts, 'git gitops', 'sluice.yaml', 'cluster dev', 'cluster prod-us'])
    expect(lines.filter((line) => line.startsWith(`ok    ${part} `)).length).toBeGreaterThan(0);
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'GIT_TOKEN', 'ARTIFACT_TOKEN'])
    expect(stdout).not.toContain(world.configuration[name]);
});

describe('names what is wrong and how to mend it', () => {
  test.each<[string, Environment, RegExp]>([
    [
      'a bot token that Slack refuses',
      { SLACK_BOT_TOKEN: 'xoxb-nobody' },
      /^fail slack: .*invalid_auth → set SLACK_BOT/,
    ],
    ['an app token that it refuses', { SLACK_APP_TOKEN: 'xapp-nobody' }, /^fail slack socket: .*invalid_auth → .*xapp/],
    ['a secret that is not set', { ARTIFACT_TOKEN: '' }, /^fail configuration: .*ARTIFACT_TOKEN is empty/],
    ['a token without the right to push', { GIT_TOKEN: 'nobodys' }, /^fail git gitops: a push is refused: .*→ give/],
    ['a Redis that is away', { REDIS_URL: 'redis://127.0.0.1:1' }, /^fail redis: .*ECONNREFUSED.* → look at REDIS_URL/],
    ['an environment that lacks something', { SLACK_APP_TOKEN: '' }, /^fail configuration: .*SLACK_APP_TOKEN/],
  ])('%s', async (_, over, words) => {
    expect((await complaints(over)).filter((line) => words.test(line))).toHaveLength(1);
  });

  test('rights that are missing in a cluster, one by one, and a cluster that does not answer', async () => {
    world.cluster('dev').deny([
      { verb: 'watch', resource: 'pods' },
      { verb: 'list', resource: 'helmreleases' },
      { verb: 'patch', resource: 'kustomizations' },
    ]);
    world.cluster('staging').cutOff(true);
    expect(await complaints()).toEqual([
      expect.stringMatching(
        /^fail cluster dev: may not list helmreleases\.helm\.toolkit\.fluxcd\.io, watch pods, patch kustomizations\.kustomize\.toolkit\.fluxcd\.io \(.*reconcile: true\) → grant the ClusterRole/,
      ),
      expect.stringMatching(/^fail cluster staging: .*(socket|ECONN).* → look at clusters\.staging/),
    ]);
    world.cluster('dev').deny([]);
    world.cluster('staging').cutOff(false);
  });

  test('a channel without the bot, and a Redis that may lose something', async () => {
    const { control } = world.workspace;
    control.setMembers('releases-dev', ['ana']);
    const redis = openRedis({ url: world.redis.url }, 'commands', () => {});
    await whenReady(redis, 5_000);
    await redis.config('SET', 'appendfsync', 'everysec');
    redis.disconnect();
    expect(await complaints()).toEqual([
      expect.stringMatching(/^warn redis: appendfsync everysec: a power cut may lose the last second/),
      expect.stringMatching(/^warn channel #releases-dev: the bot is no member.*→ type \/invite @sluice/),
    ]);
  });

  test('a sluice.yaml with a mistake, with groups nobody knows, and a remote that is away', async () => {
    const text = world.git.read('sluice.yaml') ?? '';
    const by = { message: 'Change policies\n', author: 'Cy Chen <cy@acme.test>' };
    world.git.commit({ 'sluice.yaml': text.replace('"@security"', '"@secruity"').replace('[staging]', '[stage]') }, by);
    const found = await complaints();
    expect(found).toContainEqual(expect.stringMatching(/^fail groups: @secruity .*→ make the group, or.*@security/));
    expect(found).toContainEqual(
      expect.stringMatching(/^fail sluice\.yaml: names stage, which is not one of the clus/),
    );
    world.git.commit({ 'sluice.yaml': text.replace('policies:', 'polices:') }, by);
    expect(await complaints()).toContainEqual(
      expect.stringMatching(/^fail sluice\.yaml: line \d+, column 1: .*→ mend/),
    );
    world.git.commit({ 'sluice.yaml': null }, by);
    expect(await complaints()).toContainEqual(expect.stringMatching(/^fail sluice\.yaml: is not in gitops → commit/));
    world.git.stop();
    expect(await complaints()).toContainEqual(expect.stringMatching(/^fail git gitops: main cannot be read: /));
    world.git.start();
  });
});

test('ends with 1 where something is wrong, and speaks JSON to machines', async () => {
  const { status, stdout } = await doctor(['--json'], { REDIS_URL: '', SLACK_BOT_TOKEN: 'nonsense' });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toEqual([
    { about: 'configuration', level: 'fail', seen: 'SLACK_BOT_TOKEN: expected a bot token, xoxb-…' },
    { about: 'configuration', level: 'fail', seen: expect.stringContaining('REDIS_URL: expected redis://') },
  ]);
});
