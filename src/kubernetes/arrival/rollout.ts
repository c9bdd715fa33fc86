import { isImageOf, isVersion, versionOf } from '../../vocabulary/image.ts';
import type { Expected } from '../expected.ts';
import { conditionOf } from '../flux/state.ts';
import { type Canary, type ClusterView, type ContainerImage, keyOf, type Pod, type Workload } from '../objects.ts';
import { type Finding, failing, oneLine, waiting } from './finding.ts';
import { foreignDigest, lastWordsOf, podAt, podFailure, troubledBy, unreadyPod } from './pod-trouble.ts';
import { canaryFinding, deliveryFinding } from './progressive.ts';

export interface Rollout {
  /** `image`: the pod template does not hold the wanted version. */
  readonly finding: Finding;
  readonly ready: number;
  readonly wanted: number;
  /** Versions of ready pods, with how many run each. */
  readonly running: ReadonlyMap<string, number>;
}

type Wanted = Pick<Expected, 'image' | 'version' | 'digest' | 'writtenAt'>;

/** How far one of the service's own workloads is: only the wanted image in ready pods is proof. */
export function rolloutOf(view: ClusterView, workload: Workload, wanted: Wanted): Rollout {
  const deliverer = view.delivererOf(keyOf(workload));
  if (deliverer === undefined) return plainRollout(view, workload, wanted);
  // A Rollout runs the pods; the workload only lends it the template.
  if (deliverer.kind !== 'Canary') return plainRollout(view, { ...deliverer, images: workload.images }, wanted);
  return canaryRollout(view, workload, deliverer, wanted);
}

/** Under Flagger the copy serves, and proves that the version was let in; the workload of Git only tries it out. */
function canaryRollout(view: ClusterView, workload: Workload, canary: Canary, wanted: Wanted): Rollout {
  const trial = plainRollout(view, workload, wanted);
  const copy = view.workload(canary.primary);
  const primary = copy === undefined ? undefined : plainRollout(view, copy, wanted);
  const counts = primary ?? trial;
  const { finding } = trial;
  if (finding.kind === 'failed' || (finding.kind === 'waiting' && finding.stage === 'image'))
    return { ...counts, finding };
  const promoted = primary !== undefined && !(primary.finding.kind === 'waiting' && primary.finding.stage === 'image');
  return { ...counts, finding: canaryFinding(canary, workload, promoted, wanted) ?? counts.finding };
}

function plainRollout(view: ClusterView, workload: Workload, wanted: Wanted): Rollout {
  const all = view.pods(keyOf(workload));
  const pods = all?.filter(({ leaving }) => !leaving) ?? null;
  const fresh = pods?.filter((pod) => carriesWanted(pod.images, wanted)) ?? null;
  const ready = fresh?.filter((pod) => pod.ready) ?? null;
  const count = {
    ready: ready?.length ?? Math.min(workload.updated, workload.available),
    wanted: workload.wanted - workload.kept,
  };
  const base = { ...count, running: runningVersions(workload, pods, wanted.image) };
  return {
    ...base,
    finding: findingOf(workload, { all: all ?? [], fresh: fresh ?? [], ready: ready ?? [], count }, wanted),
  };
}

interface Seen {
  /** Those that have ended too. */
  readonly all: readonly Pod[];
  readonly fresh: readonly Pod[];
  readonly ready: readonly Pod[];
  readonly count: { readonly ready: number; readonly wanted: number };
}

function findingOf(workload: Workload, { all, fresh, ready, count }: Seen, wanted: Wanted): Finding {
  const { kind, name } = workload;
  if (workload.deleting) return waiting('rollout', `${kind} ${name} is being deleted`);
  if (!carriesWanted(workload.images, wanted))
    return waiting('image', `the live image of ${name} is ${oneLine(liveImage(workload.images, wanted.image))}`);
  const trouble = troubleOf(workload, fresh, all);
  if (trouble !== null) return trouble;
  if (kind === 'CronJob') return withoutPods(workload, 'a CronJob runs at its next time');
  if (kind === 'Job') return jobFinding(workload, fresh);
  const delivery = workload.delivery && deliveryFinding(workload, workload.delivery, isObserved(workload));
  if (delivery) return delivery;
  if (!isSettled(workload) || count.ready < count.wanted) {
    const more = unreadyBecause(workload, fresh);
    const text =
      count.ready < count.wanted
        ? `${count.ready} of ${count.wanted} pods of ${name} run ${wanted.version}`
        : `all pods of ${name} run ${wanted.version}, but its rollout is not finished`;
    return waiting('rollout', `${text}${more}`);
  }
  const otherDigest = foreignDigest(workload.images, ready, wanted);
  if (otherDigest !== null) return waiting('image', otherDigest);
  if (workload.wanted === 0)
    return withoutPods(workload, kind === 'DaemonSet' ? 'no node is to run it' : 'it is scaled to zero');
  return workload.kept === 0
    ? { kind: 'healthy' }
    : {
        kind: 'healthy',
        note: `the partition of ${name} keeps ${workload.kept} of ${workload.wanted} pods as they were`,
      };
}

function withoutPods(workload: Workload, why: string): Finding {
  return { kind: 'healthy', note: `${workload.kind} ${workload.name} holds it; no pods are wanted, ${why}` };
}

function carriesWanted(images: readonly ContainerImage[], wanted: Wanted): boolean {
  const own = images.filter(({ image }) => isImageOf(image, wanted.image));
  return own.length > 0 && own.every(({ image }) => isVersion(image, wanted));
}

function liveImage(images: readonly ContainerImage[], wanted: string): string {
  return images.find(({ image }) => isImageOf(image, wanted))?.image ?? 'unknown';
}

function isObserved({ observed, generation }: Workload): boolean {
  return observed !== null && observed >= generation;
}

/** Whether the controller has seen the newest template and replaced every pod. */
function isSettled(workload: Workload): boolean {
  if (!isObserved(workload)) return false;
  const { wanted, updated, total, available } = workload;
  // Argo keeps pods of the old version for a while after it has let the new one in.
  if (workload.delivery !== undefined) return updated >= wanted && available >= wanted;
  return updated >= wanted && total <= updated && available >= wanted;
}

/** Which versions run, with how many ready pods each; what runs only now and then is as its template says. */
function runningVersions(workload: Workload, pods: readonly Pod[] | null, image: string): ReadonlyMap<string, number> {
  const running = new Map<string, number>();
  const ofTemplate = () => running.set(versionOf(liveImage(workload.images, image)), Math.max(1, workload.available));
  for (const pod of pods ?? []) {
    const own = pod.images.find((each) => isImageOf(each.image, image));
    if (!pod.ready || own === undefined) continue;
    const version = versionOf(own.image);
    running.set(version, (running.get(version) ?? 0) + 1);
  }
  if (running.size > 0) return running;
  if (workload.kind === 'CronJob' || (workload.kind === 'Job' && isComplete(workload))) return ofTemplate();
  return pods === null && isSettled(workload) && workload.available > 0 ? ofTemplate() : running;
}

function troubleOf(workload: Workload, fresh: readonly Pod[], all: readonly Pod[]): Finding | null {
  const broken = podFailure(workload.name, workload.wanted, fresh);
  if (broken !== null) return broken;
  const progressing = conditionOf(workload, 'Progressing');
  if (isObserved(workload) && progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded') {
    const more = unreadyBecause(workload, fresh) || lastWordsOf(fresh);
    const because = `${workload.name} made no progress in time (ProgressDeadlineExceeded)${more}`;
    return failing('rollout', progressing.reason, because, unreadyPod(fresh));
  }
  const failed = workload.kind === 'Job' ? conditionOf(workload, 'Failed') : undefined;
  if (failed?.status !== 'True') return null;
  const [cause] = troubledBy(all);
  const more = cause === undefined ? '' : `; ${cause.trouble.reason}: ${oneLine(cause.trouble.message)}`;
  return failing(
    'rollout',
    failed.reason || 'JobFailed',
    `Job ${workload.name} failed: ${oneLine(failed.message)}${more}`,
    cause === undefined ? undefined : podAt(cause.pods[0], cause.trouble.container),
  );
}

function isComplete(job: Workload): boolean {
  return conditionOf(job, 'Complete')?.status === 'True';
}

function jobFinding(workload: Workload, fresh: readonly Pod[]): Finding {
  if (isComplete(workload)) return { kind: 'healthy', note: `Job ${workload.name} has completed` };
  const suspended = workload.paused ? '; it is suspended' : unreadyBecause(workload, fresh);
  return waiting('rollout', `Job ${workload.name} has not completed yet${suspended}`);
}

/** What else is known of pods that are not ready yet: it is no failure, but says where to look. */
function unreadyBecause(workload: Workload, fresh: readonly Pod[]): string {
  if (workload.paused) return `; ${workload.kind} ${workload.name} is paused`;
  const unscheduled = fresh.find((pod) => pod.unscheduled !== null)?.unscheduled;
  if (unscheduled) return `; not scheduled: ${oneLine(unscheduled)}`;
  const refused = conditionOf(workload, 'ReplicaFailure');
  if (refused?.status === 'True') return `; ${refused.reason}: ${oneLine(refused.message)}`;
  if (!workload.replaces && workload.updated < workload.wanted)
    return `; it replaces a pod only when somebody deletes it (OnDelete)`;
  return '';
}
