import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitServer, type GitServer } from '../../src/playground/git.ts';
import { commitFromOutside } from '../../src/playground/outside.ts';
import { repositoryFiles } from '../../src/playground/seed/repository.ts';

const token = 'push-token';
const by = { message: 'Describe our clusters\n', author: 'Cy Chen <cy@acme.test>' };
let folder: string;
let server: GitServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-git-server-'));
  server = await createGitServer({ folder: join(folder, 'data'), token });
  server.commit(repositoryFiles(), by);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The git binary as anybody's client, without a terminal to ask for a password. */
function git(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn('git', [...args], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'Bo Berg',
        GIT_AUTHOR_EMAIL: 'bo@acme.test',
        GIT_COMMITTER_NAME: 'Bo Berg',
        GIT_COMMITTER_EMAIL: 'bo@acme.test',
      },
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.once('close', (code) => resolve({ code: code ?? 1, out }));
  });
}

const withToken = () => server.url.replace('http://', `http://sluice:${token}@`);

describe('git server', () => {
  it('serves a clone without blobs, and each blob when it is asked for', async () => {
    expect(await git('clone', '--quiet', '--bare', '--filter=blob:none', server.url, 'partial.git')).toMatchObject({
      code: 0,
    });
    const blobs = await git('-C', 'partial.git', 'rev-list', '--objects', '--missing=print', 'main');
    expect(blobs.out.split('\n').filter((line) => line.startsWith('?')).length).toBeGreaterThan(10);
    const read = await git('-C', 'partial.git', 'show', 'main:sluice.yaml');
    expect(read).toMatchObject({ code: 0, out: expect.stringContaining('version: 1') });
  });

  it('lets the token push forward, and nobody else', async () => {
    await git('clone', '--quiet', withToken(), 'work');
    writeFileSync(join(folder, 'work', 'NOTES.md'), 'hello\n');
    await git('-C', 'work', 'add', 'NOTES.md');
    await git('-C', 'work', 'commit', '--quiet', '--message=Note something');
    expect((await git('-C', 'work', 'push', server.url, 'main')).code).not.toBe(0);
    const wrong = server.url.replace('http://', 'http://sluice:wrong@');
    expect((await git('-C', 'work', 'push', wrong, 'main')).code).not.toBe(0);
    expect(server.read('NOTES.md')).toBeNull();
    expect((await git('-C', 'work', 'push', withToken(), 'main')).code).toBe(0);
    expect(server.read('NOTES.md')).toBe('hello\n');
    expect(server.log(1)).toEqual([{ sha: server.head(), title: 'Note something', author: 'Bo Berg' }]);
    await git('-C', 'work', 'commit', '--quiet', '--amend', '--message=Something else');
    const forced = await git('-C', 'work', 'push', '--force', withToken(), 'main');
    expect(forced.code).not.toBe(0);
    expect(server.log(1)[0]?.title).toBe('Note something');
  });

  it('is gone while stopped, and keeps what it had', async () => {
    const head = server.head();
    server.stop();
    expect(server.up()).toBe(false);
    expect((await git('ls-remote', server.url)).code).not.toBe(0);
    server.start();
    expect((await git('ls-remote', server.url, 'refs/heads/main')).out).toContain(head);
  });

  it('serves its folder where git has no http backend, and can still be gone', async () => {
    await server.close();
    const data = join(folder, 'data');
    server = await createGitServer({ folder: data, token, overHttp: false });
    expect(server.url).toBe(`file://${server.path}`);
    expect((await git('clone', '--quiet', '--bare', '--filter=blob:none', server.url, 'partial.git')).code).toBe(0);
    server.stop();
    expect((await git('ls-remote', server.url)).code).not.toBe(0);
    const commit = server.commit({ 'x.md': 'made while nobody could fetch\n' }, by);
    expect(server.log(1)[0]?.sha).toBe(commit);
    await server.close();
    server = await createGitServer({ folder: data, token, overHttp: false });
    expect((await git('ls-remote', server.url, 'refs/heads/main')).out).toContain(commit);
  });

  it('finds its repository again at the next start', async () => {
    const head = server.head();
    await server.close();
    server = await createGitServer({ folder: join(folder, 'data'), token });
    expect(server.head()).toBe(head);
  });

  it('shows a commit as a page on which foreign text stays text', async () => {
    const commit = server.commit(
      { 'x.md': '<img src=x>\n' },
      { ...by, message: '<script>alert(1)</script>\n\n"quoted" & more\n' },
    );
    const page = await fetch(server.commitUrl.replace('{commit}', commit));
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('+&lt;img src=x&gt;');
    expect(html).not.toContain('<script');
    expect((await fetch(server.commitUrl.replace('{commit}', 'f'.repeat(40)))).status).toBe(404);
    expect((await fetch(server.commitUrl.replace('{commit}', '../gitops.git/config'))).status).toBe(404);
  });

  it.each(['/gitops.git/config', '/gitops.git/hooks/x', '/other.git/info/refs?service=git-upload-pack'])(
    'gives nothing away at %s',
    async (path) => {
      expect((await fetch(new URL(path, server.url))).status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('a commit from outside', () => {
  const lines = (commit: string) =>
    spawnSync('git', ['show', '--format=', '--unified=0', commit], { cwd: server.path, encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => /^[-+] /.test(line));

  it.each([
    ['own line', 'web', ['-    newTag: 1.3.9', '+    newTag: 1.4.0']],
    ['neighbour', 'web', ['-    newTag: 2.7.0', '+    newTag: 2.7.1']],
    ['own line', 'search', ['-      tag: 3.0.4 # released by Sluice', '+      tag: 3.1.0 # released by Sluice']],
    ['own line', 'mail', ['-    newTag: 1.12.0', '+    newTag: 1.12.1']],
  ] as const)('changes one line: %s of %s', (kind, service, expected) => {
    expect(lines(commitFromOutside(server, kind, service, 'production'))).toEqual(expected);
  });

  it('may touch only another file', () => {
    const before = server.read('apps/production/shop/kustomization.yaml');
    commitFromOutside(server, 'another file', 'web', 'production');
    commitFromOutside(server, 'another file', 'web', 'production');
    expect(
      server
        .read('NOTES.md')
        ?.split('\n')
        .filter((line) => line.startsWith('- ')),
    ).toHaveLength(2);
    expect(server.read('apps/production/shop/kustomization.yaml')).toBe(before);
  });
});
