import { z } from 'zod';
import { messageOf } from '../../doors/errors.ts';
import { isSafeAddress } from '../../doors/safe-address.ts';
import type { Clock } from '../../doors/time.ts';
import { fetchBounded } from '../bounded-fetch.ts';

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });
export type KeySet = z.infer<typeof keySetSchema>;

export type Keys =
  | { readonly kind: 'keys'; readonly keys: KeySet }
  | { readonly kind: 'unreachable'; readonly because: string };

export interface IssuerKeys {
  /** The keys as they are known; read again where they are ten minutes old. */
  readonly current: () => Promise<Keys>;
  /** Read again, because a token names one that is not among them; at most every 10 s, else as they are known. */
  readonly renewed: () => Promise<Keys>;
}

const freshMs = 10 * 60_000;
/** For so long an issuer that is away takes back none of its keys. */
const staleMs = 60 * 60_000;
const restMs = 10_000;
const bounds = { timeoutMs: 5_000, limitBytes: 256_000 };

/** The public keys of an issuer (OpenID Connect Discovery 1.0, RFC 7517): bounded in time and size, fetched once for all who wait. */
export function createIssuerKeys(issuer: string, jwks: string | undefined, clock: Clock): IssuerKeys {
  let known: { readonly keys: KeySet; readonly atMs: number } | null = null;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let because = '';
  let reading: Promise<void> | null = null;

  const read = (): Promise<void> => {
    triedAtMs = clock.now();
    reading ??= readKeys(issuer, jwks)
      .then(
        (keys) => {
          known = { keys, atMs: clock.now() };
        },
        (error) => {
          because = messageOf(error);
        },
      )
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const found = (): Keys =>
    known !== null && clock.now() - known.atMs < staleMs
      ? { kind: 'keys', keys: known.keys }
      : { kind: 'unreachable', because };
  const mayTry = () => reading !== null || clock.now() - triedAtMs >= restMs;

  return {
    current: async () => {
      const isFresh = known !== null && clock.now() - known.atMs < freshMs;
      if (!isFresh && mayTry()) await read();
      return found();
    },
    renewed: async () => {
      if (mayTry()) await read();
      return found();
    },
  };
}

async function readKeys(issuer: string, jwks: string | undefined): Promise<KeySet> {
  const from = jwks ?? (await discovered(issuer));
  return keySetSchema.parse(await readJson(from), { error: () => `${from} holds no key set` });
}

async function discovered(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const read = z.object({ issuer: z.string(), jwks_uri: z.string() }).safeParse(await readJson(url));
  if (!read.success || read.data.issuer !== issuer) throw new Error(`${url} is not that of ${issuer}`);
  if (!isSafeAddress(read.data.jwks_uri)) throw new Error(`${url} names keys that are not behind https`);
  return read.data.jwks_uri;
}

async function readJson(url: string): Promise<unknown> {
  const { status, text } = await fetchBounded(url, bounds);
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${url} is not JSON`, { cause: error });
  }
}
