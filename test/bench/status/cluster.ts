import { watchedKinds } from '../../../src/kubernetes/kinds.ts';
import type { Cluster } from '../../../src/playground/cluster/cluster.ts';
import { startTinyApi, type TinyApi, type TinyObject } from '../../support/tiny-api.ts';

/** The objects of a cluster as they are now, behind an API in which nothing happens by itself. */
export async function stillCopy(cluster: Cluster): Promise<TinyApi> {
  const api = await startTinyApi();
  const config = JSON.parse(JSON.stringify(cluster.kubeconfig()));
  const headers = { authorization: `Bearer ${config.users[0].user.token}` };
  for (const { kind, group, version, plural } of watchedKinds) {
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const answer = await fetch(`${cluster.url}${base}/${plural}`, { headers });
    if (!answer.ok) continue;
    const { items }: { items: TinyObject[] } = JSON.parse(await answer.text());
    for (const item of items) api.put({ ...item, kind });
  }
  return api;
}

/** Writes statuses as kustomize-controller and source-controller do. */
export function fluxOf(api: TinyApi, commit: string) {
  const revision = `main@sha1:${commit}`;
  const at = '2026-06-01T12:00:00Z';
  const find = (kind: string, name: string) =>
    api.objects().find((each) => each.kind === kind && each.metadata.name === name) ?? missing(name);
  const write = (
    object: TinyObject,
    status: object,
    ready: readonly [status: string, reason: string, message: string],
  ) => {
    const [is, reason, message] = ready;
    const condition = { type: 'Ready', status: is, reason, message, observedGeneration: 1, lastTransitionTime: at };
    api.put({
      ...object,
      status: { ...Object(object['status']), ...status, observedGeneration: 1, conditions: [condition] },
    });
  };
  return {
    fetched: (source: string) =>
      write(find('GitRepository', source), { artifact: { revision } }, ['True', 'Succeeded', 'stored artifact']),
    applied: (name: string) =>
      write(find('Kustomization', name), { lastAttemptedRevision: revision, lastAppliedRevision: revision }, [
        ...(['True', 'ReconciliationSucceeded'] as const),
        `Applied revision: ${revision}`,
      ]),
    failed: (name: string, message: string) =>
      write(find('Kustomization', name), { lastAttemptedRevision: revision }, ['False', 'BuildFailed', message]),
    /** Another Kustomization, that has nothing to do with any service. */
    other: (number: number, message: string) =>
      write(
        {
          kind: 'Kustomization',
          metadata: { namespace: 'flux-system', name: `other-${number}` },
          spec: { path: `./others/${number}`, sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
        },
        { lastAttemptedRevision: revision },
        ['False', 'BuildFailed', message],
      ),
  };
}

function missing(name: string): never {
  throw new Error(`the cluster has no ${name}`);
}
