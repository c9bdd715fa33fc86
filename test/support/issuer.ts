import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface Issuer {
  readonly url: string;
  /** Whether it answers, and with what; how often its keys were read. */
  readonly control: { answer: 'keys' | 'too much' | 'another issuer' | 500; reads: number };
  /** A token with these claims beside `iss`, signed with the newest key, or an older one by its number. */
  readonly sign: (
    claims: Readonly<Record<string, unknown>>,
    header?: { readonly kid?: string; readonly key?: number },
  ) => Promise<string>;
  /** From now on signs with a new key; `published` says whether the old ones are shown still. */
  readonly rotate: (published: 'all' | 'new') => Promise<void>;
  /** What it shows as its keys. */
  readonly keys: () => readonly JWK[];
  readonly close: () => Promise<void>;
}

/** An OpenID Connect issuer with a discovery document and a key set, on this machine. */
export async function startIssuer(): Promise<Issuer> {
  const pairs: Awaited<ReturnType<typeof generateKeyPair>>[] = [];
  let shown: JWK[] = [];
  const control: Issuer['control'] = { answer: 'keys', reads: 0 };
  const server = createServer((request, response) => {
    if (control.answer === 500) return void response.writeHead(500).end();
    if (request.url === '/.well-known/openid-configuration') {
      const issuer = control.answer === 'another issuer' ? 'http://127.0.0.1:1' : url;
      return void response.end(JSON.stringify({ issuer, jwks_uri: `${url}/keys` }));
    }
    control.reads += 1;
    const filler = control.answer === 'too much' ? 'x'.repeat(300_000) : '';
    response.end(JSON.stringify({ keys: shown, filler }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rotate: Issuer['rotate'] = async (published) => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    const kid = `key-${pairs.push(pair)}`;
    shown = [
      ...(published === 'all' ? shown : []),
      { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' },
    ];
  };
  await rotate('new');
  return {
    url,
    control,
    rotate,
    keys: () => shown,
    sign: (claims, { key = pairs.length, kid = `key-${key}` } = {}) => {
      const pair = pairs[key - 1];
      if (pair === undefined) throw new Error(`there is no key ${key}`);
      return new SignJWT({ iss: url, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(pair.privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
