import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseManifests } from '../../../src/doors/yaml.ts';
import { type Api, applyPatch, openApi, pathOf } from '../api.ts';
import { kubeconfigOf } from './control-plane.ts';

const manifestSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().default('') }),
});
const tokenSchema = z.object({ status: z.object({ token: z.string() }) });
const needed = ['Namespace', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'];
/** What stands in the manifests under their own names may be in use on a cluster that was given. */
const trialName = 'sluice-rights-trial';

export interface Reader {
  /** Path of a kubeconfig that has the rights of the manifests, and nothing else. */
  readonly kubeconfig: string;
  readonly revoke: () => Promise<void>;
}

/** Gives the rights of `manifests/base/rbac.yaml` to a ServiceAccount of its own. */
export async function grantReader(api: Api, root: string, folder: string): Promise<Reader> {
  const text = ['namespace.yaml', 'rbac.yaml']
    .map((name) => readFileSync(join(root, 'manifests', 'base', name), 'utf8'))
    .join('\n---\n')
    // As an overlay puts it into its namespace.
    .replace(/^(kind: ServiceAccount\nmetadata:\n) {2}name: sluice$/m, '$1  name: sluice\n  namespace: sluice');
  // The rule for what an operator knows is an example in a comment: here it is meant.
  const withSites = text
    .replaceAll(/^ {2}# (- apiGroups: \[)database\.example\.org/gm, '  $1apps.example.com')
    .replaceAll(/^ {2}# ( +resources: \[)postgresqlinstances/gm, '  $1sites')
    .replaceAll(/^ {2}# ( +verbs: \[list, watch\])/gm, '  $1');
  const renamed = withSites.replaceAll(/\b(name|namespace): sluice(-watch)?$/gm, `$1: ${trialName}`);
  const documents = (parseManifests(renamed) ?? []).flatMap((document) => {
    const { kind, metadata } = manifestSchema.parse(document);
    return needed.includes(kind) ? [{ document, path: pathOf(kind, metadata.namespace, metadata.name) }] : [];
  });
  for (const { document, path } of documents) {
    const body = { type: applyPatch, text: JSON.stringify(document) };
    await api.must('PATCH', `${path}?fieldManager=sluice-test&force=true`, body);
  }
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  const path = `${pathOf('ServiceAccount', trialName, trialName)}/token`;
  const answer = await api.must('POST', path, { type: 'application/json', text: JSON.stringify(request) });
  const kubeconfig = join(folder, 'reader.kubeconfig');
  const { token } = tokenSchema.parse(answer).status;
  writeFileSync(kubeconfig, kubeconfigOf(api.server, token, api.authority), { mode: 0o600 });
  return {
    kubeconfig,
    revoke: async () => {
      for (const each of documents.toReversed()) await api.call('DELETE', each.path);
    },
  };
}

export interface Trial {
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

type Attempt = readonly [verb: string, method: string, path: string, body?: string];

const watched = [
  ...['GitRepository', 'OCIRepository', 'ExternalArtifact', 'Kustomization'],
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'],
];

function readsOf(kind: string): Attempt[] {
  return [
    ['list', 'GET', `${pathOf(kind, '')}?limit=1`],
    ['watch', 'GET', `${pathOf(kind, '')}?watch=true&timeoutSeconds=1`],
  ];
}

function writesOf(kind: string): Attempt[] {
  const one = pathOf(kind, 'default', 'sluice-trial');
  const object = JSON.stringify({ metadata: { name: 'sluice-trial', namespace: 'default' } });
  return [
    ['create', 'POST', pathOf(kind, 'default'), object],
    ['patch', 'PATCH', one, '{"metadata":{"labels":{"a":"b"}}}'],
    ['patch the status of', 'PATCH', `${one}/status`, '{"status":{}}'],
    ['update', 'PUT', one, object],
    ['delete', 'DELETE', one],
    ['delete all of', 'DELETE', pathOf(kind, 'default')],
  ];
}

const others: readonly Attempt[] = [
  ['exec into a Pod', 'POST', `${pathOf('Pod', 'default', 'sluice-trial')}/exec?command=id`],
  ['evict a Pod', 'POST', `${pathOf('Pod', 'default', 'sluice-trial')}/eviction`, '{}'],
  ['scale a Deployment', 'PATCH', `${pathOf('Deployment', 'default', 'sluice-trial')}/scale`, '{}'],
  ['list Secrets', 'GET', pathOf('Secret', '')],
  ['list ConfigMaps', 'GET', pathOf('ConfigMap', '')],
];

/** Tries with the reader's token what watching needs, and what it must not do. */
export async function tryRights(reader: string): Promise<Trial[]> {
  const api = openApi(reader);
  const refused = async ([, method, path, text]: Attempt) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { status } = await api.call(method, path, text === undefined ? undefined : { type, text });
    return status === 401 || status === 403;
  };
  const trial = async (expected: string, may: readonly Attempt[], mayNot: readonly Attempt[]): Promise<Trial> => {
    const wrong: string[] = [];
    for (const attempt of may) if (await refused(attempt)) wrong.push(`${attempt[0]} is refused`);
    for (const attempt of mayNot) if (!(await refused(attempt))) wrong.push(`${attempt[0]} is allowed`);
    return { expected, seen: wrong.join(', ') || expected, ok: wrong.length === 0 };
  };
  const trials: Trial[] = [];
  for (const kind of watched)
    trials.push(await trial(`${kind} is listed and watched; no write is allowed`, readsOf(kind), writesOf(kind)));
  return [...trials, await trial('nothing else is allowed', [], others)];
}
