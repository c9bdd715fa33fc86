import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readChallenge } from '../../src/catalog/registry/challenge.ts';
import { foundArtifact } from '../../src/catalog/registry/found-artifact.ts';
import { createRegistryReader } from '../../src/catalog/registry/reader.ts';
import { type RegistryForm, registryFormSchema } from '../../src/catalog/registry/registry-form.ts';
import { nextQuery } from '../../src/catalog/registry/tags.ts';
import type { RegistryAccess } from '../../src/registry-settings.ts';
import type { Artifact } from '../../src/vocabulary/artifact.ts';
import { aClock, at, digest, noonMs, sha } from '../support/builders.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const revision = 'org.opencontainers.image.revision';

let registry: TestRegistry;
let clock: ReturnType<typeof aClock>;
let kept: Artifact[];
let logged: string[];

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());
beforeEach(() => {
  clock = aClock();
  kept = [];
  logged = [];
  registry.asked.length = 0;
  Object.assign(registry.control, { login: 'none', answer: 'as usual', blobsElsewhere: false, pageSize: 1_000 });
});

let repositories = 0;
/** A repository that no other test has touched. */
const aRepository = () => {
  repositories += 1;
  return `acme/web-${repositories}`;
};
const formOf = (repository: string, over: Partial<RegistryForm> = {}): RegistryForm =>
  registryFormSchema.parse({ image: `${registry.host}/${repository}`, tags: '^v?[0-9.]+$', ...over });

function reader(forms: Readonly<Record<string, RegistryForm>>, access: Partial<RegistryAccess> = {}) {
  return createRegistryReader({
    registries: { [registry.host]: { url: registry.url, insecure: false, ...access } },
    forms: () => Object.entries(forms).map(([service, form]) => ({ service, registry: form })),
    rows: async (service) => kept.filter((artifact) => artifact.service === service),
    get: async (service, version) =>
      kept.find((artifact) => artifact.service === service && artifact.version === version) ?? null,
    add: async (artifact) => {
      kept.push(artifact);
      return { kind: 'added' };
    },
    clock,
    log: {
      debug: () => {},
      info: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
      warn: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
      error: () => {},
    },
  });
}
const versions = () => kept.map(({ version }) => version);

describe('a registry', () => {
  test('tells what an image is by its labels and its digest', async () => {
    const repository = aRepository();
    const named = registry.push(repository, '1.4.2', {
      labels: {
        [revision]: sha('c2'),
        'org.opencontainers.image.created': at(-60_000),
        branch: 'hotfix/cart',
        who: 'Ana <ana@acme.test>',
      },
    });
    await reader({ web: formOf(repository, { labels: { branch: 'branch', author: 'who' } }) })();
    expect(kept).toEqual([
      {
        service: 'web',
        version: '1.4.2',
        image: `${registry.host}/${repository}`,
        digest: named,
        branch: 'hotfix/cart',
        commit: sha('c2'),
        author: 'Ana <ana@acme.test>',
        commits: [],
        builtAt: at(-60_000),
      },
    ]);
  });

  test('tells the digest of the index where an image is built for several platforms', async () => {
    const repository = aRepository();
    const named = registry.push(repository, '1.4.2', {
      index: true,
      created: at(-60_000),
      labels: { [revision]: sha('c2') },
    });
    registry.push(repository, '1.4.3', { annotations: { [revision]: `main@sha1:${sha('c3')}` } });
    await reader({ web: formOf(repository) })();
    expect(kept.toSorted((a, b) => a.version.localeCompare(b.version))).toMatchObject([
      { version: '1.4.2', digest: named, commit: sha('c2'), branch: 'main', builtAt: at(-60_000) },
      { version: '1.4.3', commit: sha('c3'), builtAt: at() },
    ]);
  });

  test('is read page by page, for tags that are versions alone, and each of them once', async () => {
    const repository = aRepository();
    registry.control.pageSize = 2;
    for (const [index, tag] of ['latest', 'v1', 'pr-7', '1.9', '1.10', 'sha-abc'].entries())
      registry.push(repository, tag, { created: at(-60_000 * (10 - index)), labels: { [revision]: sha('c2') } });
    const read = reader({ web: formOf(repository) });
    await read();
    // The newest first, so that nothing goes by itself that is overtaken.
    expect(versions()).toEqual(['1.10', '1.9', 'v1']);
    registry.asked.length = 0;
    await read();
    expect(registry.asked).toEqual([]);
    clock.move(60_000);
    registry.push(repository, '1.11', { labels: { [revision]: sha('c3') } });
    await read();
    expect(versions()).toEqual(['1.10', '1.9', 'v1', '1.11']);
    expect(registry.asked.filter((each) => each.startsWith('GET') && each.includes('manifests'))).toEqual([
      `GET /v2/${repository}/manifests/1.11`,
    ]);
  });

  test('keeps what an image lacks for the log, and does not look again', async () => {
    const repository = aRepository();
    registry.push(repository, '1.0');
    registry.push(repository, '1.1', { labels: { [revision]: 'c2c2c2c' } });
    registry.push(repository, '1.2', { labels: { [revision]: sha('c2') } });
    const read = reader({ web: formOf(repository) });
    await read();
    expect(versions()).toEqual(['1.2']);
    expect(logged).toEqual([
      expect.stringMatching(/is no artifact .*1\.1.*does not end in a full commit id/),
      expect.stringMatching(/is no artifact .*1\.0.*has no label org\.opencontainers\.image\.revision/),
    ]);
    clock.move(60_000);
    await read();
    expect(logged).toHaveLength(2);
  });

  test.each(['basic', 'bearer'] as const)('lets in who logs in by %s, and nobody else', async (login) => {
    const repository = aRepository();
    registry.control.login = login;
    registry.control.blobsElsewhere = true;
    registry.push(repository, '1.4.2', { labels: { [revision]: sha('c2') } });
    await reader({ web: formOf(repository) })();
    await reader({ web: formOf(repository) }, { login: { username: 'ada', password: () => 'wrong' } })();
    expect(kept).toEqual([]);
    expect(logged).toEqual([
      expect.stringMatching(login === 'basic' ? /does not let anybody read/ : /its login answered 401/),
      expect.stringMatching(login === 'basic' ? /does not let ada read/ : /its login answered 401/),
    ]);
    expect(logged.join()).not.toContain('wrong');
    await reader({ web: formOf(repository) }, { login: { username: 'ada', password: () => 'secret' } })();
    expect(versions()).toEqual(['1.4.2']);
    // Whoever keeps the blobs is not told the login.
    expect(registry.asked).toContain('elsewhere nobody');
    expect(registry.asked.filter((each) => each.startsWith('GET /token')).length).toBe(login === 'bearer' ? 3 : 0);
  });

  test.each(['basic', 'bearer'] as const)('is asked by %s with the password as it was written last', async (login) => {
    const repository = aRepository();
    registry.control.login = login;
    registry.push(repository, '1.4.2', { labels: { [revision]: sha('c2') } });
    let password = 'ended';
    const read = reader({ web: formOf(repository) }, { login: { username: 'ada', password: () => password } });
    await read();
    expect(versions()).toEqual([]);
    password = 'secret';
    clock.move(60_000);
    await read();
    expect(versions()).toEqual(['1.4.2']);
  });

  test('whose tag was moved to another image is named, once for each image, and the version stays what it was', async () => {
    const repository = aRepository();
    const first = registry.push(repository, '1.4.2', { labels: { [revision]: sha('c2') } });
    const read = reader({ web: formOf(repository) });
    const look = async () => {
      await read();
      clock.move(60_000);
    };
    await look();
    await look();
    expect(logged).toEqual([]);
    const second = registry.push(repository, '1.4.2', { labels: { [revision]: sha('c3') } });
    await look();
    await look();
    expect(logged).toEqual([expect.stringMatching(`moved to another image.*"known":"${first}","now":"${second}"`)]);
    expect(kept.map(({ digest: of }) => of)).toEqual([first]);
    registry.push(repository, '1.4.2', { labels: { [revision]: sha('c4') } });
    await look();
    expect(logged).toHaveLength(2);
  });

  test('that lies, breaks or says too much gives no artifact, and keeps no other service from being read', async () => {
    const repository = aRepository();
    registry.push(repository, '1.4.2', { labels: { [revision]: sha('c2') } });
    const read = reader({
      away: formOf('acme/none', { image: 'registry.invalid/acme/none' }),
      web: formOf(repository),
    });
    const because: Record<string, RegExp> = {
      'another content': /manifest of 1\.4\.2 is not what its digest says/,
      'too much': /more than 4000000 bytes/,
      'nothing of use': /list of tags is not as the OCI/,
      500: /answered 500/,
    };
    for (const [answer, words] of Object.entries(because)) {
      Object.assign(registry.control, { answer: answer === '500' ? 500 : answer });
      logged.length = 0;
      await read();
      expect(logged.at(-1)).toMatch(words);
      clock.move(60_000);
    }
    await read();
    expect(kept).toEqual([]);
    Object.assign(registry.control, { answer: 'as usual' });
    clock.move(60_000);
    logged.length = 0;
    await read();
    expect(versions()).toEqual(['1.4.2']);
    expect(logged).toEqual([expect.stringContaining('can be read again {"service":"web"}')]);
  });

  test('that the configuration does not name, or that is not behind https, is not asked', async () => {
    const repository = aRepository();
    registry.push(repository, '1.4.2', { labels: { [revision]: sha('c2') } });
    registry.control.login = 'bearer';
    await reader({ web: formOf(repository, { image: '169.254.169.254/acme/web' }) })();
    expect(logged).toEqual([expect.stringContaining('does not name 169.254.169.254')]);
    expect(registry.asked).toEqual([]);
  });
});

test.each([
  ['</v2/web/tags/list?n=2&last=1.9>; rel="next"', 'n=2&last=1.9'],
  ['<https://evil.test/v2/web/tags/list?last=a%26b>;rel=next', 'last=a%26b'],
  ['</v2/web/tags/list?n=2>; rel="prev"', null],
  ['</v2/web/tags/list>; rel="next"', null],
  ['garbage', null],
  [null, null],
])('of the link %s the query is followed', (link, query) => {
  expect(nextQuery(link)).toBe(query);
});

test.each([
  ['Basic realm="images"', { kind: 'basic' }],
  [
    'Bearer realm="https://auth.test/token",service="images",scope="repository:web:pull,push"',
    { kind: 'bearer', realm: 'https://auth.test/token', service: 'images', scope: 'repository:web:pull,push' },
  ],
  [
    'bearer service=images, realm="https://auth.test/\\"t"',
    { kind: 'bearer', realm: 'https://auth.test/"t', service: 'images' },
  ],
  ['Bearer error="invalid_token"', { kind: 'unknown' }],
  ['Negotiate', { kind: 'unknown' }],
  [null, { kind: 'unknown' }],
])('the challenge %s is understood', (header, challenge) => {
  expect(readChallenge(header)).toEqual(challenge);
});

test.each([
  ['1970-01-01T00:00:00Z', at()],
  ['2026-11-25T12:00:00Z', at()],
  ['yesterday', at()],
  ['2026-11-24T12:30:00+02:00', '2026-11-24T10:30:00.000Z'],
])('an image that says it was made %s was built %s', (created, builtAt) => {
  const form = registryFormSchema.parse({ image: 'ghcr.io/acme/web', tags: '.' });
  const labels = { [revision]: sha('c2') };
  expect(foundArtifact('web', '1.4.2', form, { digest: digest('d2'), labels, created }, noonMs)).toMatchObject({
    artifact: { builtAt },
  });
});

test.each([
  ['web', false],
  ['ghcr.io/acme/web', true],
  ['localhost:5000/web', true],
  ['ghcr.io/acme/web:1.4', false],
  ['ghcr.io/acme/../web', false],
  ['https://ghcr.io/acme/web', false],
  ['ada@ghcr.io/web', false],
])('the image %s may be read: %s', (image, taken) => {
  expect(registryFormSchema.safeParse({ image, tags: '.' }).success).toBe(taken);
});
