import { createHash, timingSafeEqual } from 'node:crypto';
import type { ArtifactCallers } from '../../artifact-settings.ts';
import type { Clock } from '../../doors/time.ts';
import { matchesName } from '../../vocabulary/scope.ts';
import type { Admitted } from './caller.ts';
import { createJobTokens, looksLikeJobToken } from './job-tokens.ts';

/** Tells who posts by the `Authorization` header. */
export function createCallers(
  callers: ArtifactCallers | undefined,
  clock: Clock,
): (header: string | undefined) => Promise<Admitted> {
  const jobs = callers?.jobs ?? [];
  const ofJob = createJobTokens(jobs, clock);
  return async (header) => {
    if (callers === undefined)
      return { kind: 'refused', status: 403, error: '/artifacts is closed: set artifacts.token in the configuration' };
    const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
    // All are compared, each by its hash: neither length nor content nor place of a token shows in the time it takes.
    const found = callers.tokens.filter(({ token }) => isSameSecret(given, token));
    if (found.length === 0 && jobs.length > 0 && looksLikeJobToken(given)) return ofJob(given);
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
