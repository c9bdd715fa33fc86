import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRedisWithClient } from './support/redis.ts';

test('a start that is refused says why and ends, so that it can be started anew', async () => {
  const { server, redis } = await startRedisWithClient();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-serve-'));
  onTestFinished(async () => {
    redis.disconnect();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await redis.config('SET', 'maxmemory', '100mb');
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const file = join(folder, 'config.yaml');
  const lines = ['policy: { repository: gitops }', 'repositories: { gitops: { url: file:///gitops } }'];
  writeFileSync(file, [...lines, 'clusters: {}', 'unsigned: true', `data: ${folder}`].join('\n'));
  const main = resolve(import.meta.dirname, '../src/main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main, 'serve', '--config', file], {
    env: { ...process.env, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', REDIS_URL: server.url },
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect(stderr).toMatch(/evicts keys|maxmemory-policy/);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(1);
});
