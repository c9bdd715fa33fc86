import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

const vendored: Readonly<Record<string, string>> = {
  '/vendor/preact.js': 'preact',
  '/vendor/preact-hooks.js': 'preact/hooks',
  '/vendor/htm.js': 'htm',
  '/vendor/htm-preact.js': 'htm/preact',
};

/** Every path that is served and the file behind it: what is not in this table cannot be asked for, however it is spelled. */
function listFiles(): ReadonlyMap<string, string> {
  const folder = import.meta.dirname;
  const own = readdirSync(folder)
    .filter((name) => /^[a-z-]+\.(js|css|svg)$/.test(name))
    .map((name): [string, string] => [`/page/${name}`, join(folder, name)]);
  const foreign = Object.entries(vendored).map(([path, name]): [string, string] => [
    path,
    fileURLToPath(import.meta.resolve(name)),
  ]);
  return new Map([['/', join(folder, 'index.html')], ...own, ...foreign]);
}

const files = listFiles();

/** Scripts from here only; the one inline script, the import map, is allowed by its hash. */
function securityPolicy(html: string): string {
  const importMap = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' https: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Answers for `/`, `/page/*` and `/vendor/*`; false where the path is somebody else's. */
export function servePage(request: IncomingMessage, response: ServerResponse): boolean {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (path !== '/' && !path.startsWith('/page/') && !path.startsWith('/vendor/')) return false;
  const file = files.get(path);
  if (file === undefined) return answer(response, 404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'use GET');
  const content = readFileSync(file);
  const type = path === '/' ? 'html' : (path.split('.').pop() ?? '');
  response.writeHead(200, {
    'content-type': contentTypes[type] ?? 'text/plain; charset=utf-8',
    'content-length': content.length,
    // Always asked for again: whoever edits the page or updates a package sees it at the next load.
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(type === 'html' ? { 'content-security-policy': securityPolicy(content.toString()) } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : content);
  return true;
}

function answer(response: ServerResponse, status: number, text: string): true {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(text);
  return true;
}
