import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Refusal, Retryable } from '../../src/doors/errors.ts';
import { createGitops, type Gitops, type GitopsPorts } from '../../src/gitops/gitops.ts';
import { commitShaSchema, type Lane } from '../../src/vocabulary/change.ts';
import { anArtifact, aPlace, aPlan, aRelease } from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

const lane: Lane = { repository: 'gitops', branch: 'main' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const file = 'apps/production/web/kustomization.yaml';
const kustomization = 'images:\n  - name: registry.acme.test/web\n    newTag: 1.0.0\n';

let remote: GitRemote;
let data: string;
let folder: string;
let opened: Gitops[];

beforeEach(() => {
  remote = createGitRemote({ [file]: kustomization, 'README.md': 'one\n' });
  data = mkdtempSync(join(tmpdir(), 'sluice-clones-'));
  folder = join(data, 'gitops.git');
  opened = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const gitops of opened) gitops.close();
  remote.close();
  rmSync(data, { recursive: true, force: true });
});

/** As a process that has just been started finds things. */
function start(more: Partial<GitopsPorts> = {}): Gitops {
  const gitops = createGitops({
    repositories: { gitops: { url: remote.url, branch: 'main' } },
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    clock: { now: () => 1_790_000_000_000 },
    log: silent,
    ...more,
  });
  opened.push(gitops);
  return gitops;
}

async function headOf(gitops: Gitops, where = lane) {
  const result = await gitops.fetch(where);
  if (result.kind !== 'fetched') throw new Error(result.because);
  return result.head;
}

/**
 * Puts a git of our own before the real one, whose `fetch` of branches does what `script` says and stops at `wait_here`
 * while the gate is closed.
 */
function aGate(script: string) {
  const bin = join(data, 'bin');
  const [closed, reached] = [join(data, 'closed'), join(data, 'reached')];
  const path = process.env['PATH'] ?? '';
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  mkdirSync(bin);
  const lines = [
    '#!/bin/sh',
    `real=${real}`,
    `PATH=${path}`,
    `wait_here() { touch ${reached}; while [ -e ${closed} ]; do sleep 0.02; done; }`,
    `if [ -e ${closed} ] && [ "$1" = fetch ]; then ${script}; else exec "$real" "$@"; fi`,
  ];
  writeFileSync(join(bin, 'git'), `${lines.join('\n')}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${path}`);
  return {
    close: () => writeFileSync(closed, ''),
    open: () => rmSync(closed),
    reached: () => vi.waitFor(() => expect(existsSync(reached)).toBe(true), { timeout: 10_000, interval: 20 }),
  };
}

const webTo = (version: string) =>
  aRelease({ plan: aPlan({ artifact: anArtifact({ version }), places: [aPlace({ path: file })] }) });

describe('a clone that a crash or a change of configuration left behind', () => {
  test('is made anew where it was left half made', async () => {
    execFileSync('git', ['init', '--quiet', '--bare', folder]);
    expect(await headOf(start())).toBe(remote.head());
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(await headOf(start())).toBe(remote.head());
  });

  test('is of the remote that is configured now, not of the one before', async () => {
    await headOf(start());
    const other = createGitRemote({ [file]: kustomization.replace('1.0.0', '3.0.0') });
    const gitops = start({ repositories: { gitops: { url: other.url, branch: 'main' } } });
    const head = await headOf(gitops);
    expect(head).toBe(other.head());
    const batch = gitops.begin(lane, head);
    await batch.commit(webTo('3.1.0'));
    expect((await batch.push()).kind).toBe('pushed');
    expect(other.show(file)).toContain('3.1.0');
    expect(remote.show(file)).toBe(kustomization);
    other.close();
  });

  test('is unlocked where a killed git left its lock, and only then', async () => {
    await headOf(start());
    const lock = join(folder, 'refs/remotes/origin/main.lock');
    remote.commit({ 'README.md': 'two\n' });
    writeFileSync(lock, '');
    const gitops = start();
    expect((await gitops.fetch(lane)).kind).toBe('unreachable');
    expect(existsSync(lock)).toBe(true);
    utimesSync(lock, new Date(0), new Date(0));
    expect(await headOf(gitops)).toBe(remote.head());
  });

  test.each([
    ['an empty branch', () => truncateSync(join(folder, 'refs/remotes/origin/main'))],
    ['no HEAD', () => rmSync(join(folder, 'HEAD'))],
    [
      'packs cut off',
      () => {
        for (const name of readdirSync(join(folder, 'objects/pack')).filter((each) => /\.(pack|idx)$/.test(each)))
          truncateSync(join(folder, 'objects/pack', name), 40);
      },
    ],
  ])('is mended where a power cut left %s', async (_, damage) => {
    await headOf(start());
    damage();
    remote.commit({ 'README.md': 'two\n' });
    const gitops = start();
    const head = await headOf(gitops);
    expect(head).toBe(remote.head());
    expect((await gitops.read('gitops', head, 'README.md'))?.text).toBe('two\n');
  });
});

describe('a reset of the branch', () => {
  test('is told once, whoever saw it, also when it happened while nobody was looking', async () => {
    const told: string[] = [];
    const first = await headOf(start());
    remote.commit({ 'README.md': 'two\n' });
    const lost = await headOf(start());
    remote.git('update-ref', 'refs/heads/main', first);
    remote.commit({ 'README.md': 'other\n' });
    const gitops = start({ onRewound: (where, head) => told.push(`${where.branch} ${head}`) });
    expect(await gitops.fetch(lane)).toMatchObject({ kind: 'fetched', rewound: lost });
    expect(await gitops.fetch(lane)).not.toHaveProperty('rewound');
    expect(told).toEqual([`main ${lost}`]);
  });

  test('is not what a fetch sees that began before a push and ended after it', async () => {
    const told: string[] = [];
    // Sees the branch, waits, and writes down what it saw.
    const gate = aGate(
      'seen=$(git ls-remote origin refs/heads/main | cut -c1-40); wait_here; git update-ref refs/remotes/origin/main $seen',
    );
    const gitops = start({ onRewound: (_, head) => told.push(head) });
    const batch = gitops.begin(lane, await headOf(gitops));
    await batch.commit(webTo('1.1.0'));
    gate.close();
    const early = gitops.fetch(lane);
    await gate.reached();
    expect((await batch.push()).kind).toBe('pushed');
    gate.open();
    expect(await early).toEqual({ kind: 'fetched', head: remote.head() });
    expect(told).toEqual([]);
  });
});

describe('a fetch', () => {
  test('that was asked for after a commit brings it, also while another fetch is under way', async () => {
    const gate = aGate('"$real" "$@"; wait_here');
    const gitops = start();
    await headOf(gitops);
    gate.close();
    const early = gitops.fetch(lane);
    await gate.reached();
    const head = remote.commit({ 'README.md': 'two\n' });
    const late = [gitops.fetch(lane), gitops.fetch(lane)];
    gate.open();
    expect((await early).kind).toBe('fetched');
    expect(await Promise.all(late)).toEqual([
      { kind: 'fetched', head },
      { kind: 'fetched', head },
    ]);
  });

  test('works on a server that knows no filters, and its files are read and written', async () => {
    remote.git('config', 'uploadpack.allowFilter', 'false');
    const gitops = start();
    const head = await headOf(gitops);
    expect(await gitops.places('gitops', head, 'apps')).toHaveLength(1);
    const batch = gitops.begin(lane, head);
    await batch.prefetch([file]);
    await batch.commit(webTo('1.1.0'));
    expect((await batch.push()).kind).toBe('pushed');
  });

  test('of another branch of the same repository stands beside it', async () => {
    remote.git('branch', 'production', 'main');
    const gitops = start();
    const other: Lane = { repository: 'gitops', branch: 'production' };
    const [main, production] = await Promise.all([headOf(gitops), headOf(gitops, other)]);
    expect(production).toBe(main);
    const batch = gitops.begin(other, production);
    await batch.commit(webTo('1.1.0'));
    expect((await batch.push()).kind).toBe('pushed');
    expect(remote.head()).toBe(main);
  });

  test('of a branch that is not there says so', async () => {
    expect(await start().fetch({ repository: 'gitops', branch: 'gone' })).toMatchObject({
      kind: 'unreachable',
      because: expect.stringContaining('gone'),
    });
  });
});

describe('what is not known is never taken for "no"', () => {
  const unknown = commitShaSchema.parse('0123456789'.repeat(4));

  test('releases on an unknown head cannot be told', async () => {
    const gitops = start();
    const head = await headOf(gitops);
    await expect(gitops.written(lane, head, unknown)).rejects.toThrow(Retryable);
    await expect(gitops.list('gitops', unknown, 'apps')).rejects.toThrow(Retryable);
    expect(await gitops.isAncestor('gitops', unknown, head)).toBe(false);
  });

  test('files that the remote does not give now are not missing', async () => {
    const gitops = start();
    const head = await headOf(gitops);
    rmSync(remote.path, { recursive: true });
    await expect(gitops.begin(lane, head).prefetch([file])).rejects.toThrow(Retryable);
    await expect(gitops.read('gitops', head, file)).rejects.toThrow(Retryable);
    await expect(gitops.places('gitops', head, 'apps')).rejects.toThrow(Retryable);
  });
});

describe('hostile names', () => {
  test.each([
    '-x',
    'a..b',
    'main:refs/heads/other',
    '+main',
    'refs/../x',
    '@{-1}',
    'a b',
    '--upload-pack=x',
    'a\nb',
    'HEAD',
    '',
  ])('the branch %j of a lane reaches no command', async (branch) => {
    const gitops = start();
    const head = await headOf(gitops);
    const refs = remote.git('for-each-ref');
    const where: Lane = { repository: 'gitops', branch };
    if (branch === '+main') expect((await gitops.fetch(where)).kind).toBe('unreachable');
    else {
      expect(() => gitops.fetch(where)).toThrow(Refusal);
      expect(() => gitops.begin(where, head)).toThrow(Refusal);
    }
    expect(remote.git('for-each-ref')).toBe(refs);
  });

  test.each(['../other', '/etc', '-r', '.git', 'apps/../..', ':(top)apps', 'apps\nx', '.GIT/hooks'])(
    'below the folder %j there is nothing',
    async (name) => {
      const gitops = start();
      expect(await gitops.list('gitops', await headOf(gitops), name)).toEqual([]);
    },
  );

  test.each([
    'ext::sh -c touch% /tmp/x',
    '--upload-pack=touch x',
    '-oProxyCommand=x',
    'ssh://-oProxyCommand=x/y',
    'git://example.com/x',
    'https://x/y\nz',
    '',
  ])('the address %j is refused', (url) => {
    expect(() => start({ repositories: { gitops: { url, branch: 'main' } } })).toThrow(/url is not an address/);
  });

  test('an address that holds a password is refused without repeating it', () => {
    const begin = () => start({ repositories: { gitops: { url: 'https://bo:t0ken@example.com/x', branch: 'main' } } });
    expect(begin).toThrow(/holds a password/);
    expect(begin).not.toThrow(/t0ken/);
  });

  test.each([
    'https://git@example.com/x.git',
    'git@example.com:acme/x.git',
    'ssh://git@example.com:22/x',
    '/srv/x.git',
  ])('the address %j is taken', (url) => {
    expect(() => start({ repositories: { gitops: { url, branch: 'main' } } })).not.toThrow();
  });
});
