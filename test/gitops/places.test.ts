import { describe, expect, test } from 'vitest';
import { editPlace, placesIn, readPlace } from '../../src/gitops/places/places.ts';
import type { FilePlace as Place } from '../../src/vocabulary/change.ts';

const path = 'apps/dev/file.yaml';
const digest = `sha256:${'ab'.repeat(32)}`;
const oldDigest = `sha256:${'01'.repeat(32)}`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
        - name: migrate
          image: registry.acme.test/web:1.4.1   # the same image
      containers:
        - name: proxy
          image: envoyproxy/envoy:v1.30.0
        - name: web
          image: "registry.acme.test/web:1.4.1"
`;

const sources = `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: web
spec:
  ref:
    tag: 1.4.1 # pinned by hand
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: web
spec:
  ref:
    tag: 1.4.1
`;

const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web-values
data:
  values.yaml: |
    # values of the chart
    image:
      repository: registry.acme.test/web
      tag: 1.4.1

    replicas: 2
  other: x
`;

const substitution = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
spec:
  images:
    - name: registry.acme.test/web
      newTag: 1.4.1
  postBuild:
    substitute:
      WEB_TAG: "1.4.1"
`;

const marked = `spec:
  image: registry.acme.test/web:1.4.1 # {"$imagepolicy": "flux-system:web"}
  tag: 1.4.1 # {"$imagepolicy": "flux-system:web:tag"}
  name: registry.acme.test/web # {"$imagepolicy": "flux-system:web:name"}
  api: registry.acme.test/api:1.4.1 # {"$imagepolicy": "flux-system:api"}
`;

const kinds: readonly (readonly [string, Place, string, readonly number[]])[] = [
  ['images of a workload', { kind: 'container-image', path, image: 'registry.acme.test/web' }, deployment, [9, 14]],
  [
    'the tag of an OCIRepository among others',
    { kind: 'yaml-value', path, object: 'OCIRepository/web', tag: 'spec.ref.tag' },
    sources,
    [7],
  ],
  [
    'the tag of a GitRepository among others',
    { kind: 'yaml-value', path, object: 'GitRepository/web', tag: 'spec.ref.tag' },
    sources,
    [15],
  ],
  [
    'values in a block of a ConfigMap',
    { kind: 'yaml-value', path, inside: 'data.values\\.yaml', tag: 'image.tag' },
    configMap,
    [10],
  ],
  ['a substitution', { kind: 'yaml-value', path, tag: 'spec.postBuild.substitute.WEB_TAG' }, substitution, [11]],
  [
    'the images of a Flux Kustomization',
    { kind: 'kustomize-image', path, image: 'registry.acme.test/web' },
    substitution,
    [8],
  ],
  [
    'the version of a chart',
    { kind: 'yaml-value', path, tag: 'spec.chart.spec.version' },
    'kind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: web\n      version: 1.4.1\n',
    [6],
  ],
  ['a setter marker', { kind: 'setter-marker', path, policy: 'flux-system:web' }, marked, [2, 3]],
  [
    'a JSON file',
    { kind: 'yaml-value', path, tag: 'web.image.tag' },
    '{\n  "web": {"image": {"tag": "1.4.1"}}\n}\n',
    [2],
  ],
  [
    'a member of a list',
    { kind: 'yaml-value', path, tag: 'services.1.tag' },
    'services:\n  - tag: 1.4.1\n  - tag: 1.4.1\n',
    [3],
  ],
  [
    'a variable',
    { kind: 'env-value', path, variable: 'WEB' },
    '# versions\nAPI=1.4.1\nexport WEB="1.4.1" # web\n',
    [3],
  ],
];

describe.each(kinds)('%s', (_title, place, text, lines) => {
  test('is read', () => {
    expect(readPlace(place, text)).toMatchObject({ kind: 'found', placed: { version: '1.4.1' }, line: lines[0] });
  });

  test('is changed, and no other line', () => {
    for (const file of [text, text.replaceAll('\n', '\r\n')]) {
      const edited = editPlace(place, file, { version: '1.10' });
      expect(edited).toMatchObject({ kind: 'edited', lines: lines.map((line) => ({ line })) });
      const after = (edited.kind === 'edited' ? edited.text : '').split('\n');
      const changed = file.split('\n').flatMap((line, index) => (line === after[index] ? [] : [index + 1]));
      expect(changed).toEqual(lines);
      expect(after.join('\n').match(/\r\n/g)).toEqual(file.match(/\r\n/g));
      expect(readPlace(place, after.join('\n'))).toMatchObject({ placed: { version: '1.10' } });
    }
  });

  test('stays as it is where it holds the version already', () => {
    expect(editPlace(place, text, { version: '1.4.1' })).toEqual({ kind: 'unchanged' });
  });
});

describe('a source that is pinned by its commit alone', () => {
  const place: Place = { kind: 'yaml-value', path, tag: 'spec.ref.tag', commit: 'spec.ref.commit' };
  const [old, commit] = ['a1'.repeat(20), 'b2'.repeat(20)];
  const text = `kind: GitRepository\nspec:\n  ref:\n    branch: main\n    commit: ${old} # by hand\n  interval: 1m\n`;

  test('gets the commit of the version, and the version on a line below it', () => {
    expect(readPlace(place, text)).toMatchObject({
      kind: 'empty',
      because: expect.stringContaining('no spec.ref.tag'),
    });
    const edited = editPlace(place, text, { version: '1.4.2', commit });
    const after = text.replace(`${old} # by hand`, `${commit} # by hand\n    tag: 1.4.2`);
    expect(edited).toMatchObject({ kind: 'edited', text: after });
    expect(readPlace(place, after)).toMatchObject({ kind: 'found', placed: { version: '1.4.2' } });
  });

  test('is left alone by a version that names no commit', () => {
    expect(editPlace(place, text, { version: '1.4.2' })).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('pins a commit, but the artifact 1.4.2 has none'),
    });
  });
});

describe('a place with a digest', () => {
  test.each<[string, Place, string]>([
    [
      'in an image reference',
      { kind: 'container-image', path, image: 'registry.acme.test/web' },
      `containers:\n  - image: registry.acme.test/web:1.4.1@${oldDigest}\n`,
    ],
    [
      'beside the tag',
      { kind: 'yaml-value', path, tag: 'spec.ref.tag', digest: 'spec.ref.digest' },
      `spec:\n  ref:\n    tag: 1.4.1\n    digest: ${oldDigest}\n`,
    ],
    ['in a variable', { kind: 'env-value', path, variable: 'V', digest: 'D' }, `V=1.4.1\nD=${oldDigest}\n`],
  ])('%s gets the new one, and refuses a version without', (_title, place, text) => {
    expect(readPlace(place, text)).toMatchObject({ placed: { version: '1.4.1', digest: oldDigest } });
    const edited = editPlace(place, text, { version: '1.4.2', digest });
    expect(edited).toMatchObject({ text: text.replace('1.4.1', '1.4.2').replace(oldDigest, digest) });
    expect(editPlace(place, text, { version: '1.4.2' })).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('pins a digest'),
    });
  });
});

describe('an image that a kustomization does not name yet', () => {
  const place: Place = { kind: 'kustomize-image', path, image: 'registry.acme.test/web' };
  const entry = (indent = '  ') => `${indent}- name: registry.acme.test/web\n${indent}  newTag: 1.4.2\n`;

  test.each<[string, string, string]>([
    ['gets a list at the end', 'resources:\n  - ../base\n', `resources:\n  - ../base\nimages:\n${entry()}`],
    [
      'gets one where the last line has no end',
      'resources: [../base]',
      `resources: [../base]\nimages:\n${entry()}`.trimEnd(),
    ],
    [
      'stands below the others, as they are written',
      'images: # pinned\n- name: registry.acme.test/api\n  newTag: "2.0"   # by hand\n\n# the rest\nresources: []\n',
      `images: # pinned\n- name: registry.acme.test/api\n  newTag: "2.0"   # by hand\n${entry('')}\n# the rest\nresources: []\n`,
    ],
    [
      'stands below the others of a Flux Kustomization',
      'kind: Kustomization\napiVersion: kustomize.toolkit.fluxcd.io/v1\nspec:\n  images:\n    - name: x\n      newTag: "1"\n  path: ./apps\n'.replace(
        'kind: ConfigMap\n---\n',
        '',
      ),
      `kind: Kustomization\napiVersion: kustomize.toolkit.fluxcd.io/v1\nspec:\n  images:\n    - name: x\n      newTag: "1"\n${entry('    ')}  path: ./apps\n`,
    ],
  ])('%s', (_title, text, after) => {
    expect(readPlace(place, text)).toMatchObject({ kind: 'empty', because: expect.stringContaining('no entry for') });
    for (const end of text.includes('\n') ? ['\n', '\r\n'] : ['\n']) {
      const edited = editPlace(place, text.replaceAll('\n', end), { version: '1.4.2' });
      expect(edited).toMatchObject({ kind: 'edited', text: after.replaceAll('\n', end) });
    }
    const edited = editPlace(place, text, { version: '1.10', digest });
    const now = edited.kind === 'edited' ? edited.text : '';
    expect(now).toContain('newTag: "1.10"');
    expect(readPlace(place, now)).toMatchObject({ kind: 'found', placed: { version: '1.10' } });
    for (const { line, before, after: said } of edited.kind === 'edited' ? edited.lines : []) {
      expect(now.split('\n')[line - 1]?.trim()).toBe(said);
      expect(before).toBe('');
    }
  });

  test.each<[string, string, string]>([
    [
      'of one',
      'images: [{ name: x, newTag: "1" }] # all\nresources: []\n',
      'images: [{ name: x, newTag: "1" }, NEW] # all\nresources: []\n',
    ],
    ['of nothing', 'images: [] # none yet\nresources: []\n', 'images: [NEW] # none yet\nresources: []\n'],
    [
      'over lines',
      'images: [\n  { name: x, newTag: "1" }, # by hand\n]\n',
      'images: [\n  { name: x, newTag: "1" }, NEW, # by hand\n]\n',
    ],
    [
      'of a Flux Kustomization',
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: { images: [{ name: x }], path: ./apps }\n',
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: { images: [{ name: x }, NEW], path: ./apps }\n',
    ],
  ])('stands behind the others in a list %s in brackets', (_title, text, after) => {
    const added = (version: string) => `{ name: registry.acme.test/web, newTag: ${version} }`;
    for (const end of ['\n', '\r\n']) {
      const edited = editPlace(place, text.replaceAll('\n', end), { version: '1.4.2' });
      expect(edited).toMatchObject({
        kind: 'edited',
        text: after.replace('NEW', added('1.4.2')).replaceAll('\n', end),
      });
    }
    expect(editPlace(place, text, { version: '1.10' })).toMatchObject({ text: after.replace('NEW', added('"1.10"')) });
  });

  test.each([
    ['a list without anything', 'images:\nresources: []\n'],
    ['an alias', 'x: &i\n  - name: x\n    newTag: "1"\nimages: *i\n'],
    ['a map on one line', '{ resources: [] }\n'],
    ['something behind the end', 'resources: []\n...\n'],
    [
      'a Flux Kustomization without images',
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: { path: ./apps }\n',
    ],
  ])('is left to people where there is %s', (_title, text) => {
    expect(editPlace(place, text, { version: '1.4.2' })).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('write one once by hand'),
    });
  });

  test('has no place where several objects could name it', () => {
    const text = 'images: []\n---\nimages: []\n';
    expect(readPlace(place, text)).toMatchObject({ kind: 'missing' });
    expect(editPlace(place, text, { version: '1.4.2' })).toMatchObject({ kind: 'missing' });
  });
});

describe('what cannot be changed without guessing is refused', () => {
  test.each<[string, Place, string, RegExp]>([
    [
      'a range',
      { kind: 'yaml-value', path, tag: 'version' },
      'version: ">=1.0.0"\n',
      /range ">=1.0.0".*pin one version/,
    ],
    ['a range with x', { kind: 'yaml-value', path, tag: 'version' }, 'version: 1.x\n', /range/],
    [
      'a tag that a digest overrides',
      { kind: 'yaml-value', path, tag: 'spec.ref.tag' },
      `spec: { ref: { tag: "1.4.1", digest: "${oldDigest}" } }\n`,
      /Flux heeds spec\.ref\.digest before/,
    ],
    [
      'a tag that a commit overrides',
      { kind: 'yaml-value', path, tag: 'spec.ref.tag' },
      'spec: { ref: { tag: "1.4.1", commit: abc } }\n',
      /Flux heeds spec\.ref\.commit before/,
    ],
    [
      'no commit where one is to stand',
      { kind: 'yaml-value', path, tag: 'spec.ref.tag', commit: 'spec.ref.commit' },
      'spec: { ref: { tag: "1.4.1" } }\n',
      /has no spec\.ref\.commit/,
    ],
    [
      'containers that differ',
      { kind: 'container-image', path, image: 'r.test/web' },
      'initContainers: [{image: "r.test/web:1"}]\ncontainers: [{image: "r.test/web:2"}]\n',
      /several versions \(1, 2\)/,
    ],
    [
      'a workload without the image',
      { kind: 'container-image', path, image: 'r.test/api' },
      'containers: [{image: "r.test/web:1"}]\n',
      /no container of r\.test\/api/,
    ],
    ['two objects', { kind: 'yaml-value', path, tag: 'a' }, 'a: 1\n---\na: 1\n', /name one as object/],
    [
      'an object that is not there',
      { kind: 'yaml-value', path, object: 'OCIRepository/api', tag: 'a' },
      sources,
      /no OCIRepository\/api/,
    ],
    [
      'a folded block',
      { kind: 'yaml-value', path, inside: 'data.v', tag: 'a' },
      'data:\n  v: >\n    a: 1\n',
      /not a block of text/,
    ],
    ['a variable that is set twice', { kind: 'env-value', path, variable: 'V' }, 'V=1\nV=2\n', /set 2 times/],
    [
      'a variable with a shell in it',
      { kind: 'env-value', path, variable: 'V' },
      'V=$(cat x)y z\n',
      /more than a plain/,
    ],
    [
      'no marker',
      { kind: 'setter-marker', path, policy: 'flux-system:mail' },
      marked,
      /no line with the setter marker/,
    ],
  ])('%s', (_title, place, text, because) => {
    const edited = editPlace(place, text, { version: '1.4.2' });
    expect(edited.kind).toMatch(/missing|refused/);
    expect('because' in edited ? edited.because : '').toMatch(because);
  });
});

test('the images of a workload are found by themselves', () => {
  expect(placesIn(path, deployment)).toEqual([
    { kind: 'container-image', path, image: 'registry.acme.test/web' },
    { kind: 'container-image', path, image: 'envoyproxy/envoy' },
  ]);
});
