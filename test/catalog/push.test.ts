import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { artifactRoutes } from '../../src/catalog/artifact-route.ts';
import { type Artifacts, createArtifacts } from '../../src/catalog/artifacts.ts';
import { createCallers } from '../../src/catalog/callers/callers.ts';
import { readCiBuild } from '../../src/catalog/push/ci-variables.ts';
import { type PushValues, pushArtifact } from '../../src/catalog/push/push-command.ts';
import { countScan, readCounts } from '../../src/catalog/push/scan.ts';
import { serveHttp } from '../../src/doors/http.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { renderedHash } from '../../src/vocabulary/rendered.ts';
import { digest } from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';

const token = 'a-token-of-some-length';
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const image = `registry.acme.test/web:1.4.2@${digest('d2')}`;

let server: TestRedis;
let redis: Redis;
let artifacts: Artifacts;
let sluice: Awaited<ReturnType<typeof serveHttp>>;
/** How many requests are answered with 503 before the rest gets through. */
let broken = 0;
let application: GitRemote;
let said: string[];
const checkout = () => join(application.folder, 'work');
const inCheckout = (...args: readonly string[]) => execFileSync('git', ['-C', checkout(), ...args]);
const begin = () => {
  application = createGitRemote({ 'main.go': 'package main\n' });
  execFileSync('git', ['clone', '--quiet', application.url, checkout()]);
};
/** Somebody's commit, which the checkout is of. */
const commit = (files: Readonly<Record<string, string>>, title: string): string => {
  const id = application.commit(files, title);
  inCheckout('pull', '--quiet', '--ff-only');
  return id;
};

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
  artifacts = createArtifacts(redis);
  const routes = artifactRoutes({
    ...artifacts,
    servicesWith: async () => ['web'],
    clock: systemClock,
    log: silent,
    admit: createCallers({ tokens: [{ token }] }, systemClock),
  });
  const failing = routes.map((route) => ({
    ...route,
    handle: (request: Parameters<typeof route.handle>[0]) => {
      broken -= 1;
      return broken >= 0 ? { status: 503, body: 'gone for a moment' } : route.handle(request);
    },
  }));
  sluice = await serveHttp({ host: '127.0.0.1', port: 0, routes: failing, log: silent });
});
afterAll(async () => {
  await sluice.close();
  redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await redis.flushall();
  broken = 0;
  said = [];
});

const url = () => `http://127.0.0.1:${sluice.port}`;

function push(words: readonly string[], values: PushValues = {}, environment: Record<string, string> = {}) {
  return pushArtifact(
    words,
    { image, url: url(), ...values },
    {
      environment: { ARTIFACT_TOKEN: token, ...environment },
      folder: checkout(),
      readText: (file) => {
        throw new Error(`${file} was read`);
      },
      pause: async () => {},
      say: (text) => void said.push(text),
    },
  );
}

describe('artifact push', () => {
  beforeEach(begin);
  afterEach(() => application.close());

  test('tells what the checkout knows of a build', async () => {
    const built = commit({ 'migrations/1.sql': 'create table carts ();\n' }, 'Keep \u202ecarts');
    expect(await push(['web'], { check: ['ci=passed', 'e2e=pending'] })).toBe(
      `web 1.4.2 of main (${built.slice(0, 7)}, 1 commit) is known now`,
    );
    expect(await artifacts.get('web', '1.4.2')).toMatchObject({
      image: 'registry.acme.test/web',
      digest: digest('d2'),
      branch: 'main',
      commit: built,
      author: 'Olu <olu@example.com>',
      commits: [{ sha: built, title: 'Keep  carts', author: 'Olu <olu@example.com>' }],
      checks: [
        { name: 'ci', state: 'passed' },
        { name: 'e2e', state: 'pending' },
      ],
    });
  });

  test('carries the commits and files since the last artifact of the branch, also when it is told twice', async () => {
    await push(['web', '1.4.1'], { image: 'registry.acme.test/web' });
    commit({ 'cart.go': 'package main\n' }, 'Add a cart');
    commit({ 'migrations/1.sql': 'create table carts ();\n' }, 'Keep carts');
    const expected = {
      commits: [{ title: 'Keep carts' }, { title: 'Add a cart' }],
      touches: ['cart.go', 'migrations/1.sql'],
    };
    expect(await push(['web'])).toMatch(/2 commits\) is known now$/);
    expect(await artifacts.get('web', '1.4.2')).toMatchObject(expected);
    expect(await push(['web'], { check: ['ci=passed'] })).toMatch(
      /2 commits\) was known already; its checks are renewed$/,
    );
    expect(await push(['web', '1.4.2-rebuilt'], { image: 'registry.acme.test/web' })).toMatch(/0 commits\)/);
  });

  test('skips an artifact that the commit does not descend from', async () => {
    const first = application.head();
    await push(['web', '1.4.1'], { image: 'registry.acme.test/web' });
    commit({ 'cart.go': 'package main\n' }, 'Add a cart');
    await push(['web', '1.4.2'], { image: 'registry.acme.test/web' });
    inCheckout('reset', '--quiet', '--hard', first);
    const ana = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com'];
    inCheckout(...ana, 'commit', '--quiet', '--allow-empty', '-m', 'Go another way');
    await push(['web', '1.4.3'], { image: 'registry.acme.test/web' });
    expect((await artifacts.get('web', '1.4.3'))?.commits).toMatchObject([{ title: 'Go another way' }]);
  });

  test('keeps to the part of a monorepo that the service is built from', async () => {
    const first = application.head();
    commit({ 'web/cart.go': 'package web\n' }, 'Add a cart');
    commit({ 'mail/send.go': 'package mail\n' }, 'Send mail');
    await push(['web'], { path: ['web'], since: first });
    expect(await artifacts.get('web', '1.4.2')).toMatchObject({
      commits: [{ title: 'Add a cart' }],
      touches: ['web/cart.go'],
    });
  });

  test('says what a shallow checkout cannot tell', async () => {
    await push(['web', '1.4.1'], { image: 'registry.acme.test/web' });
    commit({ 'a.go': 'package main\n' }, 'Add a');
    commit({ 'b.go': 'package main\n' }, 'Add b');
    const shallow = join(application.folder, 'shallow');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', application.url, shallow]);
    expect(await push(['web'], { checkout: shallow })).toMatch(/1 commit\) is known now$/);
    expect(said).toEqual([expect.stringContaining('fetch-depth: 0')]);
  });

  test('sends what the CI rendered for each environment', async () => {
    for (const [path, text] of Object.entries({ 'dev/a/web.yaml': 'kind: Deployment\n', 'production/web.yaml': '' })) {
      mkdirSync(dirname(join(checkout(), 'rendered', path)), { recursive: true });
      writeFileSync(join(checkout(), 'rendered', path), text);
    }
    await push(['web'], { manifests: 'rendered' });
    expect((await artifacts.get('web', '1.4.2'))?.rendered).toEqual({
      dev: renderedHash({ 'a/web.yaml': 'kind: Deployment\n' }),
      production: renderedHash({ 'web.yaml': '' }),
    });
    symlinkSync('web.yaml', join(checkout(), 'rendered/production/link.yaml'));
    await expect(push(['web', '1.4.2'], { manifests: 'rendered' })).rejects.toThrow('link.yaml is no plain file');
    writeFileSync(join(checkout(), 'rendered/dev/large.yaml'), '\n'.repeat(325_000));
    await expect(push(['web'], { manifests: 'rendered' })).rejects.toThrow('have more than 650000 bytes');
  });

  test('asks GitHub Actions for the token of its job', async () => {
    const asked: string[] = [];
    const actions = await serveHttp({
      host: '127.0.0.1',
      port: 0,
      log: silent,
      routes: [
        {
          method: 'GET',
          path: '/token',
          handle: (request) => {
            asked.push(`${request.url.search} ${request.headers.authorization}`);
            return asked.length === 1 ? { status: 200, body: { value: token } } : { status: 403, body: 'no' };
          },
        },
      ],
    });
    const job = {
      ARTIFACT_TOKEN: '',
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${actions.port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-this-job',
    };
    expect(await push(['web'], { audience: 'https://sluice.test' }, job)).toMatch(/is known now$/);
    expect(asked).toEqual(['?api-version=2.0&audience=https%3A%2F%2Fsluice.test Bearer of-this-job']);
    await expect(push(['web'], { audience: 'https://sluice.test' }, job)).rejects.toThrow(
      'The CI gives no token for https://sluice.test: it answered 403.',
    );
    await actions.close();
  });

  test('tries again what a restart of Sluice refuses', async () => {
    broken = 3;
    expect(await push(['web'])).toMatch(/is known now$/);
    expect(said).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/it answered 503; trying again/)));
  });
});

describe('artifact push, in vain,', () => {
  beforeAll(begin);
  afterAll(() => application.close());

  test.each<[string, readonly string[], PushValues, Record<string, string>, RegExp]>([
    ['no service', [], {}, {}, /needs a service and its image/],
    ['too many words', ['web', '1.4.2', 'now'], {}, {}, /needs a service and its image/],
    ['no token', ['web'], {}, { ARTIFACT_TOKEN: '' }, /environment variable ARTIFACT_TOKEN/],
    ['no permission to ask for a token', ['web'], { audience: 'sluice' }, {}, /id-token: write/],
    ['another token', ['web'], {}, { ARTIFACT_TOKEN: 'another' }, /refused the artifact \(401\): send a token/],
    ['no address', ['web'], { url: 'sluice' }, {}, /SLUICE_URL or --url/],
    ['no version', ['web'], { image: 'registry:5000/web' }, {}, /version is missing/],
    ['a version that is not the tag', ['web', '1.4.3'], {}, {}, /1\.4\.3 and the tag 1\.4\.2/],
    ['two digests', ['web'], { digest: digest('d3') }, {}, /digest of --image differ/],
    ['a service that is none', ['wep'], {}, {}, /service: "wep" is not a service; did you mean "web"/],
    [
      'a digest that is none',
      ['web'],
      { image: 'registry.acme.test/web:1@sha256:abc' },
      {},
      /digest: expected sha256:/,
    ],
    ['a revision that is not there', ['web'], { since: 'v1' }, {}, /does not have the revision "v1"/],
    ['a revision like an option', ['web'], { since: '--all' }, {}, /does not have the revision/],
    [
      'a commit that is not there',
      ['web'],
      {},
      { GITHUB_ACTIONS: 'true', GITHUB_SHA: 'c2'.repeat(20) },
      /does not have the commit c2c2/,
    ],
    ['a state that is none', ['web'], { check: ['ci=green'] }, {}, /--check takes NAME=passed/],
    ['half a count', ['web'], { vulnerabilities: 'critical=0' }, {}, /all four counts/],
    ['manifests that are not there', ['web'], { manifests: 'none' }, {}, /The manifests of --manifests cannot be read/],
    ['manifests without environments', ['web'], { manifests: '.git/info' }, {}, /holds no folder of an environment/],
    ['no checkout', ['web'], { checkout: '/nonexistent' }, {}, /The checkout \/nonexistent cannot be read/],
  ])('refuses %s', async (_, words, values, environment, said) => {
    await expect(push(words, values, environment)).rejects.toThrow(said);
    expect(await redis.dbsize()).toBe(0);
  });

  test('ends with 1 where Sluice is away, and never says the token', async () => {
    const closed = await serveHttp({ host: '127.0.0.1', port: 0, routes: [], log: silent });
    await closed.close();
    const away = { url: `http://127.0.0.1:${closed.port}` };
    await expect(push(['web'], away)).rejects.toThrow(/Sluice does not answer at .*ECONNREFUSED/);
    expect(said).toHaveLength(5);
    writeFileSync(join(checkout(), 'scan.json'), '{"Results":[]}');
    const child = spawn(
      process.execPath,
      [
        resolve(import.meta.dirname, '../../src/main.ts'),
        'artifact',
        'push',
        'wep',
        '--image',
        image,
        '--scan',
        'scan.json',
      ],
      {
        env: {
          PATH: process.env['PATH'] ?? '',
          ARTIFACT_TOKEN: token,
          SLUICE_URL: url(),
          SLUICE_STARTED_IN: checkout(),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk));
    expect(await new Promise((done) => child.once('close', done))).toBe(1);
    expect(text).toBe('Sluice refused the artifact:\n  service: "wep" is not a service; did you mean "web"?\n');
  });
});

test.each<[string, Record<string, string>, object]>([
  [
    'a push on GitHub',
    {
      GITHUB_ACTIONS: 'true',
      GITHUB_SHA: 'c2',
      GITHUB_REF: 'refs/heads/feature/cart',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/web',
      GITHUB_RUN_ID: '42',
    },
    { commit: 'c2', branch: 'feature/cart', url: 'https://github.com/acme/web/actions/runs/42' },
  ],
  [
    'a pull request on GitHub, whose branch may be that of a fork',
    { GITHUB_ACTIONS: 'true', GITHUB_SHA: 'c2', GITHUB_REF: 'refs/pull/7/merge', GITHUB_HEAD_REF: 'main' },
    { commit: 'c2' },
  ],
  ['a tag on GitHub', { GITHUB_ACTIONS: 'true', GITHUB_SHA: 'c2', GITHUB_REF: 'refs/tags/v1' }, { commit: 'c2' }],
  [
    'a push on GitLab',
    { GITLAB_CI: 'true', CI_COMMIT_SHA: 'c2', CI_COMMIT_BRANCH: 'main', CI_PIPELINE_URL: 'https://gitlab.test/42' },
    { commit: 'c2', branch: 'main', url: 'https://gitlab.test/42' },
  ],
  ['a tag on GitLab', { GITLAB_CI: 'true', CI_COMMIT_SHA: 'c2', CI_COMMIT_TAG: 'v1' }, { commit: 'c2' }],
  ['a terminal', { GITHUB_SHA: 'c2', CI_COMMIT_BRANCH: 'main' }, {}],
])('reads %s', (_, environment, build) => {
  expect(readCiBuild(environment)).toEqual(build);
});

describe('a scan', () => {
  test.each([
    [
      'Trivy',
      { Results: [{ Vulnerabilities: [{ Severity: 'CRITICAL' }, { Severity: 'LOW' }, { Severity: 'UNKNOWN' }] }, {}] },
      { critical: 1, high: 0, medium: 0, low: 1 },
    ],
    [
      'Grype',
      { matches: [{ vulnerability: { severity: 'High' } }, { vulnerability: { severity: 'Negligible' } }] },
      { critical: 0, high: 1, medium: 0, low: 0 },
    ],
  ])('of %s is counted', (_, report, counts) => {
    expect(countScan(JSON.stringify(report), 'scan.json')).toEqual(counts);
  });

  test('of another tool, or none at all, is no scan without findings', () => {
    expect(() => countScan('{"findings":[]}', 'scan.json')).toThrow('scan.json is no report of Trivy or Grype');
    expect(() => countScan('', 'scan.json')).toThrow('scan.json is not JSON');
  });

  test('is typed with all four counts', () => {
    expect(readCounts('low=9, medium=3,high=1,critical=0')).toEqual({ critical: 0, high: 1, medium: 3, low: 9 });
    expect(() => readCounts('critical=0,high=1,medium=3,lwo=9')).toThrow('all four counts');
    expect(() => readCounts('critical=0,high=1,medium=3,low=')).toThrow('all four counts');
  });
});
