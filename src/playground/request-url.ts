import type { IncomingMessage } from 'node:http';

const base = 'http://localhost';

/** What was asked for; a target that is no address, such as `//`, counts as a path that nobody serves. */
export function requestUrl(request: IncomingMessage): URL {
  return URL.parse(request.url ?? '/', base) ?? new URL('/not-an-address', base);
}
