import { createSecretKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TrustedJob } from '../../src/artifact-settings.ts';
import { artifactRoutes } from '../../src/catalog/artifact-route.ts';
import { createCallers } from '../../src/catalog/callers/callers.ts';
import { unmetClaim } from '../../src/catalog/callers/claims.ts';
import { serveHttp } from '../../src/doors/http.ts';
import type { Artifact } from '../../src/vocabulary/artifact.ts';
import { aClock, anArtifact, noonMs, sha } from '../support/builders.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';

const audience = 'https://sluice.test';
const logged: string[] = [];
const log = {
  debug: () => {},
  info: () => {},
  warn: (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message })),
  error: () => {},
};

let github: Issuer;
let stranger: Issuer;
let clock: ReturnType<typeof aClock>;
let http: Awaited<ReturnType<typeof serveHttp>>;
let kept: Artifact[];

beforeAll(async () => {
  [github, stranger] = await Promise.all([startIssuer(), startIssuer()]);
});
afterAll(() => Promise.all([github.close(), stranger.close()]));
beforeEach(async () => {
  clock = aClock();
  kept = [];
  logged.length = 0;
  Object.assign(github.control, { answer: 'keys', reads: 0 });
  const claims = { repository: 'acme/{service}', ref: 'refs/heads/{branch}', sha: '{commit}' };
  const jobs: TrustedJob[] = [
    { issuer: github.url, audience, claims },
    {
      issuer: github.url,
      audience,
      services: ['mail-*'],
      claims: { repository: 'acme/mail', ref: 'refs/heads/{branch}' },
    },
  ];
  http = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    log,
    routes: artifactRoutes({
      add: async (artifact) => {
        kept.push(artifact);
        return { kind: 'added' };
      },
      rows: async () => [],
      servicesWith: async () => ['web', 'api', 'mail-out'],
      admit: createCallers({ tokens: [{ token: 'a-token-of-some-length' }], jobs }, clock),
      clock,
      log,
    }),
  });
});
afterEach(() => http.close());

const seconds = (offset: number) => Math.floor(noonMs / 1_000) + offset;
/** What GitHub says of a job that builds main of acme/web. */
const claims = (over: Readonly<Record<string, unknown>> = {}) => ({
  aud: audience,
  iat: seconds(-10),
  nbf: seconds(-10),
  exp: seconds(290),
  sub: 'repo:acme/web:ref:refs/heads/main',
  repository: 'acme/web',
  ref: 'refs/heads/main',
  sha: sha('c2'),
  ...over,
});

async function post(token: string, over: Partial<Artifact> = {}) {
  const answer = await fetch(`http://127.0.0.1:${http.port}/artifacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(anArtifact(over)),
  });
  const { error } = (await answer.json()) as { error?: string };
  return `${answer.status} ${error ?? ''}`;
}

describe('the token of a CI job', () => {
  test('counts for its own service and branch', async () => {
    expect(await post(await github.sign(claims()))).toBe('201 ');
    expect(await post(await github.sign(claims({ aud: [audience, 'another'] })))).toBe('201 ');
    const mail = claims({ repository: 'acme/mail', ref: 'refs/heads/next' });
    expect(await post(await github.sign(mail), { service: 'mail-out', branch: 'next' })).toBe('201 ');
    expect(kept.map(({ service, branch }) => `${service} ${branch}`)).toEqual([
      'web main',
      'web main',
      'mail-out next',
    ]);
    const read = await fetch(`http://127.0.0.1:${http.port}/artifacts?service=web&branch=main`, {
      headers: { authorization: `Bearer ${await github.sign(claims())}` },
    });
    expect(read.status).toBe(200);
    expect(await post('a-token-of-some-length')).toBe('201 ');
    expect(github.control.reads).toBe(1);
  });

  test.each<[string, Readonly<Record<string, unknown>>, Partial<Artifact>, RegExp]>([
    ['another branch', claims({ ref: 'refs/heads/wip' }), {}, /^403 .*for web of main: its claim "ref" is not/],
    ['a tag named like the branch', claims({ ref: 'refs/tags/main' }), {}, /^403 .*"ref"/],
    ['a pull request', claims({ ref: 'refs/pull/7/merge', head_ref: 'main' }), {}, /^403 .*"ref"/],
    ['another repository', claims({ repository: 'acme/api' }), {}, /^403 .*"repository"/],
    ['a fork', claims({ repository: 'eve/web' }), {}, /^403 .*"repository"/],
    ['no repository', claims({ repository: undefined }), {}, /^403 .*"repository"/],
    ['a list of repositories', claims({ repository: ['acme/web'] }), {}, /^403 .*"repository"/],
    ['another commit', claims({ sha: sha('c3') }), {}, /^403 .*"sha"/],
    ['another service', claims(), { service: 'api' }, /^403 .*for api of main: its claim "repository"/],
    ['a service that another job has', claims(), { service: 'mail-out' }, /^403 .*"repository"/],
    ['another audience', claims({ aud: 'https://elsewhere.test' }), {}, /^401 .*claim "aud"/],
    ['no audience', claims({ aud: undefined }), {}, /^401 .*claim "aud"/],
    ['one that has expired', claims({ exp: seconds(-31) }), {}, /^401 .*has expired/],
    ['one that never expires', claims({ exp: undefined }), {}, /^401 .*claim "exp"/],
    ['one of later', claims({ nbf: seconds(31) }), {}, /^401 .*claim "nbf"/],
    ['one that was made later', claims({ iat: seconds(31) }), {}, /^401 .*claim "iat"/],
    ['one that does not say when it was made', claims({ iat: undefined }), {}, /^401 .*claim "iat"/],
    ['one of the day before yesterday', claims({ iat: seconds(-200_000) }), {}, /^401 .*has expired/],
    ['an unknown issuer', claims({ iss: 'https://token.test' }), {}, /^401 .*issuer \(iss\) is none/],
    ['no issuer', claims({ iss: undefined }), {}, /^401 .*issuer \(iss\) is none/],
  ])('does not count for %s', async (_, said, over, words) => {
    const token = await github.sign(said);
    expect(await post(token, over)).toMatch(words);
    expect(kept).toEqual([]);
    expect(logged).toHaveLength(1);
    for (const part of token.split('.')) expect(logged.join()).not.toContain(part);
  });

  test('counts under the keys of its own issuer alone', async () => {
    expect(await post(await stranger.sign(claims({ iss: github.url })))).toMatch(/^401 .*signature does not hold/);
    const [head, , signature] = (await github.sign(claims())).split('.');
    const [, forged] = (await github.sign(claims({ ref: 'refs/heads/other' }))).split('.');
    expect(await post([head, forged, signature].join('.'), { branch: 'other' })).toMatch(
      /^401 .*signature does not hold/,
    );
    expect(kept).toEqual([]);
  });

  test('needs a signature, and none by what everybody can read', async () => {
    const unsigned = new UnsecuredJWT({ iss: github.url, ...claims() }).encode();
    expect(await post(unsigned)).toMatch(/^401 .*(signature|algorithm)/);
    for (const secret of [JSON.stringify(github.keys()[0]), github.keys()[0]?.n ?? '']) {
      const signed = await new SignJWT({ iss: github.url, ...claims() })
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .sign(createSecretKey(Buffer.from(secret)));
      expect(await post(signed)).toMatch(/^401 .*algorithm \(alg\)/);
    }
    expect(kept).toEqual([]);
  });

  test('counts under a new key as soon as it is shown, and an unknown one makes no storm', async () => {
    await post(await github.sign(claims()));
    await github.rotate('all');
    clock.move(15_000);
    expect(await post(await github.sign(claims()))).toBe('201 ');
    expect(github.control.reads).toBe(2);
    for (let tries = 0; tries < 5; tries += 1)
      expect(await post(await github.sign(claims(), { kid: 'nobody' }))).toMatch(/^401 .*key \(kid\) is none/);
    expect(github.control.reads).toBe(2);
    await github.rotate('new');
    clock.move(11 * 60_000);
    const later = claims({ iat: seconds(600), nbf: seconds(600), exp: seconds(900) });
    expect(await post(await github.sign(later, { key: 1 }))).toMatch(/^401 .*key \(kid\) is none/);
    expect(await post(await github.sign(later))).toBe('201 ');
  });

  test('waits for an issuer that is away, and counts on under keys that were read before', async () => {
    github.control.answer = 500;
    expect(await post(await github.sign(claims()))).toMatch(
      /^503 the keys of the issuer cannot be read: .* answered 500/,
    );
    github.control.answer = 'too much';
    clock.move(10_000);
    expect(await post(await github.sign(claims()))).toMatch(/^503 .*more than 256000 bytes/);
    github.control.answer = 'another issuer';
    clock.move(10_000);
    expect(await post(await github.sign(claims()))).toMatch(/^503 .*is not that of/);
    github.control.answer = 'keys';
    clock.move(10_000);
    expect(await post(await github.sign(claims()))).toBe('201 ');
    github.control.answer = 500;
    clock.move(30 * 60_000);
    const later = (minutes: number) => {
      const iat = seconds(minutes * 60);
      return github.sign(claims({ iat, nbf: iat, exp: iat + 300 }));
    };
    expect(await post(await later(30))).toBe('201 ');
    clock.move(40 * 60_000);
    expect(await post(await later(70))).toMatch(/^503 /);
  });

  test.each(['eyJ', 'eyJhbGciOiJSUzI1NiJ9.e30.', 'eyJ.eyJ.', 'eyJhbGciOiJSUzI1NiJ9.bm9uZQ.x', ''])(
    'is no "%s"',
    async (token) => {
      expect(await post(token)).toMatch(/^401 /);
    },
  );
});

test('what a claim is filled with is not looked through again', () => {
  const wanted = { ref: 'refs/heads/{branch}' };
  expect(unmetClaim(wanted, { ref: 'refs/heads/web' }, { service: 'web', branch: '{service}' })).toBe('ref');
  expect(unmetClaim(wanted, { ref: 'refs/heads/{service}' }, { service: 'web', branch: '{service}' })).toBeNull();
  expect(unmetClaim({ toString: 'x' }, {}, { service: 'web', branch: 'main' })).toBe('toString');
  expect(
    unmetClaim(
      { ref_protected: 'true', run: '7' },
      { ref_protected: true, run: 7 },
      { service: 'web', branch: 'main' },
    ),
  ).toBeNull();
});
