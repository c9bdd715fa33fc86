import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  type V1Deployment,
} from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { image, startCluster } from './repository.ts';

let stage: Awaited<ReturnType<typeof startCluster>>;
let config: KubeConfig;
const until = { timeout: 8_000, interval: 20 };

beforeEach(async () => {
  stage = await startCluster();
  config = new KubeConfig();
  config.loadFromString(JSON.stringify(stage.cluster.kubeconfig()));
});
afterEach(() => stage.close());

describe('the official client', () => {
  it('lists, pages and reads logs', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const { items } = await apps.listNamespacedDeployment({ namespace: 'shop', labelSelector: 'app' });
    expect(items.map(({ metadata, status }) => [metadata?.name, status?.readyReplicas])).toEqual([['search', 1]]);
    const core = config.makeApiClient(CoreV1Api);
    const first = await core.listPodForAllNamespaces({ limit: 2 });
    expect(first.items).toHaveLength(2);
    const rest = await core.listPodForAllNamespaces({ limit: 10, _continue: first.metadata?._continue ?? '' });
    // Four of its own, and four of Flux.
    expect(rest.items).toHaveLength(6);
    const own = [...first.items, ...rest.items].filter(({ metadata }) => metadata?.namespace === 'shop');
    const name = own[0]?.metadata?.name ?? '';
    expect(await core.readNamespacedPodLog({ name, namespace: 'shop', tailLines: 1 })).toBe('ready\n');
    await expect(core.readNamespacedPod({ name: 'nobody', namespace: 'shop' })).rejects.toMatchObject({ code: 404 });
  });

  it('discovers kinds by itself and applies by server side', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const kustomization: KubernetesObject & { spec: object } = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'web', namespace: 'flux-system' },
      spec: { suspend: true },
    };
    await objects.patch(kustomization, undefined, undefined, 'a-test', true, PatchStrategy.ServerSideApply);
    expect(await objects.read({ ...kustomization, metadata: { name: 'web', namespace: 'flux-system' } })).toMatchObject(
      {
        spec: { suspend: true, path: './apps/web/dev' },
      },
    );
    const custom = config.makeApiClient(CustomObjectsApi);
    const listed: unknown = await custom.listNamespacedCustomObject({
      group: 'helm.toolkit.fluxcd.io',
      version: 'v2',
      namespace: 'shop',
      plural: 'helmreleases',
    });
    expect(listed).toMatchObject({ kind: 'HelmReleaseList', items: [{ metadata: { name: 'search' } }] });
  });

  it('keeps an informer up to date through a broken watch and a forgotten version', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const path = '/apis/apps/v1/namespaces/shop/deployments';
    const informer = makeInformer<V1Deployment>(config, path, () =>
      apps.listNamespacedDeployment({ namespace: 'shop' }),
    );
    const images = new Map<string, string | undefined>();
    for (const verb of ['add', 'update'] as const)
      informer.on(verb, (each) => {
        images.set(each.metadata?.name ?? '', each.spec?.template.spec?.containers[0]?.image);
      });
    informer.on('error', () => void setTimeout(() => void informer.start(), 50));
    await informer.start();
    expect(images.get('web')).toBe(`${image}:1.0.0`);
    stage.cluster.expire();
    stage.cluster.liveEdit('shop', 'web', `${image}:hotfix`, 'kubectl-edit');
    await vi.waitFor(() => expect(images.get('web')).toBe(`${image}:hotfix`), until);
    stage.cluster.dropWatches();
    stage.cluster.liveEdit('shop', 'web', `${image}:hotfix-2`, 'kubectl-edit');
    await vi.waitFor(() => expect(images.get('web')).toBe(`${image}:hotfix-2`), until);
    await informer.stop();
  });
});
