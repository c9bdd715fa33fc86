import { assert, constantFrom, property, stringMatching } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument, parseManifests } from '../../src/doors/yaml.ts';
import { editPlace, readPlace } from '../../src/gitops/places/places.ts';
import type { Place } from '../../src/vocabulary/change.ts';

const image: Place = { kind: 'kustomize-image', path: 'apps/dev/kustomization.yaml', image: 'registry.acme.test/web' };
const helm: Place = { kind: 'helm-value', path: 'apps/dev/search.yaml', tag: 'image.tag', digest: 'image.digest' };
const digest = `sha256:${'ab'.repeat(32)}`;

function bomb(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [index, name] of [...'bcdefghi'].entries()) {
    const earlier = 'abcdefgh'[index];
    lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${earlier}`).join(', ')}]`);
  }
  return `${lines.join('\n')}\n`;
}

const kustomization = [
  'apiVersion: kustomize.config.k8s.io/v1beta1',
  'kind: Kustomization',
  'resources:',
  '    - ../base   # shared',
  '',
  '',
  'images:',
  '    - name: registry.acme.test/api',
  '      newTag: "2.0.0"',
  '    - name: registry.acme.test/web',
  '      newTag: 1.4.1 # {"$imagepolicy": "flux-system:web:tag"}',
  'mode: 0755',
  '',
].join('\n');

describe('an edit changes exactly the line of the version', () => {
  test('comments, indentation, blank lines, octals and the neighbour stay as they are', () => {
    const edited = editPlace(image, kustomization, { version: '1.4.2' });
    expect(edited).toEqual({
      kind: 'edited',
      text: kustomization.replace('newTag: 1.4.1', 'newTag: 1.4.2'),
      lines: [
        expect.objectContaining({
          line: 11,
          before: expect.stringContaining('1.4.1'),
          after: expect.stringContaining('1.4.2'),
        }),
      ],
    });
  });

  test('carriage returns and a missing newline at the end stay', () => {
    const windows = kustomization.replaceAll('\n', '\r\n').trimEnd();
    const edited = editPlace(image, windows, { version: '1.4.2' });
    expect(edited).toMatchObject({ kind: 'edited', text: windows.replace('1.4.1', '1.4.2') });
  });

  test.each([
    '1.10',
    '0755',
    '1e3',
    '12345e7',
    'on',
    'yes',
    'null',
    '1_000',
    '2024-01-01',
    '0x10',
    '123456',
    '1.4.2',
    'main-a1b2c3',
    'v1.0.0_rc.1',
    '12',
    '1.2.3.4',
    '007',
    '.5',
    '5.',
    'no',
  ])('the tag %s reads back as the same string', (version) => {
    const edited = editPlace(image, kustomization, { version });
    if (edited.kind !== 'edited') throw new Error(JSON.stringify(edited));
    expect(readPlace(image, edited.text)).toMatchObject({ kind: 'found', placed: { version } });
    const [read] = parseManifests(edited.text) ?? [];
    expect(read).toMatchObject({ images: [{ newTag: '2.0.0' }, { newTag: version }] });
  });

  test.each([
    ["'1.4.1'", "'1.4.2'"],
    ['"1.4.1"', '"1.4.2"'],
    ['1.4.1', '1.4.2'],
  ])('the quotes of %s stay', (before, after) => {
    const text = kustomization.replace('newTag: 1.4.1', `newTag: ${before}`);
    expect(editPlace(image, text, { version: '1.4.2' })).toMatchObject({
      kind: 'edited',
      text: text.replace(before, after),
    });
  });

  test('a digest is written where the place has one', () => {
    const text = kustomization
      .replace('mode: 0755', '')
      .replace('# {"$imagepolicy": "flux-system:web:tag"}', `\n      digest: sha256:${'00'.repeat(32)}`);
    expect(editPlace(image, text, { version: '1.4.2', digest })).toMatchObject({
      kind: 'edited',
      lines: [{ line: 11 }, { line: 12 }],
    });
    expect(editPlace(image, text, { version: '1.4.2' })).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('digest'),
    });
  });

  test('a HelmRelease value is changed in place', () => {
    const text = `kind: HelmRelease\nmetadata: { name: search }\nspec:\n  values:\n    replicas: 2\n    image: { tag: 3.1.0, digest: '${digest}' }\n`;
    expect(editPlace(helm, text, { version: '3.2.0', digest })).toMatchObject({
      kind: 'edited',
      text: text.replace('3.1.0', '3.2.0'),
    });
  });

  test('the version that stands there changes nothing', () => {
    expect(editPlace(image, kustomization, { version: '1.4.1' })).toEqual({ kind: 'unchanged' });
  });
});

describe('a place that holds no version yet', () => {
  const entry =
    'images:\n  - name: registry.acme.test/web # ours\n    newName: mirror.acme.test/web\n  - name: other\n    newTag: "1"\n';
  test.each([
    ['an entry', entry, entry.replace('# ours\n', '# ours\n    newTag: 1.4.2\n'), 3],
    [
      'an entry with carriage returns',
      entry.replaceAll('\n', '\r\n'),
      entry.replace('# ours\n', '# ours\n    newTag: 1.4.2\n').replaceAll('\n', '\r\n'),
      3,
    ],
    [
      'the last line without an end',
      'images:\n- name: registry.acme.test/web',
      'images:\n- name: registry.acme.test/web\n  newTag: 1.4.2',
      3,
    ],
    [
      'an empty value',
      'images:\n- name: registry.acme.test/web\n  newTag:\n',
      'images:\n- name: registry.acme.test/web\n  newTag: 1.4.2\n',
      3,
    ],
  ])('%s gets it in one line', (_, before, after, line) => {
    expect(readPlace(image, before)).toMatchObject({ kind: 'empty' });
    const edited = editPlace(image, before, { version: '1.4.2' });
    expect(edited).toMatchObject({ kind: 'edited', text: after, lines: [{ line }] });
    // What was parsed for it is remembered, and must not have kept the edit.
    expect(readPlace(image, before)).toMatchObject({ kind: 'empty' });
  });

  test('an entry with a digest alone gets both', () => {
    const text = `images:\n- name: registry.acme.test/web\n  digest: sha256:${'00'.repeat(32)}\n`;
    expect(editPlace(image, text, { version: '1.4.2', digest })).toMatchObject({
      kind: 'edited',
      text: `images:\n- name: registry.acme.test/web\n  newTag: 1.4.2\n  digest: ${digest}\n`,
      lines: [{ line: 3, before: '', after: 'newTag: 1.4.2' }, { line: 4 }],
    });
  });
});

describe('any tag in any style', () => {
  const styles = [
    'newTag: 1.0.0 # c',
    "newTag: '1.0.0'",
    'newTag: "1.0.0" # c',
    'newTag: !!str 1.0.0',
    'newTag:   1.0.0  ',
  ];
  const frames = [
    (line: string) => `\ufeffa: 0755\nimages:\n    - name: registry.acme.test/web\n      ${line}\nb: 1e3\n`,
    (line: string) => `images:\r\n- ${line}\r\n  name: registry.acme.test/web\r\nz: &q [1]\r\ny: *q`,
    (line: string) =>
      `---\nx: 1\n---\nimages: [{ name: other, newTag: 1.0.0 }, { name: registry.acme.test/web, ${line.replace(/ *#.*/, '')} }]\n...\n`,
  ];
  test('reads back as the same string by YAML 1.1 and 1.2, and every other byte stays', () => {
    const tag = stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
    const numeric = stringMatching(/^[0-9][0-9_.eExXoOabf-]{0,8}$/);
    const check = (version: string, style: string, frame: (line: string) => string) => {
      const text = frame(style);
      const edited = editPlace(image, text, { version });
      if (version === '1.0.0') return edited.kind === 'unchanged';
      if (edited.kind !== 'edited') throw new Error(JSON.stringify(edited));
      const wanted = edited.lines[0]?.line;
      const [before, after] = [text.split('\n'), edited.text.split('\n')];
      expect(edited.lines).toHaveLength(1);
      expect(after.filter((_, index) => index + 1 !== wanted)).toEqual(
        before.filter((_, index) => index + 1 !== wanted),
      );
      expect(readPlace(image, edited.text)).toMatchObject({ kind: 'found', placed: { version } });
      const value = /newTag: *(?:!!str )?("[^"]*"|'[^']*'|[^\s,}]+)[^{]*$/.exec(after[(wanted ?? 0) - 1] ?? '')?.[1];
      const read = (['1.1', '1.2'] as const).map((each) => parseDocument(`k: ${value}\n`, { version: each }).get('k'));
      if (!style.includes('!!str')) expect(read).toEqual([version, version]);
      return true;
    };
    const [anyStyle, anyFrame] = [constantFrom(...styles), constantFrom(...frames)];
    assert(property(tag, anyStyle, anyFrame, check), { numRuns: 300 });
    assert(property(numeric, anyStyle, anyFrame, check), { numRuns: 300 });
  });
});

describe('what cannot be edited without guessing is refused with its reason', () => {
  test.each([
    ['an alias', 'x: &v 1.4.1\nimages: [{ name: registry.acme.test/web, newTag: *v }]', /alias/],
    ['an anchor', 'images: [{ name: registry.acme.test/web, newTag: &v 1.4.1 }]\nx: *v', /anchor/],
    ['a block of text', 'images:\n- name: registry.acme.test/web\n  newTag: |\n    1.4.1\n', /block/],
    ['a Helm template', 'images: [{ name: registry.acme.test/web, newTag: {{ .tag }} }]', /Helm template/],
    ['an encrypted file', 'images: [{ name: registry.acme.test/web, newTag: 1.4.1 }]\nsops: {}', /SOPS/],
    [
      'two entries',
      'images: [{ name: registry.acme.test/web, newTag: 1 }, { name: registry.acme.test/web, newTag: 2 }]',
      /2 entries/,
    ],
    ['a doubled key', 'images: [{ name: registry.acme.test/web, newTag: a, newTag: b }]', /unique/],
    ['no tag', 'images: [{ name: registry.acme.test/web }]', /no newTag/],
    ['broken YAML', 'images: [', /not valid YAML/],
  ])('%s', (_, text, because) => {
    expect(editPlace(image, text, { version: '1.4.2' })).toEqual({
      kind: 'refused',
      because: expect.stringMatching(because),
    });
  });

  test.each([
    [
      'a value in an anchored map',
      'kind: HelmRelease\nspec:\n  values:\n    image: &i\n      tag: 1.0.0\n    sidecar: *i\n',
      /alias repeats/,
    ],
    ['a value behind an alias', 'x: &i { tag: 1.0.0 }\n---\nkind: HelmRelease\nspec:\n  values:\n    image: *i\n', /./],
    [
      'a variable of Flux',
      `kind: HelmRelease\nspec: { values: { image: { tag: "${'$'}{web_tag}" } } }\n`,
      /Flux fills in/,
    ],
    [
      'a value over several lines',
      'kind: HelmRelease\nspec:\n  values:\n    image:\n      tag: "1.0\n        .0"\n',
      /several lines/,
    ],
    [
      'a template in a plain value',
      'kind: HelmRelease\nname: x-{{ .env }}\nspec: { values: { image: { tag: 1.0.0 } } }\n',
      /template/,
    ],
    [
      'a template around lines',
      '{{- if .x }}\nkind: HelmRelease\nspec: { values: { image: { tag: 1.0.0 } } }\n{{- end }}\n',
      /template/,
    ],
    [
      'two releases without a name',
      'kind: HelmRelease\nspec: { values: { image: { tag: 1 } } }\n---\nkind: HelmRelease\n',
      /2 HelmReleases/,
    ],
    [
      'a map in the place of a value',
      'kind: HelmRelease\nspec: { values: { image: { tag: { a: 1 } } } }\n',
      /single value/,
    ],
    ['brackets without end', '['.repeat(20_000), /not valid YAML/],
    ['an alias bomb', `${bomb()}kind: HelmRelease\nspec: { values: { image: { tag: 1.0.0 } } }\n`, /aliases/],
    ['a huge file', `# ${'x'.repeat(1_000_000)}\nkind: HelmRelease\n`, /characters/],
  ])('%s', (_, text, because) => {
    const edited = editPlace({ kind: 'helm-value', path: 'a.yaml', tag: 'image.tag' }, text, { version: '2.0.0' });
    expect(edited.kind).not.toBe('edited');
    expect('because' in edited ? edited.because : '').toMatch(because);
  });

  test('an anchor that nothing repeats is no reason', () => {
    const text = 'images:\n- &web\n  name: registry.acme.test/web\n  newTag: 1.0.0\n';
    expect(editPlace(image, text, { version: '2.0.0' }).kind).toBe('edited');
  });

  test("somebody's own braces in quotes, blocks and comments are no template", () => {
    const text =
      'kind: HelmRelease\nspec:\n  values: # {{ x }}\n    image: { tag: 1.0.0 }\n    alert: "{{ $labels.pod }}"\n    text: |\n      {{ .y }}\n';
    const edited = editPlace({ kind: 'helm-value', path: 'a.yaml', tag: 'image.tag' }, text, { version: '2.0.0' });
    expect(edited).toMatchObject({ kind: 'edited', text: text.replace('1.0.0', '2.0.0') });
  });

  test('keys of JavaScript objects are keys like others', () => {
    const text = '__proto__: { a: 1 }\nconstructor: x\nimages:\n- name: registry.acme.test/web\n  newTag: 1.0.0\n';
    expect(editPlace(image, text, { version: '2.0.0' })).toMatchObject({
      kind: 'edited',
      text: text.replace('1.0.0', '2.0.0'),
    });
    const place: Place = { kind: 'helm-value', path: 'a.yaml', tag: '__proto__.constructor.tag' };
    expect(readPlace(place, 'kind: HelmRelease\nspec: { values: {} }\n')).toMatchObject({ kind: 'missing' });
  });

  test('a line break in a version never reaches a file', () => {
    expect(editPlace(image, kustomization, { version: '1\nevil: true' })).toMatchObject({ kind: 'refused' });
  });

  test('another image has no version yet', () => {
    expect(readPlace({ ...image, image: 'registry.acme.test/mail' }, kustomization)).toMatchObject({ kind: 'empty' });
  });
});
