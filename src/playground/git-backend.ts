import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gitSync } from './git-command.ts';

export interface Backend {
  readonly folder: string;
  readonly program: string;
  /** What it can do, by path: version 2 of the protocol says that at the begin of every fetch, and it is always the same. */
  readonly abilities: Map<string, { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }>;
}

/** Answers from the repositories of a folder by Git's own HTTP backend, a CGI program (git-http-backend). */
export function gitBackend(request: IncomingMessage, response: ServerResponse, url: URL, backend: Backend): void {
  const { folder, program, abilities } = backend;
  const isAsked = asksForAbilities(request, url);
  const known = isAsked ? abilities.get(url.pathname) : undefined;
  if (known !== undefined) return void response.writeHead(200, known.headers).end(known.body);
  const child = spawn(program, {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'sluice',
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  child.on('error', () => {
    if (!response.headersSent) response.writeHead(500).end('git http-backend cannot be started');
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  let head: Buffer | null = Buffer.alloc(0);
  let headers: Record<string, string> = {};
  const said: Buffer[] = [];
  const pass = (chunk: Buffer) => {
    response.write(chunk);
    if (isAsked) said.push(chunk);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === null) return pass(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const { status, ...answer } = answerOf(head.subarray(0, end).toString());
    headers = answer.headers;
    response.writeHead(status, headers);
    pass(head.subarray(end + 4));
    head = null;
  });
  child.on('close', (code) => {
    response.end();
    if (isAsked && code === 0 && response.statusCode === 200)
      abilities.set(url.pathname, { headers, body: Buffer.concat(said) });
  });
}

function asksForAbilities({ method, headers }: IncomingMessage, { search }: URL): boolean {
  return method === 'GET' && search === '?service=git-upload-pack' && headers['git-protocol'] === 'version=2';
}

/** What a CGI program says first. */
function answerOf(head: string): { readonly status: number; readonly headers: Record<string, string> } {
  const lines = head
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  const status = Number(lines.find(([name]) => name === 'status')?.[1]?.slice(0, 3) ?? 200);
  return { status, headers: Object.fromEntries(lines.filter(([name]) => name !== 'status')) };
}

/** Where it is; null where this package of git comes without it. */
export function httpBackend(folder: string): string | null {
  mkdirSync(folder, { recursive: true });
  const programs = gitSync(folder, ['--exec-path']).trim();
  const found = ['git-http-backend', 'git-http-backend.exe'].find((name) => existsSync(join(programs, name)));
  return found === undefined ? null : join(programs, found);
}
