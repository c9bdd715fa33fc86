import { randomBytes } from 'node:crypto';

export interface Tokens {
  readonly bot: string;
  readonly app: string;
  /** By which the app tells requests of this workspace from others. */
  readonly signingSecret: string;
}

export type TokenKind = 'bot' | 'app';

/** Tokens of the shape of real ones, so that whoever masks or checks by shape meets what they will meet later. */
export function newTokens(appId: string): Tokens {
  const digits = () => String(randomBytes(6).readUIntBE(0, 6)).padStart(13, '1').slice(0, 13);
  return {
    bot: `xoxb-${digits()}-${digits()}-${randomBytes(18).toString('base64url').replaceAll(/[-_]/g, 'x')}`,
    signingSecret: newSigningSecret(),
    app: `xapp-1-${appId}-${digits()}-${randomBytes(32).toString('hex')}`,
  };
}

export const newSigningSecret = () => randomBytes(16).toString('hex');

/** Slack's word for what is wrong with the token of a call, or null where it opens the method. */
export function tokenProblem(
  token: string | null,
  wanted: TokenKind,
  tokens: Pick<Tokens, TokenKind>,
  enabled: boolean,
): string | null {
  if (token === null) return 'not_authed';
  if (token !== tokens.bot && token !== tokens.app) return 'invalid_auth';
  if (!enabled) return 'account_inactive';
  return token === tokens[wanted] ? null : 'not_allowed_token_type';
}
