import { CustomObjectsApi, KubeConfig, type KubernetesObject, makeInformer } from '@kubernetes/client-node';

// An informer of client-node, begun again after an error, as its examples show: tells what it sees of one Kustomization and when.

const [kubeconfig = '', name = ''] = process.argv.slice(2);
const group = 'kustomize.toolkit.fluxcd.io';
const plural = 'kustomizations';

interface Seen extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly message: string }[] };
}

const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const api = config.makeApiClient(CustomObjectsApi);
const informer = makeInformer<Seen>(config, `/apis/${group}/v1/${plural}`, () =>
  api.listCustomObjectForAllNamespaces({ group, version: 'v1', resourcePlural: plural }),
);
const tell = (object: Seen) => {
  if (object.metadata?.name !== name) return;
  process.send?.({
    message: object.status?.conditions?.[0]?.message ?? '',
    at: performance.timeOrigin + performance.now(),
  });
};
informer.on('add', tell);
informer.on('update', tell);
informer.on('error', () => setTimeout(() => void informer.start(), 1_000));
void informer.start();
