import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitops, type Gitops } from '../../src/gitops/gitops.ts';
import type { Lane } from '../../src/vocabulary/change.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

const lane: Lane = { repository: 'gitops', branch: 'main' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const tag = 'production/web';

let remote: GitRemote;
let data: string;
let gitops: Gitops;
beforeEach(() => {
  remote = createGitRemote({ 'README.md': 'ours\n' });
  data = mkdtempSync(join(tmpdir(), 'sluice-clones-'));
  gitops = createGitops({
    ...{ data, clock: { now: () => 0 }, log: silent, author: { name: 'Sluice', email: 'sluice@acme.test' } },
    repositories: { gitops: { url: remote.url, branch: 'main' } },
  });
});
afterEach(() => {
  gitops.close();
  remote.close();
  rmSync(data, { recursive: true, force: true });
});

const standsAt = () => remote.git('rev-parse', `refs/tags/${tag}^{commit}`).trim();
const put = async (commit: string, moves = true, name = tag) => {
  await gitops.fetch(lane);
  return gitops.putTag('gitops', name, commit, { moves });
};

describe('a tag in the remote', () => {
  test('is made, moves forward, and never back', async () => {
    const first = remote.head();
    expect(await put(first)).toEqual({ kind: 'tagged' });
    expect(standsAt()).toBe(first);
    const second = remote.commit({ 'a.txt': 'a' });
    expect(await put(second)).toEqual({ kind: 'tagged' });
    expect(await put(second)).toEqual({ kind: 'kept' });
    expect(await put(first)).toEqual({ kind: 'kept' });
    expect(standsAt()).toBe(second);
    expect(remote.head()).toBe(second);
  });

  test('stays where it is proven first where it does not move', async () => {
    const first = remote.head();
    expect(await put(first, false)).toEqual({ kind: 'tagged' });
    expect(await put(remote.commit({ 'a.txt': 'a' }), false)).toEqual({ kind: 'kept' });
    expect(standsAt()).toBe(first);
  });

  test('that somebody annotated is read by the commit behind it, and moved on', async () => {
    const first = remote.head();
    remote.git('-c', 'user.name=Olu', '-c', 'user.email=olu@acme.test', 'tag', '-a', '-m', 'by hand', tag, first);
    expect(await put(first)).toEqual({ kind: 'kept' });
    const second = remote.commit({ 'a.txt': 'a' });
    expect(await put(second)).toEqual({ kind: 'tagged' });
    expect(standsAt()).toBe(second);
  });

  test('of a commit that is not in the history any more is moved', async () => {
    const first = remote.head();
    await put(remote.commit({ 'a.txt': 'a' }));
    remote.git('update-ref', 'refs/heads/main', first);
    const second = remote.commit({ 'b.txt': 'b' });
    expect(await put(second)).toEqual({ kind: 'tagged' });
    expect(standsAt()).toBe(second);
  });

  test('that a rule of the server forbids is refused with its words', async () => {
    const hook = join(remote.path, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "tags are for people" >&2\nexit 1\n', { mode: 0o755 });
    expect(await put(remote.head())).toEqual({
      kind: 'refused',
      because: expect.stringContaining('tags are for people'),
    });
  });

  test('is tried again where the remote is away, and where somebody else is faster', async () => {
    const first = remote.head();
    const second = remote.commit({ 'a.txt': 'a' });
    // Between the look and the push the tag is set: as from a server that answers late.
    const hook = join(remote.path, 'hooks', 'pre-receive');
    writeFileSync(hook, `#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/tags/${tag} ${first}\n`, {
      mode: 0o755,
    });
    expect(await put(second)).toEqual({ kind: 'later', because: 'somebody else has just set it' });
    expect(standsAt()).toBe(first);
    rmSync(hook);
    expect(await put(second)).toEqual({ kind: 'tagged' });
    rmSync(remote.path, { recursive: true });
    expect(await gitops.putTag('gitops', tag, second, { moves: true })).toMatchObject({ kind: 'later' });
  });

  test.each(['a..b', 'a b', 'production/web.lock', '-x'])('is not made under the name %j', async (name) => {
    expect(await put(remote.head(), true, name)).toEqual({
      kind: 'refused',
      because: expect.stringContaining('is not a tag name'),
    });
    expect(remote.git('tag', '--list')).toBe('');
  });

  test('of a repository that is not configured any more is refused', async () => {
    expect(await gitops.putTag('old', tag, remote.head(), { moves: true })).toMatchObject({ kind: 'refused' });
  });
});
