import { keepCompanion } from './keep-companion.ts';
import { keepKustomization, keepSource } from './keep-flux.ts';
import { keepHelmRelease } from './keep-helm-release.ts';
import { keepPod } from './keep-pod.ts';
import { keepCanary } from './keep-progressive.ts';
import { keepReport } from './keep-report.ts';
import { keepWorkload } from './keep-workload.ts';
import type { Kept } from './objects.ts';

export interface WatchedKind {
  readonly kind: Kept['kind'];
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
  /** Used where discovery is not allowed. */
  readonly version: string;
  /** Narrows what is listed and watched, where most of the kind is of no interest. */
  readonly fieldSelector?: string;
  readonly keep: (raw: unknown) => Kept | null;
}

const source = 'source.toolkit.fluxcd.io';

/** Every kind that verdicts rest on. ReplicaSets are not needed: a pod's labels and owner tell its Deployment. */
export const watchedKinds: readonly WatchedKind[] = [
  { kind: 'GitRepository', group: source, plural: 'gitrepositories', version: 'v1', keep: keepSource('GitRepository') },
  { kind: 'OCIRepository', group: source, plural: 'ocirepositories', version: 'v1', keep: keepSource('OCIRepository') },
  {
    kind: 'ExternalArtifact',
    group: source,
    plural: 'externalartifacts',
    version: 'v1',
    keep: keepSource('ExternalArtifact'),
  },
  { kind: 'Bucket', group: source, plural: 'buckets', version: 'v1', keep: keepSource('Bucket') },
  {
    kind: 'Kustomization',
    group: 'kustomize.toolkit.fluxcd.io',
    plural: 'kustomizations',
    version: 'v1',
    keep: keepKustomization,
  },
  {
    kind: 'HelmRelease',
    group: 'helm.toolkit.fluxcd.io',
    plural: 'helmreleases',
    version: 'v2',
    keep: keepHelmRelease,
  },
  {
    kind: 'Receiver',
    group: 'notification.toolkit.fluxcd.io',
    plural: 'receivers',
    version: 'v1',
    keep: keepCompanion('Receiver'),
  },
  {
    kind: 'Alert',
    group: 'notification.toolkit.fluxcd.io',
    plural: 'alerts',
    version: 'v1beta3',
    keep: keepCompanion('Alert'),
  },
  {
    kind: 'ImageUpdateAutomation',
    group: 'image.toolkit.fluxcd.io',
    plural: 'imageupdateautomations',
    version: 'v1',
    keep: keepCompanion('ImageUpdateAutomation'),
  },
  {
    kind: 'ArtifactGenerator',
    group: 'source.extensions.fluxcd.io',
    plural: 'artifactgenerators',
    version: 'v1beta1',
    keep: keepCompanion('ArtifactGenerator'),
  },
  { kind: 'Deployment', group: 'apps', plural: 'deployments', version: 'v1', keep: keepWorkload('Deployment') },
  { kind: 'StatefulSet', group: 'apps', plural: 'statefulsets', version: 'v1', keep: keepWorkload('StatefulSet') },
  { kind: 'DaemonSet', group: 'apps', plural: 'daemonsets', version: 'v1', keep: keepWorkload('DaemonSet') },
  { kind: 'CronJob', group: 'batch', plural: 'cronjobs', version: 'v1', keep: keepWorkload('CronJob') },
  { kind: 'Job', group: 'batch', plural: 'jobs', version: 'v1', keep: keepWorkload('Job') },
  {
    kind: 'Rollout',
    group: 'argoproj.io',
    plural: 'rollouts',
    version: 'v1alpha1',
    keep: keepWorkload('Rollout'),
  },
  { kind: 'Canary', group: 'flagger.app', plural: 'canaries', version: 'v1beta1', keep: keepCanary },
  { kind: 'Pod', group: '', plural: 'pods', version: 'v1', keep: keepPod },
  {
    kind: 'Event',
    group: '',
    plural: 'events',
    version: 'v1',
    fieldSelector: 'involvedObject.kind=Kustomization,reason=Progressing',
    keep: keepReport,
  },
];
