import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { readBody } from '../../doors/http.ts';
import { jsonObjectSchema } from './message.ts';

/** A call as it came in, whatever its encoding; `token` only from where Slack looks for it. */
export interface Sent {
  readonly token: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly warning?: string;
}

/** The call in a request: query, form, multipart or JSON. Slack takes no token from a JSON body. `error` is Slack's word for a body that cannot be read. */
export async function readCall(request: IncomingMessage, url: URL): Promise<Sent | { readonly error: string }> {
  const body = await readBody(request);
  if (body === null) return { error: 'request_too_large' };
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
  const query: Record<string, unknown> = Object.fromEntries(url.searchParams);
  if (request.method === 'GET' || body.length === 0) return withToken(query, bearer);
  if (type.startsWith('application/json')) {
    const parsed = readJson(body.toString());
    if (parsed === undefined) return { error: 'invalid_json' };
    const values = jsonObjectSchema.safeParse(parsed);
    if (!values.success) return { error: 'json_not_object' };
    const warning = type.includes('charset=') ? {} : { warning: 'missing_charset' };
    return { token: bearer, values: { ...query, ...values.data }, ...warning };
  }
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    })
      .formData()
      .catch(() => null);
    return form === null
      ? { error: 'invalid_form_data' }
      : withToken({ ...query, ...Object.fromEntries(form) }, bearer);
  }
  if (type === '' || type.startsWith('application/x-www-form-urlencoded'))
    return withToken({ ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) }, bearer);
  return { error: 'invalid_post_type' };
}

function withToken(values: Readonly<Record<string, unknown>>, bearer: string | null): Sent {
  const { token, ...others } = values;
  return { token: bearer ?? (typeof token === 'string' ? token : null), values: others };
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const parsed = (value: unknown) => (typeof value === 'string' ? readJson(value) : value);

/** Text; a JSON number is taken as it is written. */
export const text = z.preprocess(
  (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
  z.string(),
);
/** `true`, `1` and a JSON true are yes. */
export const flag = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === 1 || value === 'true' || value === '1');
/** A JSON object, or one written as a string inside of a form. */
export const json = z.preprocess(parsed, jsonObjectSchema);
export const jsonList = z.preprocess(parsed, z.array(jsonObjectSchema));
/** `a,b,c`, or a JSON list of names. */
export const names = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value),
  z.array(z.string()),
);
export const paging = { cursor: text.default(''), limit: z.coerce.number().int().min(0).default(0) };
