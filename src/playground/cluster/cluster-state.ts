import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.ts';
import { healthOf } from './kstatus.ts';
import { serviceOf } from './kubelet.ts';
import { imageOf } from './pod-life.ts';
import { isReady, leaving } from './pods.ts';
import { nameOf, namespaceOf, type Store } from './store.ts';
import { conditionOf } from './world.ts';

export interface ServiceState {
  readonly name: string;
  readonly namespace: string;
  /** What its template asks for; `running` tells what serves. */
  readonly image: string;
  readonly ready: number;
  readonly wanted: number;
  readonly health: 'healthy' | 'progressing' | 'failing';
}

export interface ClusterState {
  readonly name: string;
  readonly cut: boolean;
  readonly services: readonly ServiceState[];
  readonly kustomizations: readonly {
    readonly name: string;
    readonly ready: string;
    readonly message: string;
    readonly revision: string;
  }[];
}

/** What people are shown of a cluster. */
export function createClusterState(name: string, store: Store, isCut: () => boolean) {
  const podsOf = (deployment: JsonObject) =>
    store.list('Pod', namespaceOf(deployment)).filter((pod) => serviceOf(pod) === nameOf(deployment) && !leaving(pod));

  const service = (deployment: JsonObject): ServiceState => {
    const health = healthOf(deployment);
    const waiting = podsOf(deployment)
      .flatMap((pod) => objectsAt(pod, 'status', 'containerStatuses'))
      .map((status) => textAt(status, 'state', 'waiting', 'reason') ?? '');
    const broken = health === 'Failed' || waiting.some((reason) => /BackOff|ErrImagePull/.test(reason));
    return {
      name: nameOf(deployment),
      namespace: namespaceOf(deployment),
      image: imageOf(objectAt(deployment, 'spec', 'template')),
      ready: numberAt(deployment, 'status', 'readyReplicas') ?? 0,
      wanted: numberAt(deployment, 'spec', 'replicas') ?? 1,
      health: broken ? 'failing' : health === 'Current' ? 'healthy' : 'progressing',
    };
  };

  /** Everything that Flux applies has been looked at and is at rest. */
  const settled = (): boolean => {
    const objects = [...store.list('Kustomization'), ...store.list('HelmRelease')];
    const root = store.get('Kustomization', 'flux-system', 'flux-system');
    const rest = (object: JsonObject) => {
      if (objectAt(object, 'spec')['suspend'] === true) return true;
      const ready = conditionOf(object, 'Ready');
      if (ready === undefined || ready['status'] === 'Unknown') return false;
      if (ready['status'] === 'False')
        return (
          !['DependencyNotReady', 'SourceNotReady'].includes(String(ready['reason'])) &&
          !/Source artifact not found/.test(String(ready['message']))
        );
      const observed = numberAt(object, 'status', 'observedGeneration');
      return (
        observed === numberAt(object, 'metadata', 'generation') && conditionOf(object, 'Reconciling') === undefined
      );
    };
    if (root === null || !objects.every(rest)) {
      const source = store.get('GitRepository', 'flux-system', 'flux-system');
      return source !== null && conditionOf(source, 'FetchFailed') !== undefined;
    }
    return ['Deployment', 'StatefulSet', 'DaemonSet'].every((kind) =>
      store.list(kind).every((each) => healthOf(each) === 'Current'),
    );
  };

  return {
    settled,
    state: (): ClusterState => ({
      name,
      cut: isCut(),
      // Flux itself is nobody's service.
      services: store
        .list('Deployment')
        .filter((each) => namespaceOf(each) !== 'flux-system')
        .map(service),
      kustomizations: store.list('Kustomization').map((object) => {
        const ready = conditionOf(object, 'Ready');
        return {
          name: nameOf(object),
          ready: textAt(ready ?? {}, 'status') ?? 'Unknown',
          message: textAt(ready ?? {}, 'message') ?? '',
          revision: textAt(object, 'status', 'lastAppliedRevision') ?? '',
        };
      }),
    }),
    running: (wanted: string): string => {
      const counts = new Map<string, number>();
      for (const pod of store.list('Pod'))
        if (serviceOf(pod) === wanted && isReady(pod) && !leaving(pod)) {
          const image = imageOf(pod);
          counts.set(image, (counts.get(image) ?? 0) + 1);
        }
      return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
    },
  };
}
