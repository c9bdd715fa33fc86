import { imageParts, isImageOf, isVersion, versionOf } from '../../image.ts';
import type { Expected } from '../expected.ts';
import { conditionOf } from '../flux/state.ts';
import { type ClusterView, type ContainerImage, keyOf, type Pod, type Workload } from '../objects.ts';
import { type Finding, failing, oneLine, waiting } from './finding.ts';

export interface Rollout {
  /** `image`: the pod template does not hold the wanted version. */
  readonly finding: Finding;
  readonly ready: number;
  readonly wanted: number;
  /** Versions of ready pods, with how many run each. */
  readonly running: ReadonlyMap<string, number>;
}

type Wanted = Pick<Expected, 'image' | 'version' | 'digest'>;

/** How far one of the service's own workloads is: only the wanted image in ready pods is proof. */
export function rolloutOf(view: ClusterView, workload: Workload, wanted: Wanted): Rollout {
  const pods = view.pods(keyOf(workload))?.filter(({ leaving }) => !leaving) ?? null;
  const fresh = pods?.filter((pod) => carriesWanted(pod.images, wanted)) ?? null;
  const ready = fresh?.filter((pod) => pod.ready) ?? null;
  const count = { ready: ready?.length ?? Math.min(workload.updated, workload.available), wanted: workload.wanted };
  const base = { ...count, running: runningVersions(workload, pods, wanted.image) };
  if (!carriesWanted(workload.images, wanted)) {
    const live = liveImage(workload.images, wanted.image);
    return { ...base, finding: waiting('image', `the live image of ${workload.name} is ${oneLine(live)}`) };
  }
  const trouble = troubleOf(workload, fresh ?? []);
  if (trouble !== null) return { ...base, finding: trouble };
  if (workload.kind === 'CronJob')
    return { ...base, finding: withoutPods(workload, 'a CronJob runs at its next time') };
  if (workload.kind === 'Job') return { ...base, finding: jobFinding(workload) };
  if (!isSettled(workload) || count.ready < workload.wanted) {
    const more = unreadyBecause(workload, fresh ?? []);
    const text =
      count.ready < workload.wanted
        ? `${count.ready} of ${workload.wanted} pods of ${workload.name} run ${wanted.version}`
        : `all pods of ${workload.name} run ${wanted.version}, but its rollout is not finished`;
    return { ...base, finding: waiting('rollout', `${text}${more}`) };
  }
  const otherDigest = foreignDigest(workload, ready ?? [], wanted);
  if (otherDigest !== null) return { ...base, finding: waiting('image', otherDigest) };
  return {
    ...base,
    finding: workload.wanted === 0 ? withoutPods(workload, 'it is scaled to zero') : { kind: 'healthy' },
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

/** Whether the controller has seen the newest template and replaced every pod. */
function isSettled(workload: Workload): boolean {
  if (workload.observed === null || workload.observed < workload.generation) return false;
  const { wanted, updated, total, available } = workload;
  return updated >= wanted && total <= updated && available >= wanted;
}

function runningVersions(workload: Workload, pods: readonly Pod[] | null, image: string): ReadonlyMap<string, number> {
  const running = new Map<string, number>();
  if (pods === null) {
    const settled = isSettled(workload) && workload.available > 0;
    return settled ? running.set(versionOf(liveImage(workload.images, image)), workload.available) : running;
  }
  for (const pod of pods) {
    const own = pod.images.find((each) => isImageOf(each.image, image));
    if (!pod.ready || own === undefined) continue;
    const version = versionOf(own.image);
    running.set(version, (running.get(version) ?? 0) + 1);
  }
  return running;
}

/** One report per cause, not per pod: the cause that most pods of the new version share. */
function troubleOf(workload: Workload, fresh: readonly Pod[]): Finding | null {
  const unready = fresh.filter((pod) => !pod.ready);
  const causes = Map.groupBy(
    unready.filter(({ trouble }) => trouble !== null),
    ({ trouble }) => trouble?.reason ?? '',
  );
  const [worst] = [...causes].toSorted(([, a], [, b]) => b.length - a.length);
  const trouble = worst?.[1][0]?.trouble;
  if (worst !== undefined && trouble) {
    const where = `${worst[1].length} of ${workload.wanted} pods of ${workload.name}`;
    const container =
      trouble.container === null || trouble.container === workload.name ? '' : `, container ${trouble.container}`;
    const message = trouble.message === '' ? '' : `: ${oneLine(trouble.message)}`;
    return failing('rollout', trouble.reason, `${trouble.reason} in ${where}${container}${message}`);
  }
  const progressing = conditionOf(workload, 'Progressing');
  const observed = workload.observed !== null && workload.observed >= workload.generation;
  if (observed && progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded') {
    const more = unreadyBecause(workload, fresh);
    return failing(
      'rollout',
      progressing.reason,
      `${workload.name} made no progress in time (ProgressDeadlineExceeded)${more}`,
    );
  }
  const jobFailed = workload.kind === 'Job' ? conditionOf(workload, 'Failed') : undefined;
  if (jobFailed?.status === 'True')
    return failing(
      'rollout',
      jobFailed.reason || 'JobFailed',
      `Job ${workload.name} failed: ${oneLine(jobFailed.message)}`,
    );
  return null;
}

function jobFinding(workload: Workload): Finding {
  if (conditionOf(workload, 'Complete')?.status === 'True')
    return { kind: 'healthy', note: `Job ${workload.name} has completed` };
  return waiting('rollout', `Job ${workload.name} has not completed yet${workload.paused ? '; it is suspended' : ''}`);
}

/** What else is known of pods that are not ready yet: it is no failure, but says where to look. */
function unreadyBecause(workload: Workload, fresh: readonly Pod[]): string {
  if (workload.paused) return `; ${workload.kind} ${workload.name} is paused`;
  const unscheduled = fresh.find((pod) => pod.unscheduled !== null)?.unscheduled;
  if (unscheduled) return `; not scheduled: ${oneLine(unscheduled)}`;
  const refused = conditionOf(workload, 'ReplicaFailure');
  return refused?.status === 'True' ? `; ${refused.reason}: ${oneLine(refused.message)}` : '';
}

/** Names a digest that ready pods run instead of the wanted one. A template that pins the digest proves it by itself. */
function foreignDigest(workload: Workload, ready: readonly Pod[], wanted: Wanted): string | null {
  if (wanted.digest === undefined) return null;
  const containers = workload.images.filter(({ image }) => isImageOf(image, wanted.image));
  if (containers.every(({ image }) => imageParts(image).digest === wanted.digest)) return null;
  for (const pod of ready) {
    for (const { container } of containers) {
      const digest = pod.digests[container];
      if (digest !== undefined && digest !== wanted.digest)
        return `pod ${pod.name} runs ${wanted.version} as ${digest.slice(0, 19)}…, not as ${wanted.digest.slice(0, 19)}…`;
    }
  }
  return null;
}
