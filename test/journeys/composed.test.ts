import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { examine } from '../../src/commands/doctor.ts';
import { pause } from '../../src/doors/time.ts';
import { readYaml } from '../../src/doors/yaml.ts';
import { artifactOf } from '../../src/playground/seed/versions.ts';
import { furnish, inCompose, kubeconfigOf, redisInCompose } from '../support/deployment.ts';
import { type RedisServer, startServer } from '../support/redis-server.ts';
import { machine, serve } from '../support/serve.ts';

let folder: string;
let redis: RedisServer;
/** What each part of the playground has printed for a shell. */
let parts: Readonly<Record<string, string>>;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-composed-'));
  const socket = join(folder, 'redis.sock');
  const [program, ...command] = redisInCompose();
  expect(program).toBe('redis-server');
  redis = await startServer(`unix://${socket}`, folder, { port: '0', unixsocket: socket, dir: folder }, command);
  const [slack, cluster] = await Promise.all([
    startPart('slack', 'SLACK_APP_TOKEN'),
    startPart('cluster', 'GIT_TOKEN'),
  ]);
  parts = { ...slack, ...cluster };
}, 180_000);
afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  await redis?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm start -- playground PART`, as it is typed; ends with the test. */
async function startPart(part: string, last: string): Promise<Record<string, string>> {
  const main = resolve(import.meta.dirname, '../../src/main.ts');
  const child = spawn(process.execPath, [main, 'playground', part], {
    env: machine,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((done) => child.once('exit', done));
  ends.push(() => {
    child.kill('SIGTERM');
    return gone;
  });
  let said = '';
  return new Promise((resolved, reject) => {
    child.once('exit', (code) => reject(new Error(`playground ${part} ended with ${code}: ${said}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = [...said.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]);
      if (found.some(([name]) => name === last)) resolved(Object.fromEntries(found));
    });
  });
}

const slackUrl = (path: string) => new URL(path, parts['SLACK_API_URL']);
const shownSchema = z.object({ messages: z.array(z.object({ text: z.string() })) });

async function say(channel: string, text: string): Promise<void> {
  const said = await fetch(slackUrl('/client/say'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'UANA', channel, text }),
  });
  expect(said.status).toBe(200);
}

/** The first that matches of what ana sees in a channel. */
async function shown(channel: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const answer = await fetch(slackUrl(`/client/history?as=UANA&channel=${channel}`));
    const found = shownSchema.parse(await answer.json()).messages.find(({ text }) => pattern.test(text));
    if (found !== undefined) return found.text;
    await pause(100);
  }
}

/** The one cluster that the playground starts alone, under every name of the example. */
function kubeconfig(): string {
  const alone = z
    .looseObject({ contexts: z.tuple([z.looseObject({})]) })
    .parse(readYaml(readFileSync(parts['KUBECONFIG'] ?? '', 'utf8')));
  const others = ['staging', 'prod-eu', 'prod-us'].map((name) => ({
    clusters: [],
    users: [],
    contexts: [{ ...alone.contexts[0], name }],
  }));
  return kubeconfigOf([alone, ...others]);
}

test('what docker-compose.yml starts releases into the parts of the playground that were started alone', async () => {
  // As the file says to make it.
  const signingKey = join(folder, 'signing-key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', signingKey]);
  const { args, env } = furnish(inCompose(), 'overlays/socket', {
    home: join(folder, 'container'),
    gitUrl: parts['GIT_URL'] ?? '',
    kubeconfig: kubeconfig(),
    signingKey,
    environment: { ...parts, REDIS_URL: redis.url, ARTIFACT_TOKEN: 'a-token-of-our-own' },
  });
  await say('C0STORE', '/invite @sluice');
  const served = await serve(args, { ...env, SLACK_API_URL: parts['SLACK_API_URL'] ?? '' });
  try {
    const findings = await examine(args.at(-1) ?? '', { ...env, SLACK_API_URL: parts['SLACK_API_URL'] ?? '' });
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    const posted = await fetch(`http://127.0.0.1:${served.port}/artifacts`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-token-of-our-own', 'content-type': 'application/json' },
      body: JSON.stringify(artifactOf('web', { version: '1.9.0', daysAgo: 0, commits: [] }, Date.now())),
    });
    expect(posted.status).toBe(201);
    await say('C0GENERAL', '/release web dev 1.9.0');
    expect(await shown('C0DEV', /web 1\.9\.0 .*(written|Flux|running)/)).toContain('1.9.0');
    const remote = new URL(parts['GIT_URL'] ?? '');
    [remote.username, remote.password] = [parts['GIT_USERNAME'] ?? '', parts['GIT_TOKEN'] ?? ''];
    const clone = join(folder, 'clone');
    expect(spawnSync('git', ['clone', '--quiet', remote.href, clone]).status).toBe(0);
    const { stdout } = spawnSync('git', ['log', '-1', '--format=%s'], { cwd: clone, encoding: 'utf8' });
    expect(stdout).toBe('Release web 1.9.0 to dev\n');
  } finally {
    expect(await served.end()).toBe('exit 0');
  }
}, 180_000);
