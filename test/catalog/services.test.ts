import { describe, expect, test } from 'vitest';
import { discoveredServices, discoveryFolder } from '../../src/catalog/services.ts';
import { aReadFile, sluiceYaml } from '../support/builders.ts';

const fileWith = (discover: string, more = '') =>
  aReadFile(
    sluiceYaml.replace('apps/{environment}/{service}', JSON.stringify(discover)).replace('people:', `${more}people:`),
  ).file;

describe('discovered services', () => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    [
      'a folder each',
      'apps/{environment}/{service}',
      ['apps/dev/web/k.yaml', 'apps/dev/api/deep/k.yaml', 'apps/staging/x/k.yaml'],
      ['api', 'web'],
    ],
    [
      'the environment last',
      'apps/{service}/{environment}',
      ['apps/web/dev/k.yaml', 'apps/api/staging/k.yaml'],
      ['web'],
    ],
    [
      'a part of a name',
      '{environment}/svc-{service}/deploy',
      ['dev/svc-web/deploy/k.yaml', 'dev/svc-api/src/k.yaml', 'dev/web/deploy/k.yaml'],
      ['web'],
    ],
    ['files beside the folders', 'apps/{environment}/{service}', ['apps/dev/kustomization.yaml'], []],
    [
      'names that no service may have',
      'apps/{environment}/{service}',
      ['apps/dev/_Base/k.yaml', 'apps/dev/-x/k.yaml'],
      [],
    ],
  ])('%s', (_title, template, paths, services) => {
    expect(discoveredServices(fileWith(template), 'dev', paths)).toEqual(services);
  });

  test('a folder that named services share is none of its own', () => {
    const file = fileWith(
      'apps/{environment}/{service}',
      '  cart: { place: { kustomize: "apps/{environment}/shop/kustomization.yaml", image: registry.acme.test/cart } }\n',
    );
    expect(discoveredServices(file, 'dev', ['apps/dev/shop/kustomization.yaml', 'apps/dev/web/k.yaml'])).toEqual([
      'web',
    ]);
  });

  test.each([
    ['apps/{environment}/{service}', 'apps/dev'],
    ['apps/{service}/{environment}', 'apps'],
    ['{environment}/svc-{service}/deploy', 'dev'],
    ['{service}/{environment}', ''],
  ])('%s is looked for in "%s"', (template, folder) => {
    expect(discoveryFolder(template, 'dev')).toBe(folder);
  });
});
