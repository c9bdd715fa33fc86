import type { Companion } from './companion.ts';
import type { Custom, CustomKind, CustomRef, Sight } from './custom-objects.ts';
import type { FieldOwner, Named, OptOut, Suspendable } from './named.ts';

/** What is remembered of the objects of a cluster: only what verdicts and drift need, so that 50,000 of them stay small. */

/** One field of a live object that somebody owns. */
export interface LiveField {
  /** `spec.replicas`, `spec.template.spec.containers[web].image`. */
  readonly path: string;
  readonly live: string;
  /** Who wrote it last; null where Flux owns it, too. */
  readonly editor: FieldOwner | null;
  /** Written by way of the subresource `scale`. */
  readonly scaled: boolean;
  /** What Flux had there before it was edited, where that was seen. */
  readonly applied?: string;
}

export interface Source extends Named, Suspendable {
  readonly kind: 'GitRepository' | 'OCIRepository' | 'ExternalArtifact' | 'Bucket';
  /** `branch main`, `tag v1`: what it follows, where that is told. */
  readonly follows: { readonly kind: 'branch' | 'tag' | 'commit' | 'other'; readonly name: string } | null;
  readonly intervalMs: number;
  readonly revision: string | null;
  /** The Git revision that an artifact was made from; for a GitRepository its revision. */
  readonly origin: string | null;
}

export interface Kustomization extends Named, Suspendable {
  readonly kind: 'Kustomization';
  /** Folder without `./` and slashes at its ends; '' is the root. */
  readonly path: string;
  /** Key of the source: `GitRepository/flux-system/config`. */
  readonly source: string;
  /** `namespace/name` of the Kustomization that applies this one. */
  readonly parent: string | null;
  readonly dependsOn: readonly string[];
  /** Whether Flux itself checks the health of what it applies. */
  readonly waits: boolean;
  /** Its objects live in another cluster. */
  readonly remote: boolean;
  readonly timeoutMs: number;
  readonly attempted: string | null;
  readonly applied: string | null;
  /** The Git revision of an applied artifact, where its source tells one. */
  readonly appliedOrigin: string | null;
  /** Keys of the workloads, HelmReleases and Kustomizations of the inventory: `Deployment/shop/web`. */
  readonly inventory: readonly string[];
  /** What operators make something of (Crossplane, Cluster API …), as the inventory names it. */
  readonly custom: readonly CustomRef[];
  /** Whether Flux deletes what Git takes out. */
  readonly prunes: boolean;
  /** Fields that it leaves alone. */
  readonly ignores: readonly Ignored[];
  /** Changed by hand in the cluster: what of its work it is told to leave alone. */
  readonly optOut: OptOut | null;
  readonly intervalMs: number;
  /**
   * What the last run that is on its record built and when it ended, and when the first one of those that built the same without another
   * in between; null before the first one.
   */
  readonly lastRun: {
    readonly digest: string;
    readonly at: string;
    readonly firstAt: string;
    readonly succeeded: boolean;
  } | null;
}

/** What one entry of `spec.ignore` names, by JSON pointers; of all kinds and names where it names none. */
export interface Ignored {
  readonly paths: readonly string[];
  readonly kind: string | null;
  readonly name: string | null;
}

export interface HelmRelease extends Named, Suspendable {
  readonly kind: 'HelmRelease';
  readonly kustomization: string | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Status of the newest release in its history: `deployed`, `failed` …. */
  readonly newest: string | null;
  /** Scalars of its values that may name an image or a version. */
  readonly values: readonly string[];
  /** Whether it compares the cluster with its release by itself. */
  readonly detectsDrift: boolean;
  /** As of a Kustomization. */
  readonly optOut: OptOut | null;
  /** When helm-controller wrote to its status last, as managedFields tell; each run does. */
  readonly reportedAt: string | null;
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job' | 'Rollout';

export interface ContainerImage {
  readonly container: string;
  readonly image: string;
}

/** One of Flux's own controllers. */
export interface Controller {
  /** `kustomize-controller`. */
  readonly component: string;
  /** Of Flux as a whole, as its manifests are labelled; null where they are not. */
  readonly version: string | null;
}

export interface Workload extends Named {
  readonly kind: WorkloadKind;
  readonly kustomization: string | null;
  readonly helmRelease: string | null;
  readonly images: readonly ContainerImage[];
  readonly wanted: number;
  /** Pods that keep the old version on purpose: those below the partition of a StatefulSet. */
  readonly kept: number;
  readonly total: number;
  readonly updated: number;
  readonly available: number;
  readonly paused: boolean;
  /** Whether its controller replaces pods by itself; with the strategy OnDelete somebody has to. */
  readonly replaces: boolean;
  readonly progressDeadlineMs: number;
  /** Of a Rollout alone. */
  readonly delivery?: Delivery;
  /** Owners by field: `replicas`, `image:<container>`. */
  readonly owners: Readonly<Record<string, readonly FieldOwner[]>>;
  readonly fields: readonly LiveField[];
  readonly optOut: OptOut | null;
  readonly controller?: Controller;
}

/** How a Rollout of Argo lets a new version in. */
export interface Delivery {
  readonly phase: string;
  readonly message: string;
  readonly aborted: boolean;
  /** Percent of the traffic that the new version gets. */
  readonly weight: number | null;
  readonly step: number;
  readonly steps: number;
  /** Key of the workload that it takes its pod template from, where it has none of its own. */
  readonly template: string | null;
}

/** How Flagger lets a new version in. */
export interface Canary extends Named {
  readonly kind: 'Canary';
  /** Keys of the workload that Git holds, and of the copy that serves. */
  readonly target: string;
  readonly primary: string;
  readonly phase: string;
  readonly weight: number | null;
  readonly message: string;
  readonly changedAt: string | null;
}

export interface PodTrouble {
  readonly reason: string;
  readonly message: string;
  readonly container: string | null;
}

export interface Pod {
  readonly kind: 'Pod';
  readonly namespace: string;
  readonly name: string;
  /** Key of the workload it belongs to: `Deployment/shop/web`. */
  readonly owner: string;
  readonly images: readonly ContainerImage[];
  /** Digests that the runtime says it runs, by container; only where it tells. */
  readonly digests: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly leaving: boolean;
  readonly trouble: PodTrouble | null;
  /** Why it is not scheduled; not yet a failure. */
  readonly unscheduled: string | null;
  /** What is known of a container that runs and is not ready; not yet a failure. */
  readonly unready: { readonly container: string; readonly words: string } | null;
}

/** What one run of kustomize-controller changed, as its Event tells. */
export interface RunReport {
  readonly kind: 'Event';
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name` of the Kustomization. */
  readonly kustomization: string;
  readonly revision: string | null;
  readonly at: string;
  readonly changes: readonly { readonly object: string; readonly how: 'created' | 'configured' }[];
}

export type FluxObject = Source | Kustomization | HelmRelease;
export type Kept = FluxObject | Workload | Canary | Pod | RunReport | Custom | Companion;

export function keyOf(object: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${object.kind}/${object.namespace}/${object.name}`;
}

/** Everything known of one cluster at one moment; all keys are `Kind/namespace/name`. */
export interface ClusterView {
  readonly source: (key: string) => Source | undefined;
  readonly sources: () => Iterable<Source>;
  /** By `namespace/name`. */
  readonly kustomization: (name: string) => Kustomization | undefined;
  readonly kustomizations: () => Iterable<Kustomization>;
  /** Those whose path is exactly this folder; '' is the root. */
  readonly kustomizationsAt: (folder: string) => readonly Kustomization[];
  readonly helmReleases: (kustomization: string) => readonly HelmRelease[];
  readonly helmRelease: (name: string) => HelmRelease | undefined;
  readonly allHelmReleases: () => Iterable<HelmRelease>;
  /** Workloads that are Flux's own controllers. */
  readonly controllers: () => readonly Workload[];
  readonly workload: (key: string) => Workload | undefined;
  /** Workloads whose pod template carries this image, whatever its tag. */
  readonly carriers: (image: string) => readonly Workload[];
  /** Workloads that a Kustomization applies itself or by its HelmReleases. */
  readonly workloadsOf: (kustomization: string) => readonly Workload[];
  /** What lets new versions of this workload in step by step: the Canary that targets it, or the Rollout that uses its template. */
  readonly delivererOf: (workload: string) => Canary | Workload | undefined;
  readonly companions: () => Iterable<Companion>;
  /** What runs of Flux changed lately, in no order. */
  readonly reports: () => Iterable<RunReport>;
  /** Null where pods may not be seen. */
  readonly pods: (workload: string) => readonly Pod[] | null;
  /** Pods of a namespace that carry an image, whosever they are. */
  readonly podsWith: (namespace: string, image: string) => readonly Pod[];
  readonly custom: (ref: CustomRef) => Custom | undefined;
  readonly sightOf: (kind: CustomKind) => Sight;
}
