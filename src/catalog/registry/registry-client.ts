import { z } from 'zod';
import { isSafeAddress } from '../../doors/safe-address.ts';
import type { Clock } from '../../doors/time.ts';
import type { RegistryAccess } from '../../registry-settings.ts';
import { type BoundedAnswer, fetchBounded } from '../bounded-fetch.ts';
import { type BearerChallenge, readChallenge } from './challenge.ts';

export interface RegistryClient {
  /** GET below `/v2/REPOSITORY/`; answers 2xx, or rejects with what the registry said. */
  readonly get: (repository: string, path: string, accept?: string, signal?: AbortSignal) => Promise<BoundedAnswer>;
  /** The same without a body, which no registry counts as a pull. */
  readonly head: (repository: string, path: string, accept?: string, signal?: AbortSignal) => Promise<BoundedAnswer>;
}

/** Manifests and configs of images; the distribution spec lets a registry refuse manifests above 4 MB. */
const bounds = { timeoutMs: 10_000, limitBytes: 4_000_000 };
const mostRedirects = 3;
const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

/** Reads one registry (OCI distribution spec) anonymously, by basic authentication, or by tokens of the service it names. */
export function createRegistryClient(access: RegistryAccess, clock: Clock): RegistryClient {
  const tokens = new Map<string, { readonly value: string; readonly untilMs: number }>();
  const basic = (): string | undefined =>
    access.login === undefined
      ? undefined
      : `Basic ${Buffer.from(`${access.login.username}:${access.login.password()}`).toString('base64')}`;
  const isAllowed = (url: string) =>
    isSafeAddress(url) || (access.insecure && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol));

  const fetchToken = async (repository: string, challenge: BearerChallenge, signal: AbortSignal | undefined) => {
    if (!isAllowed(challenge.realm)) throw new Error('it asks for a login at an address that is not https');
    const url = new URL(challenge.realm);
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', challenge.scope ?? `repository:${repository}:pull`);
    const login = basic();
    const headers: Readonly<Record<string, string>> = login === undefined ? {} : { authorization: login };
    const answer = await fetchBounded(url, { ...bounds, headers, signal });
    if (answer.status !== 200) throw new Error(`its login answered ${answer.status}`);
    const { token, access_token: other, expires_in: seconds = 60 } = readAs(tokenSchema, answer.text, 'login');
    const value = token ?? other;
    if (value === undefined) throw new Error('its login answered without a token');
    // Never a token that ends on the way.
    tokens.set(repository, { value, untilMs: clock.now() + (seconds - 10) * 1_000 });
    return `Bearer ${value}`;
  };
  const knownToken = (repository: string): string | undefined => {
    const known = tokens.get(repository);
    return known !== undefined && known.untilMs > clock.now() ? `Bearer ${known.value}` : undefined;
  };

  /** Blobs are often kept elsewhere; whoever keeps them is not told who asks. */
  const follow = async (first: BoundedAnswer, from: string, signal: AbortSignal | undefined) => {
    let answer = first;
    let at = from;
    for (let redirects = 0; answer.status >= 300 && answer.status < 400; redirects += 1) {
      const location = answer.headers.get('location');
      if (location === null || redirects === mostRedirects || !URL.canParse(location, at))
        throw new Error(`it answered ${answer.status} and leads nowhere`);
      at = new URL(location, at).href;
      if (!isAllowed(at)) throw new Error('it leads to an address that is not https');
      answer = await fetchBounded(at, { ...bounds, signal });
    }
    return answer;
  };

  const asking =
    (method: 'GET' | 'HEAD'): RegistryClient['get'] =>
    async (repository, path, accept, signal) => {
      const url = `${access.url}/v2/${repository}/${path}`;
      const ask = (authorization: string | undefined) =>
        fetchBounded(url, {
          ...bounds,
          method,
          signal,
          headers: {
            ...(accept === undefined ? {} : { accept }),
            ...(authorization === undefined ? {} : { authorization }),
          },
        });
      let answer = await ask(knownToken(repository));
      if (answer.status === 401) {
        const challenge = readChallenge(answer.headers.get('www-authenticate'));
        if (challenge.kind === 'bearer') answer = await ask(await fetchToken(repository, challenge, signal));
        else if (challenge.kind === 'basic' && access.login !== undefined) answer = await ask(basic());
      }
      answer = await follow(answer, url, signal);
      if (answer.status === 401 || answer.status === 403)
        throw new Error(`it does not let ${access.login?.username ?? 'anybody'} read ${repository} (${answer.status})`);
      if (answer.status !== 200) throw new Error(`it answered ${answer.status} for ${repository}/${path}`);
      return answer;
    };

  return { get: asking('GET'), head: asking('HEAD') };
}

/** Reads what a registry answered; rejects with words for people where it is something else. */
export function readAs<S extends z.ZodType>(schema: S, text: string, what: string): z.infer<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`its ${what} is not JSON`, { cause: error });
  }
  const read = schema.safeParse(value);
  if (!read.success) throw new Error(`its ${what} is not as the OCI specifications say`);
  return read.data;
}
