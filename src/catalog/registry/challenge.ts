export interface BearerChallenge {
  readonly kind: 'bearer';
  /** Where a token is had. */
  readonly realm: string;
  readonly service?: string;
  readonly scope?: string;
}

/** What a registry answers to somebody it does not know (`WWW-Authenticate`). */
export type Challenge = { readonly kind: 'basic' } | BearerChallenge | { readonly kind: 'unknown' };

/** Reads `Bearer realm="https://auth.example.com/token",service="registry",scope="repository:web:pull"` (RFC 9110 §11.6.1). */
export function readChallenge(header: string | null): Challenge {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header?.slice(0, 4_000) ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { kind: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'unknown' };
  const parts = new Map(
    [...rest.matchAll(/([A-Za-z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g)].map(
      ([, name = '', quoted, plain]) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''] as const,
    ),
  );
  const [realm, service, scope] = ['realm', 'service', 'scope'].map((name) => parts.get(name));
  if (realm === undefined) return { kind: 'unknown' };
  return {
    kind: 'bearer',
    realm,
    ...(service === undefined ? {} : { service }),
    ...(scope === undefined ? {} : { scope }),
  };
}
