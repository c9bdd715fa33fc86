import { createHash, timingSafeEqual } from 'node:crypto';
import type { ArtifactCallers } from '../../artifact-settings.ts';
import { matchesName } from '../../scope.ts';

/** What somebody means to post, or asks about. */
export interface Claimed {
  readonly service: string;
  readonly branch: string;
}

export interface Caller {
  /** What they may not speak of, and why, for them to read; null where they may. */
  readonly objection: (claimed: Claimed) => string | null;
}

export type Admitted =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly error: string };

/** Tells who posts by the `Authorization` header. */
export function createCallers(callers: ArtifactCallers | undefined): (header: string | undefined) => Promise<Admitted> {
  return async (header) => {
    if (callers === undefined)
      return { kind: 'refused', status: 403, error: '/artifacts is closed: set artifacts.token in the configuration' };
    const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
    // All are compared, each by its hash: neither length nor content nor place of a token shows in the time it takes.
    const found = callers.tokens.filter(({ token }) => isSameSecret(given, token));
    if (found.length === 0)
      return {
        kind: 'refused',
        status: 401,
        error: 'send a token that artifacts of the configuration names, as "Authorization: Bearer TOKEN"',
      };
    return { kind: 'admitted', caller: { objection: ({ service }) => outside(found, service) } };
  };
}

function outside(tokens: ArtifactCallers['tokens'], service: string): string | null {
  const allowed = tokens.some(
    ({ services }) => services === undefined || services.some((pattern) => matchesName(pattern, service)),
  );
  return allowed ? null : `this token is not for ${service}: artifacts.tokens names the services of each`;
}

function isSameSecret(given: string, secret: string): boolean {
  const hash = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(given), hash(secret));
}
