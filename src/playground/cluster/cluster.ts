import { startApi } from './api.ts';
import { type ClusterState, createClusterState } from './cluster-state.ts';
import { createDeploymentController } from './deployment-controller.ts';
import { fluxControllers } from './flux-controllers.ts';
import { createGitClone } from './git-clone.ts';
import { createHelmController } from './helm-controller.ts';
import { createJobController } from './job-controller.ts';
import { type JsonObject, objectAt, objectsAt } from './json.ts';
import { createKubelet, serviceOf } from './kubelet.ts';
import { createKustomizeController } from './kustomize-controller.ts';
import type { Fault } from './pod-faults.ts';
import { imageOf } from './pod-life.ts';
import { createPodSetController } from './pod-set-controller.ts';
import { createRights, type Denial } from './rights.ts';
import { createSourceController } from './source-controller.ts';
import { nameOf, namespaceOf } from './store.ts';
import { createWorld } from './world.ts';

export interface ClusterOptions {
  readonly name: string;
  readonly git: { readonly url: string };
  /** Folder of what the cluster syncs: `clusters/<name>`. */
  readonly path: string;
  readonly port?: number;
  readonly host?: string;
  readonly token: string;
  readonly speed?: number;
  readonly log?: (line: string) => void;
}

export interface Cluster {
  readonly name: string;
  readonly url: string;
  readonly kubeconfig: () => object;
  /** Settles when everything in Git has been applied once, or could not be. */
  readonly ready: () => Promise<void>;
  readonly poke: () => void;
  readonly crashNext: (service: string) => void;
  readonly stallNext: (service: string) => void;
  readonly pullNext: (service: string) => void;
  /** All pods of a service are started anew, and crash from now on, or run again. */
  readonly crashNow: (service: string, crashes: boolean) => void;
  /** What pods of an image meet from now on, whatever its tag says; null is nothing. */
  readonly decide: (image: string, fault: Fault | null) => void;
  readonly liveEdit: (namespace: string, name: string, image: string, manager: string) => void;
  readonly scale: (namespace: string, name: string, replicas: number, manager: string) => void;
  /** Any other write of some client to an object. */
  readonly change: (
    kind: string,
    namespace: string,
    name: string,
    manager: string,
    change: (object: JsonObject) => void,
  ) => void;
  readonly remove: (kind: string, namespace: string, name: string) => void;
  readonly cutOff: (cut: boolean) => void;
  /** What the account of the kubeconfig may not do from now on. */
  readonly deny: (denials: readonly Denial[]) => void;
  readonly dropWatches: () => void;
  readonly expire: () => void;
  readonly suspend: (kustomization: string, suspended: boolean) => void;
  readonly state: () => ClusterState;
  /** Milliseconds of the cluster's time since its start. */
  readonly elapsed: () => number;
  /** Image of the ready pods of a Deployment; empty when there are none. */
  readonly running: (service: string) => string;
  readonly close: () => Promise<void>;
}

const firstSyncMs = 30_000;

/** A Kubernetes cluster with Flux, simulated: true to what programs can see of one through the API. */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const log = options.log ?? (() => {});
  const world = createWorld({ speed: options.speed ?? 1, log: (line) => log(`${options.name}: ${line}`) });
  const { store } = world;
  const clone = await createGitClone(options.git.url);
  const source = createSourceController(world, clone);
  const rights = createRights();
  const api = await startApi({
    store,
    rights,
    token: options.token,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    onHook: () => void source.poke(),
  }).catch(async (error: unknown) => {
    await clone.close();
    throw error;
  });
  createKubelet(world);
  createDeploymentController(world);
  createPodSetController(world);
  createJobController(world);
  createHelmController(world);
  createKustomizeController(world, clone);
  for (const manifest of [...bootstrap(options), ...fluxControllers])
    store.create(String(manifest['kind']), manifest, { manager: 'flux', operation: 'Update' });
  const views = createClusterState(options.name, store, api.isCut);
  const first = firstSync(views.settled, world.closed).then(() => world.setQuick(false));

  const edit = (kind: string, namespace: string, name: string, manager: string, change: (spec: JsonObject) => void) => {
    store.update(kind, namespace, name, { manager, operation: 'Update' }, (draft) => change(objectAt(draft, 'spec')));
  };
  return {
    name: options.name,
    url: api.url,
    kubeconfig: () => kubeconfig(options.name, api.url, options.token),
    ready: () => first,
    poke: () => void source.poke(),
    crashNext: (service) => world.failNext(service, 'crash'),
    stallNext: (service) => world.failNext(service, 'stall'),
    pullNext: (service) => world.failNext(service, 'pull'),
    crashNow: (service, crashes) => {
      for (const pod of store.list('Pod').filter((each) => serviceOf(each) === service)) {
        world.decide(imageOf(pod), crashes ? 'crash' : null);
        store.remove('Pod', namespaceOf(pod), nameOf(pod));
      }
    },
    decide: world.decide,
    liveEdit: (namespace, name, image, manager) =>
      edit('Deployment', namespace, name, manager, (spec) => {
        const container = objectsAt(spec, 'template', 'spec', 'containers')[0];
        if (container !== undefined) container['image'] = image;
      }),
    scale: (namespace, name, replicas, manager) =>
      edit('Deployment', namespace, name, manager, (spec) => {
        spec['replicas'] = replicas;
      }),
    change: (kind, namespace, name, manager, change) =>
      void store.update(kind, namespace, name, { manager, operation: 'Update' }, change),
    remove: (kind, namespace, name) => void store.remove(kind, namespace, name),
    cutOff: api.cutOff,
    deny: rights.deny,
    dropWatches: api.dropWatches,
    expire: api.expire,
    suspend: (kustomization, suspended) => {
      for (const each of store.list('Kustomization').filter((object) => nameOf(object) === kustomization))
        edit('Kustomization', namespaceOf(each), kustomization, 'flux', (spec) => {
          if (suspended) spec['suspend'] = true;
          else delete spec['suspend'];
        });
    },
    state: views.state,
    elapsed: world.elapsed,
    running: views.running,
    close: async () => {
      world.close();
      await api.close();
      await clone.close();
    },
  };
}

/** What `flux bootstrap` leaves behind. */
function bootstrap(options: ClusterOptions): readonly JsonObject[] {
  const metadata = { name: 'flux-system', namespace: 'flux-system' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata,
      spec: { interval: '1m0s', timeout: '60s', url: options.git.url, ref: { branch: 'main' } },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: {
        interval: '10m0s',
        path: `./${options.path.replace(/^\.?\//, '')}`,
        prune: true,
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      },
    },
  ];
}

function kubeconfig(name: string, server: string, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    // Kubernetes clients send no token over plain http without this.
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

/** Waits until nothing moves any more, and no longer than a while: what Git says may never get healthy. */
async function firstSync(settled: () => boolean, closed: () => boolean): Promise<void> {
  const end = performance.now() + firstSyncMs;
  while (!closed() && performance.now() < end && !settled()) await new Promise((resolve) => setTimeout(resolve, 20));
}
