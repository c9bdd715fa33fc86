import { createLocalJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { TrustedJob } from '../../artifact-settings.ts';
import type { Clock } from '../../doors/time.ts';
import { matchesName } from '../../vocabulary/scope.ts';
import type { Admitted, Claimed } from './caller.ts';
import { unmetClaim } from './claims.ts';
import { createIssuerKeys, type Keys } from './issuer-keys.ts';

/** A shared secret as the key would be one that everybody can read; "none" is no signature. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const leewaySeconds = 30;
const oldest = '1d';

/** Three parts of base64url, the first a JSON object. */
export function looksLikeJobToken(token: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(token);
}

/** Tells by the OIDC token of a CI job (RFC 7519, RFC 8725) what it may speak of. */
export function createJobTokens(jobs: readonly TrustedJob[], clock: Clock): (token: string) => Promise<Admitted> {
  const issuers = new Map(
    [...new Set(jobs.map(({ issuer }) => issuer))].map((issuer) => {
      const own = jobs.filter((job) => job.issuer === issuer);
      const jwks = own.find((job) => job.jwks !== undefined)?.jwks;
      return [issuer, { own, keys: createIssuerKeys(issuer, jwks, clock) }] as const;
    }),
  );
  return async (token) => {
    const issuer = issuers.get(issuerOf(token) ?? '');
    if (issuer === undefined) return refused('its issuer (iss) is none that artifacts.oidc names');
    const first = await verified(token, issuer.own, await issuer.keys.current(), clock);
    const last =
      first.kind === 'unknown-key' ? await verified(token, issuer.own, await issuer.keys.renewed(), clock) : first;
    if (last.kind === 'unknown-key') return refused('its key (kid) is none of its issuer');
    return last;
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function verified(
  token: string,
  jobs: readonly TrustedJob[],
  keys: Keys,
  clock: Clock,
): Promise<Admitted | { readonly kind: 'unknown-key' }> {
  if (keys.kind === 'unreachable')
    return { kind: 'refused', status: 503, error: `the keys of the issuer cannot be read: ${keys.because}` };
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys.keys), {
      algorithms,
      issuer: jobs.map(({ issuer }) => issuer),
      audience: jobs.map(({ audience }) => audience),
      clockTolerance: leewaySeconds,
      maxTokenAge: oldest,
      requiredClaims: ['exp'],
      currentDate: new Date(clock.now()),
    });
    const meant = jobs.filter(({ audience }) => [payload.aud ?? []].flat().includes(audience));
    return { kind: 'admitted', caller: { objection: (claimed) => objectionOf(meant, payload, claimed) } };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return { kind: 'unknown-key' };
    return refused(becauseOf(error));
  }
}

/** Why none of the trusted jobs is this one; of those for the service, as far as there are any. */
function objectionOf(jobs: readonly TrustedJob[], payload: JWTPayload, claimed: Claimed): string | null {
  const own = jobs.filter(
    ({ services }) => services === undefined || services.some((pattern) => matchesName(pattern, claimed.service)),
  );
  if (own.length === 0) return `artifacts.oidc names no job for ${claimed.service} with this audience`;
  const unmet = own.map(({ claims }) => unmetClaim(claims, payload, claimed));
  if (unmet.includes(null)) return null;
  const names = [...new Set(unmet)].map((name) => `"${name}"`).join(' or ');
  return `the token of this job is not for ${claimed.service} of ${claimed.branch}: its claim ${names} is not what artifacts.oidc wants`;
}

function refused(because: string): Admitted {
  return { kind: 'refused', status: 401, error: `the token of this job does not count: ${because}` };
}

function becauseOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" is not what is wanted`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm (alg) is none with a public key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it does not name its key (kid)';
  return 'its signature does not hold';
}
