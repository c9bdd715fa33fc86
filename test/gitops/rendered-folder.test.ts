import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitops, type Gitops } from '../../src/gitops/gitops.ts';
import { readRendered } from '../../src/gitops/places/rendered-folder.ts';
import type { Lane, RenderedFolder } from '../../src/vocabulary/change.ts';
import type { RenderedFiles } from '../../src/vocabulary/rendered.ts';
import { anArtifact, aPlan, aRelease, releaseId } from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

const lane: Lane = { repository: 'gitops', branch: 'main' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const image = 'registry.acme.test/web';
const workload = (version: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nspec: { template: { spec: { containers: [{ image: "${image}:${version}" }] } } }\n`;

let remote: GitRemote;
let data: string;
let gitops: Gitops;
/** What CI rendered, by its hash. */
let rendered: Map<string, RenderedFiles>;

beforeEach(() => {
  remote = createGitRemote({
    'apps/dev/web/deployment.yaml': workload('1.0.0'),
    'apps/dev/web/old/role.yaml': 'kind: Role\n',
    'apps/dev/web/kept.yaml': 'kind: Service\n',
    'apps/dev/web-too/a.yaml': 'ours\n',
    'apps/dev/web.md': 'ours\n',
    'README.md': 'ours\n',
  });
  data = mkdtempSync(join(tmpdir(), 'sluice-clones-'));
  rendered = new Map();
  gitops = createGitops({
    repositories: { gitops: { url: remote.url, branch: 'main' } },
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    clock: { now: () => 1_790_000_000_000 },
    log: silent,
    rendered: async (_, content) => rendered.get(content) ?? null,
  });
});
afterEach(() => {
  gitops.close();
  remote.close();
  rmSync(data, { recursive: true, force: true });
});

const folder = (path: string, content = 'sha256:1'): RenderedFolder => ({
  kind: 'rendered-folder',
  path,
  image,
  content,
});
const releaseOf = (place: RenderedFolder, version = '1.1.0', number = 1) =>
  aRelease({ id: releaseId(number), plan: aPlan({ artifact: anArtifact({ version }), places: [place] }) });

async function begin() {
  const fetched = await gitops.fetch(lane);
  if (fetched.kind !== 'fetched') throw new Error(fetched.because);
  return { head: fetched.head, batch: gitops.begin(lane, fetched.head) };
}

describe('a folder that CI rendered', () => {
  test('becomes just its files in one commit: some come, some change, some go, and no neighbour does', async () => {
    rendered.set('sha256:1', {
      'deployment.yaml': workload('1.1.0'),
      'kept.yaml': 'kind: Service\n',
      'new/deep/æ.yaml': 'kind: ConfigMap\n',
      'new-file.yaml': '',
    });
    const { head, batch } = await begin();
    const place = folder('apps/dev/web');
    expect(await batch.readPlaces([place])).toEqual({ kind: 'found', placed: { version: '1.0.0' } });
    expect((await batch.commit(releaseOf(place))).kind).toBe('committed');
    expect(await batch.readPlaces([place])).toEqual({ kind: 'found', placed: { version: '1.1.0' } });
    expect((await batch.push()).kind).toBe('pushed');
    expect(remote.git('-c', 'core.quotePath=false', 'diff', '--name-status', head, 'main').trim().split('\n')).toEqual([
      'M\tapps/dev/web/deployment.yaml',
      'A\tapps/dev/web/new-file.yaml',
      'A\tapps/dev/web/new/deep/æ.yaml',
      'D\tapps/dev/web/old/role.yaml',
    ]);
    expect(remote.show('apps/dev/web/deployment.yaml')).toBe(workload('1.1.0'));
    expect(remote.git('rev-list', '--count', `${head}..main`).trim()).toBe('1');
    expect(remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('is made with the folders above it where it was not there', async () => {
    rendered.set('sha256:1', { 'deployment.yaml': workload('1.1.0') });
    const { batch } = await begin();
    const place = folder('clusters/eu/web');
    expect(await batch.readPlaces([place])).toMatchObject({ kind: 'missing' });
    expect((await batch.commit(releaseOf(place))).kind).toBe('committed');
    expect((await batch.push()).kind).toBe('pushed');
    expect(remote.show('clusters/eu/web/deployment.yaml')).toBe(workload('1.1.0'));
    expect(remote.show('README.md')).toBe('ours\n');
    expect(remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('that holds the very same files already is unchanged', async () => {
    rendered.set('sha256:1', {
      'deployment.yaml': workload('1.0.0'),
      'old/role.yaml': 'kind: Role\n',
      'kept.yaml': 'kind: Service\n',
    });
    const { batch } = await begin();
    expect(await batch.commit(releaseOf(folder('apps/dev/web')))).toEqual({ kind: 'unchanged' });
  });

  test.each([
    ['whose manifests were forgotten', folder('apps/dev/web', 'sha256:2'), 'missing', 'were forgotten'],
    ['whose artifact brought none', { ...folder('apps/dev/web'), content: undefined }, 'missing', 'were forgotten'],
    ['that is a file', folder('README.md'), 'refused', 'goes through a file, a link or a submodule'],
    ['below a link', folder('link/web'), 'refused', 'goes through a file, a link or a submodule'],
  ])('%s is not written', async (_, place, kind, because) => {
    const commit = withLink(remote);
    rendered.set('sha256:1', { 'deployment.yaml': workload('1.1.0') });
    const { batch } = await begin();
    const { content, ...rest } = place;
    const wanted: RenderedFolder = content === undefined ? rest : { ...rest, content };
    expect(await batch.commit(releaseOf(wanted))).toMatchObject({ kind, because: expect.stringContaining(because) });
    expect(await batch.push()).toMatchObject({ kind: 'pushed', head: commit });
  });
});

/** Somebody's commit that adds a link to the root; a work tree would follow it. */
function withLink({ git, path }: GitRemote): string {
  const tree = `${git('ls-tree', 'main')}120000 blob ${git('rev-parse', 'main:README.md').trim()}\tlink\n`;
  const made = execFileSync('git', ['-C', path, 'mktree'], { input: tree, encoding: 'utf8' }).trim();
  const commit = git('commit-tree', made, '-p', 'main', '-m', 'Add a link').trim();
  git('update-ref', 'refs/heads/main', commit);
  return commit;
}

describe('the version in a folder', () => {
  const place = folder('apps/dev/web');
  const files = (...versions: readonly string[]): RenderedFiles =>
    Object.fromEntries(versions.map((version, index) => [`apps/dev/web/${index}.yaml`, workload(version)]));

  test.each<[string, RenderedFiles, object]>([
    [
      'of its image',
      files('1.0.0', '1.0.0'),
      { kind: 'found', placed: { version: '1.0.0' }, path: 'apps/dev/web/0.yaml', line: 3 },
    ],
    [
      'that is not clear',
      files('1.0.0', '1.0.1'),
      { kind: 'refused', because: expect.stringContaining('1.0.0 in apps/dev/web/0.yaml, 1.0.1 in') },
    ],
    [
      'of another image',
      { 'a.yaml': workload('1').replace('/web', '/api') },
      { kind: 'empty', because: expect.stringContaining(image) },
    ],
    ['of nothing', {}, { kind: 'empty' }],
  ])('%s', (_, given, expected) => {
    expect(readRendered(place, given)).toMatchObject(expected);
  });
});
