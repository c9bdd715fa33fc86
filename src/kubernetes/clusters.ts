import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { ClusterConfig } from '../config.ts';

export interface ApiRequest {
  readonly signal?: AbortSignal;
  readonly method?: 'GET' | 'PATCH' | 'POST';
  readonly body?: string;
  readonly contentType?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number;
  readonly body: AsyncIterable<Buffer>;
}

/** One API server, spoken to with the credentials of its kubeconfig. */
export interface ClusterApi {
  /** Rejects when nothing answers; whatever was answered, also a refusal, is returned. */
  readonly request: (path: string, options?: ApiRequest) => Promise<ApiAnswer>;
}

interface Access {
  readonly server: string;
  readonly apply: (options: RequestOptions) => Promise<void>;
}

/** Opens a cluster lazily: the kubeconfig is read at the first request, and again after a 401, as tokens are rotated. */
export function openCluster(config: ClusterConfig): ClusterApi {
  let access: Promise<Access> | undefined;
  return {
    request: async (path, options = {}) => {
      access ??= loadAccess(config);
      let current: Access;
      try {
        current = await access;
      } catch (error) {
        access = undefined;
        throw error;
      }
      const answer = await send(current, path, options);
      if (answer.status === 401) access = undefined;
      return answer;
    },
  };
}

/** client-node takes 65 MB and 300–500 ms to load, so only what watches clusters loads it. */
async function loadAccess(config: ClusterConfig): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeconfig = new KubeConfig();
  if (config.kubeconfig === undefined) kubeconfig.loadFromCluster();
  else kubeconfig.loadFromFile(config.kubeconfig);
  if (config.context !== undefined) {
    if (kubeconfig.getContextObject(config.context) === null)
      throw new Error(`the kubeconfig has no context "${config.context}"`);
    kubeconfig.setCurrentContext(config.context);
  }
  const cluster = kubeconfig.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster for its current context');
  return {
    server: cluster.server.replace(/\/+$/, ''),
    apply: (options) => kubeconfig.applyToHTTPSOptions(options),
  };
}

async function send(access: Access, path: string, request: ApiRequest): Promise<ApiAnswer> {
  const options: RequestOptions = {};
  // The credentials come first: exec plugins run here, and http:// without insecure-skip-tls-verify is refused here.
  await access.apply(options);
  options.method = request.method ?? 'GET';
  options.headers = {
    ...options.headers,
    accept: 'application/json',
    'user-agent': 'sluice',
    ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
  };
  if (request.signal !== undefined) options.signal = request.signal;
  const url = new URL(access.server + path);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = (url.protocol === 'http:' ? requestHttp : requestHttps)(url, options, resolve);
    // Stays after the answer has begun: a connection that breaks later must not be an uncaught error.
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
  const seconds = Number(answer.headers['retry-after']);
  return {
    status: answer.statusCode ?? 0,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
    body: answer,
  };
}

const bodyLimitBytes = 64_000_000;

/** The whole body as JSON; rejects where it is cut short, too large or no JSON. */
export async function readJson(answer: ApiAnswer): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > bodyLimitBytes) throw new Error(`an answer of the API server has more than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return parsed;
}
