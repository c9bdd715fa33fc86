import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gitSync } from './git-command.ts';

/** Answers from the repositories of a folder by Git's own HTTP backend, a CGI program (git-http-backend). */
export function gitBackend(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { folder, program }: { readonly folder: string; readonly program: string },
): void {
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
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === null) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const lines = head
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map(
        (line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
      );
    const status = Number(lines.find(([name]) => name === 'status')?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(lines.filter(([name]) => name !== 'status')));
    response.write(head.subarray(end + 4));
    head = null;
  });
  child.on('close', () => response.end());
}

/** Where it is; null where this package of git comes without it. */
export function httpBackend(folder: string): string | null {
  mkdirSync(folder, { recursive: true });
  const programs = gitSync(folder, ['--exec-path']).trim();
  const found = ['git-http-backend', 'git-http-backend.exe'].find((name) => existsSync(join(programs, name)));
  return found === undefined ? null : join(programs, found);
}
