import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../doors/http.ts';
import { pause } from '../../doors/time.ts';
import { requestUrl } from '../request-url.ts';
import { readCall, readJson, type Sent } from './arguments.ts';
import type { Calls } from './calls.ts';
import type { Fault, Faults } from './faults.ts';
import { type Answer, fail, type Workspace } from './methods/method.ts';
import { methods } from './methods/table.ts';
import type { RateLimits } from './rate-limits.ts';
import type { ResponseUrls } from './response-urls.ts';
import { type Tokens, tokenProblem } from './tokens.ts';

const fileLimitBytes = 5_000_000;

interface Ports {
  readonly workspace: Workspace;
  readonly tokens: Tokens;
  /** False once the app was disabled. */
  readonly enabled: () => boolean;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly responseUrls: ResponseUrls;
  readonly calls: Calls;
}

interface Result {
  readonly status: number;
  readonly body: string | Answer | Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Everything that apps call: the Web API below /api/, and response urls. */
export function createWebApi(ports: Ports) {
  const { workspace } = ports;

  async function callMethod(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const name = url.pathname.slice('/api/'.length);
    const sent = await readCall(request, url);
    const values = 'error' in sent ? {} : sent.values;
    const host = hostOf(request);
    const run = () => ('error' in sent ? { status: 200, body: fail(sent.error) } : runMethod(name, sent, host));
    await answerOrHang(name, values, run, response);
  }

  function runMethod(name: string, sent: Sent, host: string): Result {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) return { status: 200, body: fail('unknown_method', { req_method: name }) };
    if (method.token !== 'none') {
      const problem = tokenProblem(sent.token, method.token, ports.tokens, ports.enabled());
      if (problem !== null) return { status: 200, body: fail(problem) };
    }
    const scopes = method.token === 'app' ? new Set(['connections:write']) : workspace.installed.scopes;
    const headers = { 'x-oauth-scopes': [...scopes].join(','), 'x-accepted-oauth-scopes': method.scope.join(',') };
    if (method.scope.length > 0 && !method.scope.some((scope) => scopes.has(scope))) {
      const body = fail('missing_scope', { needed: method.scope[0], provided: [...scopes].join(',') });
      return { status: 200, body, headers };
    }
    const wait = ports.rateLimits.take(name, String(sent.values['channel']));
    if (wait > 0) return rateLimited(wait);
    const answer = method.call(sent.values, { workspace, host });
    return { status: 200, body: sent.warning === undefined ? answer : warned(answer, sent.warning), headers };
  }

  /** Runs it in the trouble that a test ordered; null where no answer ever comes. */
  async function throughFaults(name: string, run: () => Result): Promise<Result | null> {
    const fault = ports.faults.next(name);
    if (fault === undefined) return run();
    const result = fault.after || fault.kind === 'delay' ? run() : null;
    if (fault.kind === 'hang') return null;
    if (fault.kind === 'fail' || result === null) return failed(fault);
    await pause(fault.delayMs);
    return result;
  }

  async function answerOrHang(
    method: string,
    args: Readonly<Record<string, unknown>>,
    run: () => Result,
    response: ServerResponse,
  ): Promise<void> {
    const result = await throughFaults(method, run);
    const problem = typeof result?.body === 'object' ? result.body['error'] : undefined;
    const error = typeof problem === 'string' ? { error: problem } : {};
    ports.calls.add({ method, args, status: result?.status ?? 0, ...error });
    if (result !== null) send(response, result);
  }

  async function receiveResponse(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const body = await readBody(request);
    const payload = body === null ? undefined : readJson(body.toString());
    const run = () => ports.responseUrls.receive(url.pathname, payload);
    await answerOrHang('response_url', { payload }, run, response);
  }

  /** The bytes of a file, raw or as the one part of a form; the address is the permission. */
  async function receiveFile(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const body = await readBody(request, fileLimitBytes);
    const bytes = body === null ? null : await fileIn(body, request.headers['content-type'] ?? '');
    const run = (): Result => {
      const size = bytes === null ? null : workspace.files.receive(url.pathname.split('/').at(-1) ?? '', bytes);
      return size === null ? { status: 400, body: 'Bad Request' } : { status: 200, body: `OK - ${size}` };
    };
    await answerOrHang('upload', { size: bytes?.length ?? 0 }, run, response);
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = requestUrl(request);
    if (url.pathname.startsWith('/upload/v1/') && request.method === 'POST') return receiveFile(request, response, url);
    if (url.pathname.startsWith('/api/') && (request.method === 'POST' || request.method === 'GET'))
      return callMethod(request, response, url);
    if (/^\/(commands|actions)\//.test(url.pathname) && request.method === 'POST')
      return receiveResponse(request, response, url);
    send(response, { status: 404, body: 'not found' });
  };
}

async function fileIn(body: Buffer, type: string): Promise<Buffer | null> {
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => null);
  const [part] = [...(form?.values() ?? [])].filter((value) => typeof value !== 'string');
  return part === undefined ? null : Buffer.from(await part.arrayBuffer());
}

function failed(fault: Fault): Result {
  if (fault.status === 429) return rateLimited(fault.retryAfterSeconds ?? 1);
  return { status: fault.status, body: fail(fault.error) };
}

const rateLimited = (seconds: number): Result => ({
  status: 429,
  body: fail('ratelimited'),
  headers: { 'retry-after': String(seconds) },
});

function warned(answer: Answer, warning: string): Answer {
  const metadata = answer['response_metadata'];
  return {
    ...answer,
    warning,
    response_metadata: { ...(typeof metadata === 'object' ? metadata : {}), warnings: [warning] },
  };
}

/** Where the caller found us; anything but a plain host and port would end up in urls. */
function hostOf(request: IncomingMessage): string {
  const { host = '' } = request.headers;
  return /^([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i.test(host) ? host : 'localhost';
}

function send(response: ServerResponse, { status, body, headers = {} }: Result): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
