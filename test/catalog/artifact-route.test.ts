import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ArtifactCallers } from '../../src/artifact-settings.ts';
import { artifactRoutes } from '../../src/catalog/artifact-route.ts';
import { createArtifacts } from '../../src/catalog/artifacts.ts';
import { createCallers } from '../../src/catalog/callers/callers.ts';
import { createIncoming } from '../../src/catalog/incoming.ts';
import { createRenderedStore } from '../../src/catalog/rendered-store.ts';
import { serveHttp } from '../../src/doors/http.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { renderedHash } from '../../src/vocabulary/rendered.ts';
import { aClock, anArtifact, at, digest, sha } from '../support/builders.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';

const token = 'a-token-of-some-length';
const mailToken = 'a-token-of-the-mail-team';
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let server: TestRedis;
let redis: Redis;
let http: Awaited<ReturnType<typeof serveHttp>>;
let closed: Awaited<ReturnType<typeof serveHttp>>;

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
  const artifacts = createArtifacts(redis);
  const ports = {
    add: createIncoming({
      artifacts,
      rendered: createRenderedStore(redis),
      callers: undefined,
      registries: {},
      servicesWith: async () => [],
      named: () => ({}),
      onAdded: () => {},
      onRenewed: () => {},
      clock: aClock(),
      log: silent,
    }).addArtifact,
    rows: artifacts.rows,
    servicesWith: async () => ['web', 'api', 'mail-out'],
    clock: aClock(),
    log: silent,
  };
  const listen = (callers: ArtifactCallers | undefined) =>
    serveHttp({
      host: '127.0.0.1',
      port: 0,
      routes: artifactRoutes({ ...ports, admit: createCallers(callers, ports.clock) }),
      log: silent,
    });
  http = await listen({ tokens: [{ token }, { token: mailToken, services: ['mail-*', 'api'] }] });
  closed = await listen(undefined);
});
afterAll(async () => {
  await Promise.all([http.close(), closed.close()]);
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

async function post(
  body: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
  port = http.port,
) {
  const answer = await fetch(`http://127.0.0.1:${port}/artifacts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('POST /artifacts', () => {
  test('takes an artifact, and the same one again', async () => {
    expect(await post(anArtifact())).toEqual({
      status: 201,
      body: { kind: 'added', service: 'web', version: '1.4.2' },
    });
    expect(await post(anArtifact())).toMatchObject({ status: 200, body: { kind: 'same' } });
    expect(await createArtifacts(redis).get('web', '1.4.2')).toEqual(anArtifact());
  });

  test('takes checks and vulnerabilities, now or later', async () => {
    const scan = { critical: 0, high: 2, medium: 3, low: 9 };
    const check = { name: 'ci', state: 'passed', url: 'https://ci.test/builds/42' };
    expect(await post({ ...anArtifact(), checks: [check] })).toMatchObject({ status: 201 });
    expect(
      await post({
        ...anArtifact(),
        checks: [{ name: ' e2e ', state: 'failed', at: '2026-11-24T13:00:00+02:00' }],
        vulnerabilities: scan,
      }),
    ).toEqual({ status: 200, body: { kind: 'renewed', service: 'web', version: '1.4.2' } });
    expect(await createArtifacts(redis).get('web', '1.4.2')).toEqual(
      anArtifact({
        checks: [
          { name: 'ci', state: 'passed', at: at(), url: 'https://ci.test/builds/42' },
          { name: 'e2e', state: 'failed', at: at(-3_600_000) },
        ],
        vulnerabilities: { ...scan, at: at() },
      }),
    );
  });

  test.each([
    ['a state that does not exist', { checks: [{ name: 'ci', state: 'green' }] }, 'checks.0.state', 'one of passed'],
    ['no name', { checks: [{ name: ' ', state: 'passed' }] }, 'checks.0.name', 'at least 1'],
    ['a control character', { checks: [{ name: 'a\u202eb', state: 'passed' }] }, 'checks.0.name', 'control'],
    ['a script', { checks: [{ name: 'ci', state: 'passed', url: 'javascript:x' }] }, 'checks.0.url', 'a web address'],
    ['a broken address', { checks: [{ name: 'ci', state: 'passed', url: 'https://a/%' }] }, 'checks.0.url', 'address'],
    [
      'tomorrow',
      { checks: [{ name: 'ci', state: 'passed', at: '2026-11-25T12:00:00Z' }] },
      'checks.0.at',
      '2026-11-25T12:00:00Z has not come yet; expected when it was checked',
    ],
    ['half a scan', { vulnerabilities: { critical: 0 } }, 'vulnerabilities.high', 'is missing'],
    ['fewer than none', { vulnerabilities: { critical: -1, high: 0, medium: 0, low: 0 } }, 'critical', '0 or more'],
    [
      'a scan of tomorrow',
      { vulnerabilities: { critical: 0, high: 0, medium: 0, low: 0, at: '2026-11-25T12:00:00Z' } },
      'vulnerabilities.at',
      'has not come yet',
    ],
  ])('refuses checks with %s', async (_, more, field, message) => {
    const answer = await post({ ...anArtifact(), ...more });
    expect(answer.status).toBe(422);
    const [error] = (answer.body['errors'] ?? []) as { field: string; message: string }[];
    expect(error?.field).toContain(field);
    expect(error?.message).toContain(message);
  });

  test('takes what a small build script knows', async () => {
    const { service, version, image, branch, commit } = anArtifact();
    expect(await post({ service, version, image, branch, commit, builtAt: '2026-11-24T13:00:00+02:00' })).toMatchObject(
      { status: 201 },
    );
    expect(await createArtifacts(redis).get('web', '1.4.2')).toMatchObject({
      builtAt: '2026-11-24T11:00:00.000Z',
      author: '',
      commits: [],
    });
  });

  test('refuses another content under the same version', async () => {
    await post(anArtifact());
    expect(await post(anArtifact({ digest: digest('ee') }))).toEqual({
      status: 409,
      body: {
        error: 'web 1.4.2 is already known with another content; versions are immutable, so build a new one',
        existing: { image: 'registry.acme.test/web', digest: digest('d2'), commit: sha('c2') },
      },
    });
  });

  test.each<[string, Record<string, string>]>([
    ['no token', {}],
    ['another token', { authorization: 'Bearer another' }],
    ['the token with something behind it', { authorization: `Bearer ${token}x` }],
    ['the token in another scheme', { authorization: `Basic ${token}` }],
  ])('refuses %s', async (_title, headers) => {
    expect(await post(anArtifact(), headers)).toMatchObject({
      status: 401,
      body: { error: expect.stringContaining('Bearer') },
    });
    expect(await redis.dbsize()).toBe(0);
  });

  test('takes manifests, and keeps what they are by their hash', async () => {
    const dev = { 'web.yaml': 'kind: Deployment\n' };
    expect(await post({ ...anArtifact(), manifests: { dev } })).toMatchObject({ status: 201 });
    expect((await createArtifacts(redis).get('web', '1.4.2'))?.rendered).toEqual({ dev: renderedHash(dev) });
    expect(await createRenderedStore(redis).get('web', '1.4.2', renderedHash(dev))).toEqual(dev);
    expect(await createRenderedStore(redis).get('web', '1.4.3', renderedHash(dev))).toBeNull();
    expect(await post({ ...anArtifact(), manifests: { dev: { 'web.yaml': 'kind: Job\n' } } })).toMatchObject({
      status: 409,
    });
    const wrong = await post({ ...anArtifact({ version: '1.4.3' }), manifests: { dev: { '../web.yaml': '' } } });
    expect(wrong).toMatchObject({
      status: 422,
      body: { errors: [{ field: expect.stringContaining('manifests.dev') }] },
    });
    expect(await post({ ...anArtifact({ version: '1.4.3' }), rendered: {} })).toMatchObject({ status: 422 });
  });

  test('forgets manifests of old builds', async () => {
    const store = createRenderedStore(redis, 2);
    for (const number of [3, 1, 2]) {
      const artifact = anArtifact({ version: `1.${number}`, builtAt: at(number * 60_000) });
      await store.keep(artifact, { dev: { a: `${number}` } });
    }
    const kept = await Promise.all(
      [1, 2, 3].map((number) => store.get('web', `1.${number}`, renderedHash({ a: `${number}` }))),
    );
    expect(kept).toEqual([null, { a: '2' }, { a: '3' }]);
  });

  test('takes a token of some services for those alone', async () => {
    const mail = { authorization: `Bearer ${mailToken}` };
    expect(await post(anArtifact({ service: 'mail-out' }), mail)).toMatchObject({ status: 201 });
    expect(await post(anArtifact({ service: 'api' }), mail)).toMatchObject({ status: 201 });
    for (const service of ['web', 'mail'])
      expect(await post(anArtifact({ service }), mail)).toEqual({
        status: 403,
        body: { error: `this token is not for ${service}: artifacts.tokens names the services of each` },
      });
    const read = (service: string) =>
      fetch(`http://127.0.0.1:${http.port}/artifacts?service=${service}&branch=main`, { headers: mail });
    expect((await read('api')).status).toBe(200);
    expect((await read('web')).status).toBe(403);
    expect(await createArtifacts(redis).get('web', '1.4.2')).toBeNull();
  });

  test('is closed without a configured token, whatever is sent', async () => {
    expect(await post(anArtifact(), { authorization: 'Bearer ' }, closed.port)).toMatchObject({ status: 403 });
    expect(await post(anArtifact(), { authorization: 'Bearer undefined' }, closed.port)).toMatchObject({ status: 403 });
  });

  test('refuses a body that is too large', async () => {
    expect(await post('x'.repeat(1_100_000))).toMatchObject({ status: 413 });
  });

  test.each<[string, unknown, string, string]>([
    ['no JSON', '{', '', 'expected a JSON object in UTF-8'],
    ['a list', [], '', 'expected a map, found an empty list'],
    ['no service', { ...anArtifact(), service: undefined }, 'service', 'is missing, expected text'],
    ['an unknown service', anArtifact({ service: 'wep' }), 'service', '"wep" is not a service; did you mean "web"?'],
    ['a service that climbs', { ...anArtifact(), service: '../web' }, 'service', 'expected lower-case letters'],
    [
      'a version like an option',
      { ...anArtifact(), version: '--upload-pack=x' },
      'version',
      'expected an image tag, such as 1.4.2',
    ],
    ['a version over several lines', { ...anArtifact(), version: '1\n2' }, 'version', 'expected an image tag'],
    ['a short digest', { ...anArtifact(), digest: 'sha256:abc' }, 'digest', 'expected sha256: and 64 hex digits'],
    ['a short commit', { ...anArtifact(), commit: 'c2c2c2c' }, 'commit', 'expected a full commit id of 40 hex digits'],
    [
      'a branch like an option',
      { ...anArtifact(), branch: '-x' },
      'branch',
      'expected the name of a branch; example: main',
    ],
    ['a branch that climbs', { ...anArtifact(), branch: 'a/../b' }, 'branch', 'expected the name of a branch'],
    [
      'an image with a tag',
      { ...anArtifact(), image: 'registry.acme.test/web:1' },
      'image',
      'expected an image without tag or digest',
    ],
    ['an image with spaces', { ...anArtifact(), image: 'a b' }, 'image', 'expected an image without tag or digest'],
    [
      'an author with control characters',
      { ...anArtifact(), author: 'Ana\u0007' },
      'author',
      'expected text without control characters',
    ],
    [
      'a title that turns the reading order',
      { ...anArtifact(), commits: [{ sha: 'c2c2c2c', title: '\u202eevil', author: 'a' }] },
      'commits.0.title',
      'expected text without control characters',
    ],
    ['a mistyped field', { ...anArtifact(), digset: 'x' }, 'digset', 'is not known here; did you mean "digest"?'],
    [
      'too many commits',
      { ...anArtifact(), commits: Array.from({ length: 251 }, () => ({ sha: 'c2c2c2c', title: 't', author: 'a' })) },
      'commits',
      'expected at most 250 entries',
    ],
    ['a time in words', { ...anArtifact(), builtAt: 'yesterday' }, 'builtAt', 'expected ISO datetime'],
  ])('names the field for %s', async (_title, body, field, message) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toContainEqual({ field, message: expect.stringContaining(message) });
    expect(await redis.dbsize()).toBe(0);
  });

  test('takes a registry with a port', async () => {
    expect(await post(anArtifact({ image: 'registry.acme.test:5000/shop/web' }))).toMatchObject({ status: 201 });
  });
});

describe('GET /artifacts', () => {
  const get = async (query: string, authorization = `Bearer ${token}`) => {
    const answer = await fetch(`http://127.0.0.1:${http.port}/artifacts${query}`, { headers: { authorization } });
    return { status: answer.status, body: (await answer.json()) as { artifacts?: { version: string }[] } };
  };

  test('tells the newest of a branch first, and nothing of another', async () => {
    const { add } = createArtifacts(redis);
    await add(anArtifact({ version: '1.4.1', builtAt: at(-60_000) }));
    await add(anArtifact({ version: '1.4.2', builtAt: at() }));
    await add(anArtifact({ version: '1.4.3', branch: 'next', builtAt: at(60_000) }));
    const { status, body } = await get('?service=web&branch=main');
    expect(status).toBe(200);
    expect(body.artifacts?.map(({ version }) => version)).toEqual(['1.4.2', '1.4.1']);
    expect((await get('?service=api&branch=main')).body).toEqual({ artifacts: [] });
  });

  test('tells nobody without the token, and says what to ask for', async () => {
    expect(await get('?service=web&branch=main', 'Bearer another')).toMatchObject({ status: 401 });
    expect(await get('?service=web')).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('branch') },
    });
  });
});
