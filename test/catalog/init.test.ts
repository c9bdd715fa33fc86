import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { proposeSluiceFile } from '../../src/catalog/init/propose.ts';
import { createResolve } from '../../src/catalog/init/resolves.ts';
import { proposeFor } from '../../src/commands/init.ts';
import { placesIn, readPlace } from '../../src/gitops/places/places.ts';
import { checkSluiceFile, type SluiceFile } from '../../src/sluice-yaml.ts';

type Files = Readonly<Record<string, string>>;

const kustomization = (...images: readonly string[]) =>
  `resources: [../../base]\nimages:\n${images.map((image) => `  - name: ${image}\n    newTag: 1.4.1\n`).join('')}`;
const helmRelease = (name: string, values = 'image:\n      tag: 1.4.1') =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n  values:\n    ${values}\n`;
const flux = (name: string, path: string, more = '') =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\nspec:\n  path: ./${path}\n${more}`;
const deployment = (image: string, comment = '') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${image}${comment}\n`;
const web = 'registry.acme.test/web';
const api = 'registry.acme.test/shop/api';

async function proposed(files: Files): Promise<{ text: string; file: SluiceFile; notPlaced: string[] }> {
  const text = await proposeSluiceFile(listed(files), { placesIn, readPlace });
  if (text === null) throw new Error('nothing is proposed');
  const parsed = checkSluiceFile(text, 'sluice.yaml');
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  const [, notPlaced = ''] = text.split('# Not placed:\n');
  return { text, file: parsed.value, notPlaced: notPlaced.split('\n').filter((line) => line !== '') };
}

const listed = (files: Files) => Object.entries(files).map(([path, text]) => ({ path, text }));

/** Where a release would write, for each service in each environment. */
async function resolved(files: Files, file: SluiceFile, services: readonly string[]) {
  const resolve = createResolve(listed(files), { placesIn, readPlace });
  const found: Record<string, readonly string[] | string> = {};
  for (const service of services)
    for (const environment of Object.keys(file.environments))
      found[`${service} ${environment}`] = await resolve(file, service, environment);
  return found;
}

describe('a proposal for', () => {
  test('a folder for each environment discovers what is alike and names the rest', async () => {
    const files = {
      'apps/base/web/deployment.yaml': deployment(`${web}:latest`),
      'apps/base/mail/release.yaml': helmRelease('mail', 'replicas: 1'),
      'apps/dev/web/kustomization.yaml': kustomization(web),
      'apps/production/web/kustomization.yaml': kustomization(web),
      'apps/dev/api/kustomization.yaml': kustomization(api),
      'apps/production/api/kustomization.yaml': kustomization(api),
      'apps/dev/mail/release.yaml': helmRelease('mail'),
      'apps/production/mail/release.yaml': helmRelease('mail'),
      'apps/dev/shop/kustomization.yaml': kustomization('registry.acme.test/cart', 'registry.acme.test/checkout'),
      'apps/production/shop/kustomization.yaml': kustomization(
        'registry.acme.test/cart',
        'registry.acme.test/checkout',
      ),
      'clusters/dev-1/apps.yaml': flux('apps', 'apps/dev'),
      'clusters/eu/apps.yaml': flux('apps', 'apps/production'),
      'clusters/us/apps.yaml': flux('apps', 'apps/production/'),
    };
    const { text, file } = await proposed(files);
    expect(text).toMatch(/^version: 1\nenvironments:\n {2}dev: /);
    expect(file.environments).toMatchObject({
      dev: { clusters: ['dev-1'], channel: '#releases-dev' },
      production: { clusters: ['eu', 'us'], channel: '#releases-production', after: ['dev'] },
    });
    expect(file.services.discover).toBe('apps/{environment}/{service}');
    expect(Object.keys(file.services.named)).toEqual(['cart', 'checkout']);
    expect(await resolved(files, file, ['web', 'api', 'mail', 'cart'])).toMatchObject({
      'web dev': ['apps/dev/web/kustomization.yaml'],
      'api production': ['apps/production/api/kustomization.yaml'],
      'mail production': ['apps/production/mail/release.yaml'],
      'cart dev': ['apps/dev/shop/kustomization.yaml'],
    });
    expect(text).not.toContain('Not placed');
  });

  test('a folder for each cluster puts clusters of one environment together', async () => {
    const files = {
      'clusters/dev/apps.yaml': flux('apps', 'apps', `  images:\n    - name: ${web}\n      newTag: 1.4.1\n`),
      'clusters/prod-eu/apps.yaml': flux('apps', 'apps', `  images:\n    - name: ${web}\n      newTag: 1.4.1\n`),
      'clusters/prod-us/apps.yaml': flux('apps', 'apps', `  images:\n    - name: ${web}\n      newTag: 1.4.1\n`),
    };
    const { file, notPlaced } = await proposed({
      ...files,
      'clusters/prod-us/extra/kustomization.yaml': kustomization(api),
    });
    expect(file.environments).toMatchObject({
      dev: { clusters: ['dev'] },
      prod: { clusters: ['prod-eu', 'prod-us'], after: ['dev'] },
    });
    expect(notPlaced).toEqual([
      expect.stringContaining('api in prod: there is no file clusters/prod-eu/extra/kustomization.yaml'),
    ]);
    expect(await resolved(files, file, ['web'])).toEqual({
      'web dev': ['clusters/dev/apps.yaml'],
      'web prod': ['clusters/prod-eu/apps.yaml', 'clusters/prod-us/apps.yaml'],
    });
  });

  test('a monorepo with overlays finds the folder of each service', async () => {
    const files = {
      'services/web/deploy/overlays/staging/kustomization.yaml': kustomization(web),
      'services/web/deploy/overlays/production/kustomization.yaml': kustomization(web),
      'services/api/deploy/overlays/staging/kustomization.yaml': kustomization(api),
      'services/api/deploy/overlays/production/kustomization.yaml': kustomization(api),
    };
    const { text, file } = await proposed(files);
    expect(file.services.discover).toBe('services/{service}/deploy/overlays/{environment}');
    expect(text).toContain('staging: { clusters: [staging], channel: "#releases-staging" }   # a guess');
    expect(await resolved(files, file, ['web'])).toEqual({
      'web staging': ['services/web/deploy/overlays/staging/kustomization.yaml'],
      'web production': ['services/web/deploy/overlays/production/kustomization.yaml'],
    });
  });

  test('values in a file for each environment, substitutions and setter markers names each place', async () => {
    const marker = ' # {"$imagepolicy": "flux-system:web"}';
    const files = {
      'charts/search/values-staging.yaml': 'image:\n  repository: registry.acme.test/search\n  tag: 1.4.1\n',
      'charts/search/values-production.yaml': 'image:\n  repository: registry.acme.test/search\n  tag: 1.4.1\n',
      'apps/staging/web.yaml': deployment(`${web}:1.4.1`, marker),
      'apps/production/web.yaml': deployment(`${web}:1.4.1`, marker),
      'clusters/staging/mail.yaml': flux('mail', 'mail', '  postBuild:\n    substitute:\n      MAIL_TAG: "1.4.1"\n'),
      'clusters/production/mail.yaml': flux('mail', 'mail', '  postBuild:\n    substitute:\n      MAIL_TAG: "1.4.1"\n'),
    };
    const { file } = await proposed(files);
    expect(file.services.named).toMatchObject({
      search: { place: { yaml: 'charts/search/values-{environment}.yaml', tag: 'image.tag' } },
      web: { place: { marker: 'apps/{environment}/web.yaml', policy: 'flux-system:web' } },
      mail: { place: { yaml: 'clusters/{environment}/mail.yaml', tag: 'spec.postBuild.substitute.MAIL_TAG' } },
    });
    const found = await resolved(files, file, ['search', 'web', 'mail']);
    expect(Object.values(found).every((paths) => Array.isArray(paths))).toBe(true);
  });

  test('several places of one service in an environment names all of them', async () => {
    const files = {
      'apps/dev/web/eu/kustomization.yaml': kustomization(web),
      'apps/dev/web/us/kustomization.yaml': kustomization(web),
    };
    const { file } = await proposed(files);
    expect(await resolved(files, file, ['web'])).toEqual({ 'web dev': Object.keys(files) });
  });
});

test('what cannot be placed is said, and why', async () => {
  const variable = ['$', '{MAIL}'].join('');
  const { notPlaced, file } = await proposed({
    'apps/dev/web/kustomization.yaml': kustomization(web),
    'apps/production/web/kustomization.yaml': kustomization(web),
    'apps/production/web/canary/kustomization.yaml': kustomization(web),
    'apps/dev/web2/kustomization.yaml': kustomization('registry.other.test/web'),
    'apps/dev/cache/deployment.yaml': deployment('redis:7.2.1'),
    'apps/dev/search/release.yaml': helmRelease('search', 'version: 1.4.1'),
    'apps/dev/mail/release.yaml': helmRelease('mail', `image:\n      tag: ${variable}`),
    'apps/dev/odd/kustomization.yaml': kustomization('registry.acme.test/Odd_Name'),
    'apps/dev/{{ name }}/kustomization.yaml': kustomization(api),
    'apps/dev/reserved/kustomization.yaml': kustomization('registry.acme.test/discover'),
    'infrastructure/proxy/kustomization.yaml': kustomization('registry.acme.test/proxy'),
  });
  expect(Object.keys(file.services.named)).toEqual(['web']);
  expect(notPlaced.toSorted()).toEqual(
    [
      'apps/dev/cache/deployment.yaml: redis looks like an image of somebody else',
      'apps/dev/odd/kustomization.yaml: no service can be called "Odd_Name"',
      'apps/dev/reserved/kustomization.yaml: no service can be called "discover"',
      'apps/dev/search/release.yaml: the values of the HelmRelease search name no image.tag',
      'apps/dev/{{ name }}/kustomization.yaml: the path of api cannot stand in sluice.yaml',
      'apps/{environment}/web/canary/kustomization.yaml: web stands there in production alone, and elsewhere in dev, ',
      'apps/{environment}/web2/kustomization.yaml: another image is called web too (registry.other.test/web)',
      'infrastructure/proxy/kustomization.yaml: the version of proxy there is in no folder of an environment',
      'mail in dev: apps/dev/mail/release.yaml: tag is a variable that Flux fills in',
    ].map((words) => expect.stringContaining(words)),
  );
});

describe('init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-init-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('reads manifests alone, from where it was typed, and writes nothing', async () => {
    const files: Files = {
      'gitops/apps/dev/web/kustomization.yaml': kustomization(web),
      'gitops/.git/apps/dev/hidden/kustomization.yaml': kustomization(api),
      'gitops/clusters/dev/flux-system/gotk-components.yaml': deployment('ghcr.io/fluxcd/source-controller:v1.9.4'),
      'gitops/README.md': 'apps/dev/web\n',
      'elsewhere/apps/dev/linked/kustomization.yaml': kustomization(api),
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    symlinkSync(join(folder, 'elsewhere/apps/dev/linked'), join(folder, 'gitops/apps/dev/linked'));
    const text = await proposeFor('gitops', { SLUICE_STARTED_IN: folder });
    expect(text).toContain('web: { place: { kustomize: ');
    expect(text).not.toMatch(/api|source-controller/);
  });

  test.each([
    ['a folder that is not there', 'none', /Cannot read .*none/],
    ['a folder without environments', 'gitops/apps/dev/web', /no version stands in a folder that is called like an/],
  ])('refuses %s', async (_, path, words) => {
    await expect(proposeFor(path, { SLUICE_STARTED_IN: folder })).rejects.toThrow(words);
  });
});
