import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export type Body = { readonly type: string; readonly text: string };

export interface Api {
  readonly server: string;
  /** Of the server, in base64; null where it is not verified. */
  readonly authority: string | null;
  readonly call: (method: string, path: string, body?: Body) => Promise<Answer>;
  /** As `call`, but anything else than success is thrown. */
  readonly must: (method: string, path: string, body?: Body) => Promise<unknown>;
  /** Null where there is none. */
  readonly get: (path: string) => Promise<unknown>;
}

/** The API server of a kubeconfig, with all the rights that it gives. */
export function openApi(file: string, context?: string): Api {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromString(readFileSync(file, 'utf8'));
  if (context !== undefined) kubeconfig.setCurrentContext(context);
  const cluster = kubeconfig.getCurrentCluster();
  const server = cluster?.server.replace(/\/+$/, '') ?? '';
  const named = cluster?.caFile === undefined ? null : readFileSync(cluster.caFile).toString('base64');
  const authority = cluster?.caData ?? named;
  const call: Api['call'] = async (method, path, body) => {
    const options: RequestOptions = {};
    await kubeconfig.applyToHTTPSOptions(options);
    options.method = method;
    options.headers = {
      ...options.headers,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': body.type }),
    };
    const url = new URL(server + path);
    return await new Promise<Answer>((resolve, reject) => {
      const outgoing = (url.protocol === 'http:' ? requestHttp : requestHttps)(url, options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () =>
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      outgoing.once('error', reject);
      outgoing.end(body?.text);
    });
  };
  const must: Api['must'] = async (method, path, body) => {
    const { status, text } = await call(method, path, body);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 400)}`);
    const parsed: unknown = text === '' ? null : JSON.parse(text);
    return parsed;
  };
  const get: Api['get'] = async (path) => {
    const { status, text } = await call('GET', path);
    if (status === 404) return null;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text.slice(0, 400)}`);
    const parsed: unknown = JSON.parse(text);
    return parsed;
  };
  return { server, authority, call, must, get };
}

export const mergePatch = 'application/merge-patch+json';
export const strategicPatch = 'application/strategic-merge-patch+json';
export const applyPatch = 'application/apply-patch+yaml';

const homes: Readonly<Record<string, string>> = {
  Namespace: '/api/v1',
  Node: '/api/v1',
  Pod: '/api/v1',
  ServiceAccount: '/api/v1',
  Secret: '/api/v1',
  ConfigMap: '/api/v1',
  Deployment: '/apis/apps/v1',
  StatefulSet: '/apis/apps/v1',
  DaemonSet: '/apis/apps/v1',
  Job: '/apis/batch/v1',
  CronJob: '/apis/batch/v1',
  OCIRepository: '/apis/source.toolkit.fluxcd.io/v1',
  ExternalArtifact: '/apis/source.toolkit.fluxcd.io/v1',
  GitRepository: '/apis/source.toolkit.fluxcd.io/v1',
  Kustomization: '/apis/kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: '/apis/helm.toolkit.fluxcd.io/v2',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1',
  Site: '/apis/apps.example.com/v1',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1',
};

/** The path of a kind, in a namespace or, with an empty one, over all. */
export function pathOf(kind: string, namespace: string, name = ''): string {
  const home = homes[kind];
  if (home === undefined) throw new Error(`no path is known for ${kind}`);
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1).toLowerCase()}ies` : `${kind.toLowerCase()}s`;
  return `${home}${namespace === '' ? '' : `/namespaces/${namespace}`}/${plural}${name === '' ? '' : `/${name}`}`;
}

/** Changes an object as a client of some name does; workloads by strategic merge, what Flux defines by merge. */
export async function patchObject(
  api: Api,
  path: string,
  change: object,
  by: { readonly manager: string; readonly strategic: boolean },
): Promise<void> {
  const type = by.strategic ? strategicPatch : mergePatch;
  await api.must('PATCH', `${path}?fieldManager=${by.manager}`, { type, text: JSON.stringify(change) });
}
