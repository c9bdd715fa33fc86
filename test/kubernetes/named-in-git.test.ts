import { describe, expect, it } from 'vitest';
import { namedInGit } from '../../src/kubernetes/named-in-git.ts';

const object = (kind: string, name: string, namespace?: string) =>
  `kind: ${kind}\nmetadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }\n`;
const web = object('Deployment', 'web', 'shop');
const place = 'apps/production/web/kustomization.yaml';

async function named(files: Readonly<Record<string, string>>, path = place) {
  const { objects, complete } = await namedInGit(async (file) => files[file] ?? null, path);
  const keys = objects.map(({ kind, namespace, name }) => `${kind}/${namespace ?? '?'}/${name}`);
  return { keys: keys.toSorted(), complete };
}

describe('the objects that files name', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[], boolean]>([
    [
      'manifests of its folder',
      {
        [place]: 'resources: [web.yaml, more.yaml]\nimages: [{ name: web, newTag: 1.4.2 }]',
        'apps/production/web/web.yaml': web,
        'apps/production/web/more.yaml': `${object('Service', 'web', 'shop')}---\n---\n${object('Namespace', 'shop')}`,
        'apps/production/web/unlisted.yaml': object('Secret', 'x'),
      },
      ['Deployment/shop/web', 'Namespace/?/shop', 'Service/shop/web'],
      true,
    ],
    [
      'a base, renamed and moved on the way',
      {
        [place]: 'resources: [../../base/web]\nnamespace: shop\nnamePrefix: eu-\nnameSuffix: -v2',
        'apps/base/web/kustomization.yml': 'resources: [web.yaml]\nnamespace: other',
        'apps/base/web/web.yaml': web,
      },
      ['Deployment/shop/eu-web-v2'],
      true,
    ],
    [
      'a list',
      { [place]: 'resources: [all.yaml]', 'apps/production/web/all.yaml': `kind: List\nitems: [{ ${flow(web)} }]` },
      ['Deployment/shop/web'],
      true,
    ],
    [
      'some, beside what is made up elsewhere',
      {
        [place]: 'resources: [web.yaml, "https://example.com/x.yaml"]\nconfigMapGenerator: [{ name: settings }]',
        'apps/production/web/web.yaml': web,
      },
      ['Deployment/shop/web'],
      false,
    ],
    [
      'some, where others are not there',
      { [place]: 'resources: [web.yaml, gone.yaml, gone]', 'apps/production/web/web.yaml': web },
      ['Deployment/shop/web'],
      false,
    ],
    [
      'none whose name Flux fills in',
      {
        [place]: 'resources: [web.yaml]',
        'apps/production/web/web.yaml': object('Deployment', ['$', '{app}'].join('')),
      },
      [],
      false,
    ],
    [
      'nothing outside of the repository',
      { [place]: 'resources: [../../../../etc, /etc/x.yaml, "a\\nb.yaml"]' },
      [],
      false,
    ],
    ['nothing in circles', { [place]: 'resources: [../web]' }, [], false],
    [
      'nothing that is no YAML',
      { [place]: 'resources: [web.yaml]', 'apps/production/web/web.yaml': 'a: [' },
      [],
      false,
    ],
    ['nothing of a file that is none', { [place]: '[' }, [], false],
    ['nothing without a file', {}, [], false],
  ])('are %s', async (_, files, keys, complete) => {
    expect(await named(files)).toEqual({ keys, complete });
  });

  it('are those of the file alone where its folder has no kustomization.yaml', async () => {
    const files = { 'apps/web/web.yaml': web, 'apps/web/other.yaml': object('Deployment', 'other') };
    expect(await named(files, 'apps/web/web.yaml')).toEqual({ keys: ['Deployment/shop/web'], complete: false });
  });

  it('are read from a hundred files at most', async () => {
    let reads = 0;
    const many = `resources: [${Array.from({ length: 500 }, (_, number) => `f${number}.yaml`).join(', ')}]`;
    const read = async (path: string) => {
      reads += 1;
      return path === place ? many : web;
    };
    const { complete } = await namedInGit(read, place);
    expect(complete).toBe(false);
    expect(reads).toBe(100);
  });
});

function flow(manifest: string): string {
  return manifest.trim().replaceAll('\n', ', ');
}
