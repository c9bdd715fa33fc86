import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instantOf } from '../../src/doors/time.ts';
import { readHistory } from '../support/history.ts';
import { createPushes } from '../support/pushes.ts';
import { versionsIn } from '../support/versions-in-git.ts';

const web = 'registry.example.com/acme/web';
const deployment = (image: string) =>
  `kind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, image: "${image}" }] } } }\n`;
const release = (spec: string) =>
  `kind: HelmRelease\nmetadata: { name: web }\nspec:\n  chart: { spec: { chart: ./charts/web } }\n${spec}`;
const template = (image: string) => `kind: Deployment\nspec:\n  containers:\n    - image: ${image} # x\n`;

describe('the versions in the files of a commit', () => {
  test.each<[string, Record<string, string>, object[]]>([
    ['an image', { 'a.yaml': deployment(`${web}:1.0.0`) }, [{ image: web, version: '1.0.0', path: 'a.yaml' }]],
    [
      'a digest',
      { 'a.yaml': deployment(`${web}:1.0.0@sha256:${'a'.repeat(64)}`) },
      [{ image: web, version: '1.0.0', path: 'a.yaml' }],
    ],
    [
      'an overlay, whatever the order of its fields',
      {
        'base/a.yaml': deployment('web'),
        'prod/kustomization.yaml': `images:\n- newTag: "1.20"\n  newName: ${web}\n  name: web\n`,
      },
      [{ image: web, version: '1.20', path: 'prod/kustomization.yaml' }],
    ],
    [
      'a variable',
      {
        'a.yaml': deployment(`${web}:\${tag}`),
        'ks.yaml': 'kind: Kustomization\nspec: { postBuild: { substitute: { tag: 1.1.0 } } }\n',
      },
      [{ image: web, version: '1.1.0', path: 'ks.yaml' }],
    ],
    [
      'values of a HelmRelease',
      {
        'web/r.yaml': release('  values: { tag: 1.0.0 }\n'),
        'charts/web/templates/d.yaml': template(`${web}:{{ .Values.tag }}`),
        'charts/web/values.yaml': 'tag: none\n',
      },
      [{ image: web, version: '1.0.0', path: 'web/r.yaml' }],
    ],
    [
      'values in a ConfigMap',
      {
        'web/r.yaml': release('  valuesFrom: [{ kind: ConfigMap, name: web-values }]\n'),
        'web/v.yaml':
          'kind: ConfigMap\nmetadata: { name: web-values }\ndata:\n  values.yaml: |\n    image: { tag: 1.0.0 }\n',
        'charts/web/templates/d.yaml': template(`"${web}:{{ .Values.image.tag }}"`),
      },
      [{ image: web, version: '1.0.0', path: 'web/v.yaml' }],
    ],
    [
      'the version of a chart',
      {
        'web/r.yaml': release(''),
        'charts/web/Chart.yaml': 'appVersion: 2.0.0\n',
        'charts/web/templates/d.yaml': template(`${web}:{{ .Chart.AppVersion }}`),
      },
      [{ image: web, version: '2.0.0', path: 'charts/web/Chart.yaml' }],
    ],
    [
      'a file that does not parse',
      { 'a.yaml': deployment(`${web}:1.0.0`), 'b.yaml': 'a: b: c\n' },
      [{ image: web, version: '1.0.0', path: 'a.yaml' }],
    ],
  ])('%s', (_what, files, held) => {
    expect(versionsIn(new Map(Object.entries(files)))).toEqual(held);
  });
});

describe('pushes', () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', join(folder, 'work'), '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
    }).trim();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-history-'));
    mkdirSync(join(folder, 'work'));
    git('init', '-q', '-b', 'main');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const commit = (files: Record<string, string | null>): string => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, 'work', path);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file);
      else writeFileSync(file, text);
    }
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    return git('rev-parse', 'HEAD');
  };
  const play = (heads: readonly string[], branch = 'main') => {
    git('bundle', 'create', '-q', join(folder, 'x.bundle'), '--all');
    const pushes = createPushes(readHistory(join(folder, 'x.bundle'), join(folder, 'mirror')));
    const said: string[] = [];
    const names = new Map(heads.map((head, index) => [head, `#${index + 1}`]));
    for (const head of heads)
      pushes.pushed({ branch, head, at: instantOf(0) }, (each, service, { kind }) =>
        said.push(`${names.get(each) ?? 'other'} ${service} ${kind}`),
      );
    return {
      said,
      expected: pushes
        .expected()
        .map(
          ({ commit: each, service, version, paths }) => `${names.get(each) ?? 'other'} ${service} ${version} ${paths}`,
        ),
    };
  };

  test('replace what was before', () => {
    const first = commit({ 'a.yaml': deployment(`${web}:1`) });
    const docs = commit({ 'README.md': 'x' });
    const second = commit({ 'a.yaml': deployment(`${web}:2`) });
    expect(play([first, docs, second])).toEqual({ said: ['#1 web superseded'], expected: ['#3 web 2 a.yaml'] });
  });

  test('pass over what came together with something newer', () => {
    const first = commit({ 'a.yaml': deployment(`${web}:1`) });
    commit({ 'a.yaml': deployment(`${web}:2`) });
    const third = commit({ 'a.yaml': deployment(`${web}:3`) });
    expect(play([first, third])).toEqual({
      said: ['#1 web superseded', 'other web superseded'],
      expected: ['#2 web 3 a.yaml'],
    });
  });

  test('that are forced make a commit go, and the one before count again', () => {
    const first = commit({ 'a.yaml': deployment(`${web}:1`) });
    const second = commit({ 'a.yaml': deployment(`${web}:2`) });
    git('branch', 'kept');
    git('reset', '-q', '--hard', first);
    expect(play([first, second, first])).toEqual({
      said: ['#3 web superseded', '#2 web gone'],
      expected: ['#3 web 1 a.yaml'],
    });
  });

  test('of a commit that the bundle has lost change nothing', () => {
    const first = commit({ 'a.yaml': deployment(`${web}:1`) });
    const lost = 'f'.repeat(40);
    const third = commit({ 'a.yaml': deployment(`${web}:3`) });
    expect(play([first, lost, third])).toEqual({ said: ['#1 web superseded'], expected: ['#3 web 3 a.yaml'] });
  });

  test('that take a service away end it', () => {
    const first = commit({ 'a.yaml': deployment(`${web}:1`) });
    const second = commit({ 'a.yaml': null, 'b.md': 'x' });
    expect(play([first, second])).toEqual({ said: ['#1 web gone'], expected: [] });
  });

  test('of one environment leave the other alone', () => {
    const first = commit({ 'eu/a.yaml': deployment(`${web}:1`), 'us/a.yaml': deployment(`${web}:1`) });
    const second = commit({ 'eu/a.yaml': deployment(`${web}:2`) });
    expect(play([first, second])).toEqual({ said: [], expected: ['#1 web 1 us/a.yaml', '#2 web 2 eu/a.yaml'] });
  });

  test('that move a file keep its release', () => {
    const first = commit({ 'a/a.yaml': deployment(`${web}:1`) });
    const second = commit({ 'a/a.yaml': null, 'b/a.yaml': deployment(`${web}:1`) });
    expect(play([first, second])).toEqual({ said: [], expected: ['#1 web 1 b/a.yaml'] });
  });
});
