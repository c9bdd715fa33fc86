import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSigner } from '../../src/doors/ssh-signature.ts';
import { createGitops, type Gitops } from '../../src/gitops/gitops.ts';
import type { Lane } from '../../src/vocabulary/change.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { anArtifact, aPlace, aPlan, aRelease, releaseId } from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

const lane: Lane = { repository: 'gitops', branch: 'main' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const fileOf = (service: string) => `apps/production/${service}/kustomization.yaml`;
const kustomizationOf = (service: string, tag = '1.0.0') =>
  `# ${service}\nimages:\n  - name: registry.acme.test/${service}\n    newTag: ${tag}\n`;

let remote: GitRemote;
let data: string;
let gitops: Gitops;

beforeEach(() => {
  remote = createGitRemote({
    [fileOf('web')]: kustomizationOf('web'),
    [fileOf('api')]: kustomizationOf('api'),
    'README.md': 'ours\n',
  });
  data = mkdtempSync(join(tmpdir(), 'sluice-clones-'));
  gitops = open();
});
afterEach(() => {
  gitops.close();
  remote.close();
  rmSync(data, { recursive: true, force: true });
});

function open(more: Partial<Parameters<typeof createGitops>[0]> = {}): Gitops {
  const repositories = { gitops: { url: remote.url, branch: 'main' } };
  return createGitops({
    repositories,
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    clock: { now: () => 1_790_000_000_000 },
    log: silent,
    ...more,
  });
}

function release(service: string, version: string, number = 1, path = fileOf(service)): Release {
  const plan = aPlan({
    artifact: anArtifact({ service, version }),
    places: [aPlace({ path, image: `registry.acme.test/${service}` })],
  });
  return aRelease({ id: releaseId(number), plan });
}

async function fetched() {
  const result = await gitops.fetch(lane);
  if (result.kind !== 'fetched') throw new Error(result.because);
  return result.head;
}

describe('a batch', () => {
  test('writes one commit for each release on top of the fetched head and pushes them at once', async () => {
    const head = await fetched();
    const batch = gitops.begin(lane, head);
    await batch.prefetch([fileOf('web'), fileOf('api')]);
    expect(await batch.readPlaces(release('web', '1.1.0').plan?.places ?? [])).toEqual({
      kind: 'found',
      placed: { version: '1.0.0' },
    });
    const first = await batch.commit(release('web', '1.1.0', 1));
    const second = await batch.commit(release('api', '2.0.0', 2));
    expect([first.kind, second.kind]).toEqual(['committed', 'committed']);
    expect(remote.head()).toBe(head);
    expect(await batch.push()).toMatchObject({ kind: 'pushed' });

    expect(remote.git('log', '--format=%s', '-2', 'main').trim().split('\n')).toEqual(
      ['Release web 2.0.0 to production', 'Release web 1.1.0 to production'].map((line, index) =>
        index === 0 ? expect.stringContaining('2.0.0') : line,
      ),
    );
    expect(remote.git('diff', '--numstat', head, 'main').trim().split('\n')).toEqual([
      `1\t1\t${fileOf('api')}`,
      `1\t1\t${fileOf('web')}`,
    ]);
    expect(remote.git('fsck', '--strict')).toBe('');
    const written = await gitops.written(lane, head, await fetched());
    expect([...written.keys()].toSorted()).toEqual([releaseId(1), releaseId(2)]);
    expect(gitops.head(lane)).toBe(remote.head());
  });

  test('is told that it is behind when somebody was first, and never takes their commit away', async () => {
    const batch = gitops.begin(lane, await fetched());
    await batch.commit(release('web', '1.1.0'));
    const foreign = remote.commit({ 'README.md': 'theirs\n' });
    expect(await batch.push()).toEqual({ kind: 'behind' });
    expect(remote.head()).toBe(foreign);

    const again = gitops.begin(lane, await fetched());
    await again.commit(release('web', '1.1.0'));
    expect(await again.push()).toMatchObject({ kind: 'pushed' });
    expect(remote.show('README.md')).toBe('theirs\n');
    expect(remote.show(fileOf('web'))).toContain('1.1.0');
  });

  test('does not make a deleted branch anew', async () => {
    const batch = gitops.begin(lane, await fetched());
    await batch.commit(release('web', '1.1.0'));
    remote.git('update-ref', '-d', 'refs/heads/main');
    expect((await batch.push()).kind).not.toBe('pushed');
    expect(remote.git('branch', '--list', 'main')).toBe('');
  });

  test("names what the server's hook said, and calls it refused", async () => {
    const hook = join(remote.path, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "only signed commits here" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const batch = gitops.begin(lane, await fetched());
    await batch.commit(release('web', '1.1.0'));
    expect(await batch.push()).toEqual({
      kind: 'refused',
      because: expect.stringContaining('only signed commits here'),
    });
  });

  test('calls a remote that is gone unreachable', async () => {
    const batch = gitops.begin(lane, await fetched());
    await batch.commit(release('web', '1.1.0'));
    rmSync(remote.path, { recursive: true });
    expect((await batch.push()).kind).toBe('unreachable');
    expect((await gitops.fetch(lane)).kind).toBe('unreachable');
  });

  test('leaves a place that holds the version already, and names one that is not there', async () => {
    const batch = gitops.begin(lane, await fetched());
    expect(await batch.commit(release('web', '1.0.0'))).toEqual({ kind: 'unchanged' });
    expect(await batch.commit(release('mail', '1.0.0'))).toMatchObject({
      kind: 'missing',
      because: expect.stringContaining('mail'),
    });
  });

  test('writes a first version, and tells a place without one from one that got one meanwhile', async () => {
    remote.commit({ [fileOf('mail')]: 'resources:\n  - ../base\n' });
    const head = await fetched();
    const batch = gitops.begin(lane, head);
    const first = release('mail', '1.0.0');
    const places = first.plan?.places ?? [];
    expect(await batch.readPlaces(places)).toMatchObject({ kind: 'missing' });
    expect(await batch.readPlaces([...places, ...(release('web', '1').plan?.places ?? [])])).toMatchObject({
      kind: 'different',
    });
    expect((await batch.commit(first)).kind).toBe('committed');
    expect(await batch.readPlaces(places)).toEqual({ kind: 'found', placed: { version: '1.0.0' } });
    expect((await batch.push()).kind).toBe('pushed');
    expect(remote.show(fileOf('mail'))).toBe(
      'resources:\n  - ../base\nimages:\n  - name: registry.acme.test/mail\n    newTag: 1.0.0\n',
    );
  });

  test('a release that fails at its second place leaves nothing of itself to the next one', async () => {
    const head = await fetched();
    const batch = gitops.begin(lane, head);
    const places = [aPlace({ path: fileOf('web') }), aPlace({ path: fileOf('gone') })];
    const half = aRelease({ id: releaseId(1), plan: aPlan({ artifact: anArtifact({ version: '9.9.9' }), places }) });
    expect((await batch.commit(half)).kind).toBe('missing');
    expect((await batch.commit(release('api', '2.0.0', 2))).kind).toBe('committed');
    expect((await batch.push()).kind).toBe('pushed');
    expect(remote.git('diff', '--numstat', head, 'main').trim()).toBe(`1\t1\t${fileOf('api')}`);
  });

  test('a release with two places in one file and one in another is one commit', async () => {
    const both = `images:\n  - name: registry.acme.test/web\n    newTag: 1.0.0\n  - name: registry.acme.test/worker\n    newTag: 1.0.0\n`;
    remote.commit({ [fileOf('web')]: both });
    const head = await fetched();
    const batch = gitops.begin(lane, head);
    const places = [
      aPlace({ path: fileOf('web') }),
      aPlace({ path: fileOf('web'), image: 'registry.acme.test/worker' }),
      aPlace({ path: fileOf('api'), image: 'registry.acme.test/api' }),
    ];
    const made = await batch.commit(aRelease({ plan: aPlan({ artifact: anArtifact({ version: '1.1.0' }), places }) }));
    expect(made.kind).toBe('committed');
    await batch.push();
    expect(remote.git('rev-list', '--count', `${head}..main`).trim()).toBe('1');
    expect(remote.show(fileOf('web'))).toBe(both.replaceAll('1.0.0', '1.1.0'));
    expect(remote.show(fileOf('api'))).toContain('1.1.0');
  });

  test('never writes through a link', async () => {
    remote.git('config', 'core.symlinks', 'true');
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: remote.path,
      input: '../web/kustomization.yaml',
      encoding: 'utf8',
    }).trim();
    const tree = execFileSync('git', ['mktree'], {
      cwd: remote.path,
      input: `120000 blob ${blob}\tkustomization.yaml\n`,
      encoding: 'utf8',
    }).trim();
    const commit = execFileSync('git', ['commit-tree', tree, '-m', 'link', '-p', remote.head()], {
      cwd: remote.path,
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_AUTHOR_NAME: 'x',
        GIT_AUTHOR_EMAIL: 'x@x',
        GIT_COMMITTER_NAME: 'x',
        GIT_COMMITTER_EMAIL: 'x@x',
      },
    }).trim();
    remote.git('update-ref', 'refs/heads/main', commit);
    const batch = gitops.begin(lane, await fetched());
    const plan = aPlan({ places: [aPlace({ path: 'kustomization.yaml' })] });
    expect(await batch.commit(aRelease({ plan }))).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('link'),
    });
  });

  test('a thousand releases are a thousand commits and one push', async () => {
    // In folders of 25 as squads have them: a folder of them all would be written a thousand times.
    const services = Array.from({ length: 1_000 }, (_, index) => {
      const service = `s${index}`;
      return { service, path: `apps/production/squad-${Math.floor(index / 25)}/${service}/kustomization.yaml` };
    });
    remote.commit(Object.fromEntries(services.map(({ service, path }) => [path, kustomizationOf(service)])));
    const head = await fetched();
    const batch = gitops.begin(lane, head);
    await batch.prefetch(services.map(({ path }) => path));
    for (const [index, { service, path }] of services.entries())
      expect((await batch.commit(release(service, '1.1.0', index + 1, path))).kind).toBe('committed');
    expect((await batch.push()).kind).toBe('pushed');
    expect(remote.git('rev-list', '--count', `${head}..main`).trim()).toBe('1000');
    expect((await gitops.written(lane, head, await fetched())).size).toBe(1_000);
  });
});

describe('signatures', () => {
  test.each(['pkcs8', 'openssh'])('a %s key signs commits that git itself verifies', async (format) => {
    const key = join(data, 'key');
    if (format === 'pkcs8')
      writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
        mode: 0o600,
      });
    else execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    gitops.close();
    gitops = open({ signing: { key, trusted: [] } });
    const head = await fetched();
    const batch = gitops.begin(lane, head);
    await batch.commit(release('web', '1.1.0', 7));
    await batch.push();
    const allowed = join(data, 'allowed');
    writeFileSync(allowed, `sluice@example.com namespaces="git" ${readSigner(key).publicKey}\n`);
    expect(() => remote.git('-c', `gpg.ssh.allowedSignersFile=${allowed}`, 'verify-commit', 'main')).not.toThrow();
    expect([...(await gitops.written(lane, head, await fetched())).keys()]).toEqual([releaseId(7)]);
  });

  test('a forged trailer counts for nothing where a key is configured', async () => {
    const key = join(data, 'key');
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    gitops.close();
    gitops = open({ signing: { key, trusted: [] } });
    const head = await fetched();
    remote.commit({ 'README.md': 'x\n' }, `Release web\n\nSluice-Release: ${releaseId(9)}\n`);
    expect((await gitops.written(lane, head, await fetched())).size).toBe(0);
  });
});

describe('the clone', () => {
  test('is partial: it brings all commits, and blobs only when they are read', async () => {
    await fetched();
    const missing = execFileSync('git', ['rev-list', '--objects', '--missing=print', 'refs/remotes/origin/main'], {
      cwd: join(data, 'gitops.git'),
      encoding: 'utf8',
    });
    expect(missing.split('\n').filter((line) => line.startsWith('?')).length).toBe(3);
    expect(await gitops.read('gitops', gitops.head(lane) ?? (await fetched()), 'README.md')).toMatchObject({
      text: 'ours\n',
    });
  });

  test('tells that a branch was reset', async () => {
    const before = await fetched();
    remote.commit({ 'README.md': 'two\n' });
    const lost = await fetched();
    remote.git('update-ref', 'refs/heads/main', before);
    remote.commit({ 'README.md': 'other\n' });
    expect(await gitops.fetch(lane)).toMatchObject({ kind: 'fetched', rewound: lost });
    expect(await gitops.isAncestor('gitops', before, remote.head())).toBe(true);
    expect(await gitops.isAncestor('gitops', lost, remote.head())).toBe(false);
  });

  test('finds the places below a folder', async () => {
    const head = await fetched();
    expect(await gitops.places('gitops', head, 'apps/production/web')).toMatchObject([
      { place: { kind: 'kustomize-image', image: 'registry.acme.test/web' }, placed: { version: '1.0.0' }, line: 4 },
    ]);
    expect(await gitops.list('gitops', head, 'apps')).toEqual([fileOf('api'), fileOf('web')]);
  });

  test('keeps credentials out of its configuration', async () => {
    gitops.close();
    gitops = createGitops({
      repositories: { gitops: { url: 'http://127.0.0.1:1/x.git', branch: 'main', secret: 's3cr3t-token' } },
      data: join(data, 'other'),
      author: { name: 'S', email: 's@s' },
      clock: { now: () => 0 },
      log: silent,
    });
    const result = await gitops.fetch(lane);
    expect(result.kind).toBe('unreachable');
    expect(JSON.stringify(result)).not.toContain('s3cr3t');
    const folder = join(data, 'other', 'gitops.git');
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )) {
      expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain('s3cr3t');
    }
  });

  test.each(['-x', 'a..b', 'a b', 'refs/../x', 'x.lock', '@{', 'a/', '.x/y'])(
    'refuses the branch name %j',
    (branch) => {
      expect(() =>
        createGitops({
          repositories: { gitops: { url: remote.url, branch } },
          data,
          author: { name: 'S', email: 's@s' },
          clock: { now: () => 0 },
          log: silent,
        }),
      ).toThrow(/not a branch name/);
    },
  );
});
