import { imageParts, isImageOf } from '../../vocabulary/image.ts';
import type { PodAt } from '../../vocabulary/verdict.ts';
import type { Expected } from '../expected.ts';
import type { ContainerImage, Pod, PodTrouble } from '../objects.ts';
import { type Finding, failing, oneLine } from './finding.ts';

/** One report per cause, not per pod: the cause that most pods of the new version share; null where none fails. */
export function podFailure(name: string, wanted: number, fresh: readonly Pod[]): Finding | null {
  const [worst] = troubledBy(fresh.filter((pod) => !pod.ready));
  if (worst === undefined) return null;
  const { pods, trouble } = worst;
  const where = `${pods.length} of ${wanted} pods of ${name}`;
  const container = trouble.container === null || trouble.container === name ? '' : `, container ${trouble.container}`;
  const message = trouble.message === '' ? '' : `: ${oneLine(trouble.message)}`;
  const because = `${trouble.reason} in ${where}${container}${message}`;
  return failing('rollout', trouble.reason, because, podAt(pods[0], trouble.container));
}

/** The causes by which pods fail, that of most pods first. */
export function troubledBy(pods: readonly Pod[]): { readonly trouble: PodTrouble; readonly pods: readonly Pod[] }[] {
  const causes = Map.groupBy(
    pods.filter(({ trouble }) => trouble !== null),
    ({ trouble }) => trouble?.reason ?? '',
  );
  return [...causes.values()]
    .toSorted((a, b) => b.length - a.length)
    .flatMap((each) => (each[0]?.trouble ? [{ trouble: each[0].trouble, pods: each }] : []));
}

export function podAt(pod: Pod | undefined, container: string | null): PodAt | undefined {
  if (pod === undefined) return undefined;
  return { namespace: pod.namespace, name: pod.name, ...(container === null ? {} : { container }) };
}

/** A pod that had all the time it gets, where one can be told. */
export function unreadyPod(pods: readonly Pod[]): PodAt | undefined {
  const found = pods.find(({ leaving, ready, unready }) => !leaving && !ready && unready !== null);
  return podAt(found, found?.unready?.container ?? null);
}

/** What is to be said of pods that had all the time they get. */
export function lastWordsOf(pods: readonly Pod[]): string {
  const found = pods.find(({ leaving, ready, unready }) => !leaving && !ready && unready !== null);
  return found?.unready ? `; ${oneLine(found.unready.words)}` : '';
}

/** Names a digest that ready pods run instead of the wanted one. A template that pins the digest proves it by itself. */
export function foreignDigest(
  images: readonly ContainerImage[],
  ready: readonly Pod[],
  wanted: Pick<Expected, 'image' | 'version' | 'digest'>,
): string | null {
  if (wanted.digest === undefined) return null;
  const containers = images.filter(({ image }) => isImageOf(image, wanted.image));
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
