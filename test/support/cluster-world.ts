import { createClusterObjects } from '../../src/kubernetes/cluster-objects.ts';
import type { Expected } from '../../src/kubernetes/expected.ts';
import { watchedKinds } from '../../src/kubernetes/kinds.ts';
import { commitShaSchema } from '../../src/vocabulary/change.ts';
import { releaseIdSchema } from '../../src/vocabulary/release.ts';

/** Three commits, each the child of the one before. */
export const commits = { old: '1'.repeat(40), wanted: '2'.repeat(40), later: '3'.repeat(40) } as const;
const order: readonly string[] = Object.values(commits);
export const isAncestor = (a: string, b: string) => order.includes(a) && order.indexOf(a) <= order.indexOf(b);

export const nowMs = Date.parse('2026-06-01T12:00:00.000Z');
export const revision = (commit: string) => `main@sha1:${commit}`;

export function anExpected(change: Partial<Expected> = {}): Expected {
  return {
    service: 'web',
    environment: 'production',
    cluster: 'prod-eu',
    repository: 'gitops',
    branch: 'main',
    commit: commitShaSchema.parse(commits.wanted),
    image: 'registry.acme.test/web',
    version: '1.4.2',
    paths: ['apps/production/web/kustomization.yaml'],
    release: releaseIdSchema.parse('01J00000000000000000000000'),
    writtenAt: '2026-06-01T11:59:00.000Z',
    ...change,
  };
}

export type Condition = readonly [
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason?: string,
  message?: string,
];
const conditionsOf = (list: readonly Condition[], generation: number) =>
  list.map(([type, status, reason = 'Some', message = '']) => ({
    type,
    status,
    reason,
    message,
    observedGeneration: generation,
    lastTransitionTime: '2026-06-01T11:59:30Z',
  }));

const ready: readonly Condition[] = [['Ready', 'True', 'ReconciliationSucceeded']];

/** A cluster in the making: raw objects go the way that real ones go. Everything has defaults of a finished release of web 1.4.2. */
export function aWorld() {
  const view = createClusterObjects();
  const raw: { readonly kind: string }[] = [];
  const put = (object: { readonly kind: string }) => {
    raw.push(object);
    const kept = watchedKinds.find(({ kind }) => kind === object.kind)?.keep(object);
    if (kept) view.put(kept);
    return world;
  };
  const world = {
    view,
    /** Everything that was put, as an API server would hold it. */
    raw,
    put,
    source: (change: { name?: string; revision?: string; conditions?: readonly Condition[]; spec?: object } = {}) =>
      put({
        kind: 'GitRepository',
        ...{ metadata: { namespace: 'flux-system', name: change.name ?? 'config', generation: 1 } },
        ...{ spec: { interval: '1m', ref: { branch: 'main' }, ...change.spec } },
        ...{
          status: {
            observedGeneration: 1,
            artifact: { revision: change.revision ?? revision(commits.wanted) },
            conditions: conditionsOf(change.conditions ?? ready, 1),
          },
        },
      }),
    kustomization: (
      change: {
        name?: string;
        path?: string;
        attempted?: string;
        applied?: string;
        conditions?: readonly Condition[];
        conditionsFor?: number;
        parent?: string;
        spec?: object;
        status?: object;
        generation?: number;
      } = {},
    ) =>
      put({
        kind: 'Kustomization',
        ...{
          metadata: {
            namespace: 'flux-system',
            name: change.name ?? 'web',
            generation: change.generation ?? 1,
            labels: change.parent === undefined ? {} : fluxLabels('kustomize', change.parent),
          },
          spec: {
            path: change.path ?? './apps/production/web',
            interval: '10m',
            timeout: '2m',
            wait: true,
            sourceRef: { kind: 'GitRepository', name: 'config' },
            ...change.spec,
          },
          status: {
            observedGeneration: change.generation ?? 1,
            lastAttemptedRevision: change.attempted ?? revision(commits.wanted),
            lastAppliedRevision: change.applied ?? change.attempted ?? revision(commits.wanted),
            conditions: conditionsOf(change.conditions ?? ready, change.conditionsFor ?? change.generation ?? 1),
            ...change.status,
          },
        },
      }),
    helmRelease: (
      change: {
        conditions?: readonly Condition[];
        values?: object;
        generation?: number;
        newest?: string;
        spec?: object;
      } = {},
    ) =>
      put({
        kind: 'HelmRelease',
        ...{
          metadata: {
            namespace: 'shop',
            name: 'web',
            generation: change.generation ?? 1,
            labels: fluxLabels('kustomize', 'web'),
          },
          spec: {
            timeout: '5m',
            ...change.spec,
            values: change.values ?? { image: { repository: 'registry.acme.test/web', tag: '1.4.2' } },
          },
          status: {
            observedGeneration: 1,
            history: [{ status: change.newest ?? 'deployed' }],
            conditions: conditionsOf(change.conditions ?? ready, 1),
          },
        },
      }),
    workload: (
      change: {
        kind?: string;
        name?: string;
        image?: string;
        wanted?: number;
        status?: object;
        spec?: object;
        conditions?: readonly Condition[];
        helm?: boolean;
        kustomization?: string;
        namespace?: string;
        owners?: readonly object[];
        deleting?: boolean;
        /** The kind of what made it, as Flagger makes the copy that serves. */
        ownedBy?: string;
        annotations?: Readonly<Record<string, string>>;
      } = {},
    ) => {
      const wanted = change.wanted ?? 2;
      const name = change.name ?? 'web';
      const template = { spec: { containers: [{ name, image: change.image ?? 'registry.acme.test/web:1.4.2' }] } };
      const replicas = { replicas: wanted, updatedReplicas: wanted, readyReplicas: wanted, availableReplicas: wanted };
      return put({
        kind: change.kind ?? 'Deployment',
        ...{
          metadata: {
            namespace: change.namespace ?? 'shop',
            name,
            generation: 2,
            ...(change.deleting ? { deletionTimestamp: '2026-06-01T12:00:00Z' } : {}),
            ...(change.ownedBy === undefined
              ? {}
              : { ownerReferences: [{ kind: change.ownedBy, name: 'web', controller: true }] }),
            labels: change.helm
              ? fluxLabels('helm', 'web', 'shop')
              : fluxLabels('kustomize', change.kustomization ?? 'web'),
            ...(change.annotations === undefined ? {} : { annotations: change.annotations }),
            managedFields: change.owners ?? [fluxFields(name)],
          },
          spec: { replicas: wanted, template, jobTemplate: { spec: { template } }, ...change.spec },
          status: {
            observedGeneration: 2,
            ...replicas,
            conditions: conditionsOf(change.conditions ?? [], 2),
            ...change.status,
          },
        },
      });
    },
    pod: (
      name: string,
      change: {
        image?: string;
        ready?: boolean;
        imageId?: string;
        waiting?: object;
        last?: object;
        owner?: string;
        ownerKind?: string;
        status?: object;
      } = {},
    ) => {
      const isReady = change.ready ?? true;
      const owner = change.owner ?? 'web';
      const container = {
        name: owner,
        imageID: change.imageId ?? '',
        ready: isReady,
        restartCount: 0,
        state: change.waiting === undefined ? { running: {} } : { waiting: change.waiting },
        lastState: change.last === undefined ? {} : { terminated: change.last },
      };
      return put({
        kind: 'Pod',
        ...{
          metadata: {
            namespace: 'shop',
            name,
            labels: { [change.ownerKind === 'Rollout' ? 'rollouts-pod-template-hash' : 'pod-template-hash']: 'abc' },
            ownerReferences: [
              change.ownerKind === undefined || change.ownerKind === 'Rollout'
                ? { kind: 'ReplicaSet', name: `${owner}-abc`, controller: true }
                : { kind: change.ownerKind, name: owner, controller: true },
            ],
          },
          spec: { containers: [{ name: owner, image: change.image ?? 'registry.acme.test/web:1.4.2' }] },
          status: {
            phase: 'Running',
            conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
            containerStatuses: [container],
            ...change.status,
          },
        },
      });
    },
  };
  return world;
}

/** All of a finished release: fetched, applied, two ready pods. */
export function aFinishedWorld() {
  return aWorld().source().kustomization().workload().pod('web-abc-1').pod('web-abc-2');
}

/** The entry of managedFields by which kustomize-controller owns what Git sets. */
export function fluxFields(container: string, owned: { image?: boolean; replicas?: boolean } = {}) {
  const { image = true, replicas = true } = owned;
  return fields('kustomize-controller', container, { image, replicas });
}

/** An entry of managedFields of some client. */
export function fields(
  manager: string,
  container: string,
  owned: { image?: boolean; replicas?: boolean; subresource?: string },
) {
  return {
    manager,
    operation: 'Update',
    ...(owned.subresource === undefined ? {} : { subresource: owned.subresource }),
    time: '2026-06-01T11:58:00Z',
    fieldsV1: {
      'f:spec': {
        ...(owned.replicas ? { 'f:replicas': {} } : {}),
        ...(owned.image
          ? { 'f:template': { 'f:spec': { 'f:containers': { [`k:{"name":"${container}"}`]: { 'f:image': {} } } } } }
          : {}),
      },
    },
  };
}

function fluxLabels(controller: 'kustomize' | 'helm', name: string, namespace = 'flux-system') {
  const group = `${controller}.toolkit.fluxcd.io`;
  return { [`${group}/name`]: name, [`${group}/namespace`]: namespace };
}
