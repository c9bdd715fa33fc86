import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkIssuers, checkRegistries } from '../../src/catalog/check-artifacts.ts';
import { registryFormSchema } from '../../src/catalog/registry/registry-form.ts';
import { aClock, sha } from '../support/builders.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

let registry: TestRegistry;
let issuer: Issuer;
beforeAll(async () => {
  [registry, issuer] = await Promise.all([startRegistry(), startIssuer()]);
  registry.push('acme/web', '1.9', { labels: {} });
  registry.push('acme/web', '1.10', { labels: { 'org.opencontainers.image.revision': sha('c2') } });
  registry.push('acme/api', '1.0');
  registry.push('acme/mail', 'latest');
});
afterAll(() => Promise.all([registry.close(), issuer.close()]));
beforeEach(() => {
  registry.control.login = 'none';
  issuer.control.answer = 'keys';
});

test.each<[string, string, 'none' | 'basic', string, RegExp]>([
  ['that holds versions', 'acme/web', 'none', 'ok', /acme\/web has 2 versions, the newest 1\.10$/],
  [
    'whose newest image says no commit',
    'acme/api',
    'none',
    'warn',
    /acme\/api:1\.0 is no artifact: it has no label org/,
  ],
  ['without a version', 'acme/mail', 'none', 'warn', /has 1 tags, and none of them matches \^\[0-9\.\]\+\$$/],
  ['that lets nobody in', 'acme/web', 'basic', 'fail', /cannot be read: it does not let anybody read acme\/web/],
])('a registry %s', async (_, repository, login, level, seen) => {
  registry.control.login = login;
  const form = registryFormSchema.parse({ image: `${registry.host}/${repository}`, tags: '^[0-9.]+$' });
  const registries = { [registry.host]: { url: registry.url, insecure: false } };
  const [finding] = await checkRegistries(registries, [{ service: 'web', registry: form }], aClock());
  expect(finding).toMatchObject({ about: 'registry web', level, seen: expect.stringMatching(seen) });
  expect(finding?.mend === undefined).toBe(level === 'ok');
});

test('a registry that the configuration does not name', async () => {
  const form = registryFormSchema.parse({ image: 'ghcr.io/acme/web', tags: '.' });
  expect(await checkRegistries({}, [{ service: 'web', registry: form }], aClock())).toEqual([
    { about: 'registry web', level: 'fail', seen: 'ghcr.io is not named', mend: expect.stringContaining('registries') },
  ]);
});

test('an issuer is asked once for its keys, and told where they are not to be had', async () => {
  const job = { issuer: issuer.url, audience: 'sluice', claims: { repository: 'acme/{service}' } };
  expect(await checkIssuers([job, job], aClock())).toEqual([
    { about: `issuer ${issuer.url}`, level: 'ok', seen: 'shows 1 keys' },
  ]);
  issuer.control.answer = 500;
  expect(await checkIssuers([job], aClock())).toMatchObject([
    { level: 'fail', seen: expect.stringContaining('answered 500'), mend: expect.stringContaining('jwks') },
  ]);
});
