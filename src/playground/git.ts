import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { commitPage } from './commit-page.ts';
import { type Backend, gitBackend, httpBackend } from './git-backend.ts';
import { gitSync } from './git-command.ts';
import { type CommitBy, commitOnMain } from './git-commit.ts';
import { requestUrl } from './request-url.ts';

export interface GitServer {
  /** For clones and pushes: http://127.0.0.1:PORT/gitops.git, or file:// where this git cannot serve http. */
  readonly url: string;
  readonly overHttp: boolean;
  /** http://127.0.0.1:PORT/commit/{commit} */
  readonly commitUrl: string;
  /** The bare repository on disk. */
  readonly path: string;
  readonly up: () => boolean;
  /** Refuses every request until `start`. */
  readonly stop: () => void;
  readonly start: () => void;
  readonly head: () => string;
  readonly log: (count: number) => { readonly sha: string; readonly title: string; readonly author: string }[];
  readonly read: (path: string) => string | null;
  /** Somebody's commit on main; null deletes a file. */
  readonly commit: (files: Readonly<Record<string, string | null>>, by: CommitBy) => string;
  readonly close: () => Promise<void>;
}

/** A bare repository over Git's smart HTTP: anybody on this machine may read, the token may push. */
export async function createGitServer(options: {
  readonly folder: string;
  readonly token: string;
  readonly port?: number;
  readonly overHttp?: boolean;
}): Promise<GitServer> {
  const path = join(options.folder, 'gitops.git');
  // Nothing can refuse a reader of file://, so there a remote that is gone has another name.
  const away = join(options.folder, 'gitops-away.git');
  const program = options.overHttp === false ? null : httpBackend(options.folder);
  const overHttp = program !== null;
  const backend = program === null ? null : { folder: options.folder, program, abilities: new Map() };
  if (existsSync(away)) renameSync(away, path);
  if (!existsSync(join(path, 'HEAD'))) {
    mkdirSync(options.folder, { recursive: true });
    gitSync(options.folder, ['init', '--quiet', '--bare', '--initial-branch=main', path]);
    for (const [key, value] of Object.entries(settings)) gitSync(path, ['config', key, value]);
  }
  let up = true;
  const here = () => (up || overHttp ? path : away);
  const server = createServer((request, response) => {
    if (!up) return void response.socket?.destroy();
    answer(request, response, here(), { token: options.token, backend });
  });
  await listen(server, options.port ?? 0);
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: overHttp ? `${base}/gitops.git` : `file://${path}`,
    overHttp,
    commitUrl: `${base}/commit/{commit}`,
    path,
    up: () => up,
    stop: () => {
      if (up && !overHttp) renameSync(path, away);
      up = false;
      server.closeAllConnections();
    },
    start: () => {
      if (!up && !overHttp) renameSync(away, path);
      up = true;
    },
    head: () => gitSync(here(), ['rev-parse', '--verify', '--quiet', 'main']).trim(),
    log: (count) =>
      gitSync(here(), ['log', `-${count}`, '--format=%H%x00%s%x00%an', 'main'])
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [sha = '', title = '', author = ''] = line.split('\0');
          return { sha, title, author };
        }),
    read: (file) => {
      try {
        return gitSync(here(), ['show', `main:${file}`]);
      } catch {
        return null;
      }
    },
    commit: (files, by) => commitOnMain(here(), files, by),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const settings = {
  'uploadpack.allowFilter': 'true',
  'uploadpack.allowAnySHA1InWant': 'true',
  'receive.denyNonFastForwards': 'true',
  'receive.denyDeletes': 'true',
  'http.receivepack': 'true',
  'gc.auto': '0',
};

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { token, backend }: { readonly token: string; readonly backend: Backend | null },
): void {
  const url = requestUrl(request);
  const commit = /^\/commit\/([0-9a-f]{7,40})$/.exec(url.pathname)?.[1];
  if (commit !== undefined) {
    commitPage(path, commit, response);
    return;
  }
  if (backend === null || !url.pathname.startsWith('/gitops.git/')) {
    response.writeHead(404).end('not found');
    return;
  }
  const pushes = url.pathname.endsWith('/git-receive-pack') || url.searchParams.get('service') === 'git-receive-pack';
  if (pushes && passwordOf(request) !== token) {
    return void response
      .writeHead(401, { 'www-authenticate': 'Basic realm="gitops"' })
      .end('a token is needed to push');
  }
  gitBackend(request, response, url, backend);
}

function passwordOf(request: IncomingMessage): string {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  const login = Buffer.from(encoded, 'base64').toString();
  return login.slice(login.indexOf(':') + 1);
}
