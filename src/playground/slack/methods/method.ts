import type { z } from 'zod';
import type { Company } from '../company.ts';
import type { Files } from '../files.ts';
import type { InstalledApp } from '../manifest.ts';
import type { Store } from '../store.ts';
import type { TokenKind } from '../tokens.ts';
import type { Triggers } from '../triggers.ts';
import type { Views } from '../views.ts';

/** The rooms of the workspace that methods work on. */
export interface Workspace {
  readonly company: Company;
  readonly installed: InstalledApp;
  readonly store: Store;
  readonly files: Files;
  readonly triggers: Triggers;
  readonly views: Views;
  /** The url of the workspace as people open it. */
  readonly teamUrl: string;
  /** A wss url that opens one socket once; `host` is where the caller found us. */
  readonly ticketUrl: (host: string) => string;
  readonly newId: () => string;
}

export interface Call {
  readonly workspace: Workspace;
  /** Where the caller found us: host and port. */
  readonly host: string;
}

/** `ok`, and what Slack puts beside it. */
export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };

export interface Method {
  readonly token: TokenKind | 'none';
  /** One of these is enough; none where any token will do. */
  readonly scope: readonly string[];
  readonly schema: z.ZodType;
  readonly call: (values: unknown, call: Call) => Answer;
}

/** One line of the table of methods: who may call it, what it takes, what it does. */
export function method<S extends z.ZodType>(line: {
  readonly token?: TokenKind | 'none';
  readonly scope: readonly string[];
  readonly schema: S;
  readonly run: (args: z.output<S>, call: Call) => Answer;
}): Method {
  return {
    token: line.token ?? 'bot',
    scope: line.scope,
    schema: line.schema,
    call(values, call) {
      const args = line.schema.safeParse(values);
      return args.success ? line.run(args.data, call) : invalidArguments(args.error);
    },
  };
}

export const answer = (fields: Readonly<Record<string, unknown>> = {}): Answer => ({ ok: true, ...fields });

export const fail = (error: string, fields: Readonly<Record<string, unknown>> = {}): Answer => ({
  ok: false,
  error,
  ...fields,
});

function invalidArguments(error: z.ZodError): Answer {
  const messages = error.issues.map(({ path, message, code }) =>
    code === 'invalid_type' && /received (undefined|NaN)/.test(message)
      ? `[ERROR] missing required field: ${path.join('/')}`
      : `[ERROR] ${message} [json-pointer:/${path.join('/')}]`,
  );
  return fail('invalid_arguments', { response_metadata: { messages } });
}

/** What Slack says where the token opens the method, but not for this kind of conversation. */
export const missingScope = (needed: string, { workspace }: Call): Answer =>
  fail('missing_scope', { needed, provided: [...workspace.installed.scopes].join(',') });
