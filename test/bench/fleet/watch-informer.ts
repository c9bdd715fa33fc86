import { CustomObjectsApi, KubeConfig, type KubernetesObject, makeInformer } from '@kubernetes/client-node';
import { report } from './report.ts';

// One informer of client-node for each cluster, begun again after an error, as its examples show.

const [kubeconfig = '', count = '0', last = ''] = process.argv.slice(2);
const group = 'kustomize.toolkit.fluxcd.io';
const plural = 'kustomizations';

interface Applied extends KubernetesObject {
  readonly status?: { readonly lastAppliedRevision?: string };
}

const informers = Array.from({ length: Number(count) }, (_, number) => {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.setCurrentContext(`cluster-${number}`);
  const api = config.makeApiClient(CustomObjectsApi);
  const list = () => api.listCustomObjectForAllNamespaces({ group, version: 'v1', resourcePlural: plural });
  const informer = makeInformer<Applied>(config, `/apis/${group}/v1/${plural}`, list);
  informer.on('error', () => setTimeout(() => void informer.start(), 1_000));
  void informer.start();
  return informer;
});

const [namespace = '', name = ''] = last.split('/');
await report({
  objects: () => informers.reduce((sum, informer) => sum + informer.list().length, 0),
  applied: () => informers.map((informer) => informer.get(name, namespace)?.status?.lastAppliedRevision ?? null),
});
