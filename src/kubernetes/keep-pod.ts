import { z } from 'zod';
import {
  conditionsSchema,
  containersSchema,
  countSchema,
  detached,
  listOf,
  metadataSchema,
  orElse,
  part,
} from './keep.ts';
import type { Pod, PodTrouble } from './objects.ts';

const reasonSchema = z
  .object({
    reason: orElse(z.string(), ''),
    message: orElse(z.string(), ''),
    exitCode: z.number().optional().catch(undefined),
  })
  .optional()
  .catch(undefined);
const stateSchema = z
  .object({ running: z.object({}).optional().catch(undefined), waiting: reasonSchema, terminated: reasonSchema })
  .optional()
  .catch(undefined);

const statusesSchema = listOf(
  z.object({
    name: z.string(),
    imageID: orElse(z.string(), ''),
    ready: orElse(z.boolean(), false),
    restartCount: countSchema,
    state: stateSchema,
    lastState: stateSchema,
  }),
);
type ContainerStatus = z.infer<typeof statusesSchema>[number];

const podSchema = z.object({
  metadata: metadataSchema,
  spec: part({ containers: containersSchema, initContainers: containersSchema }),
  status: part({
    phase: orElse(z.string(), ''),
    reason: orElse(z.string(), ''),
    message: orElse(z.string(), ''),
    conditions: conditionsSchema,
    containerStatuses: statusesSchema,
    initContainerStatuses: statusesSchema,
  }),
});

/** Keeps pods of workloads: which image they run, whether they are ready, and what keeps them from it. */
export function keepPod(raw: unknown): Pod | null {
  const parsed = podSchema.safeParse(raw);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const owner = ownerOf(metadata);
  if (owner === null || status.phase === 'Succeeded') return null;
  const statuses = [...status.initContainerStatuses, ...status.containerStatuses];
  const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled');
  const digests = status.containerStatuses.flatMap(({ name, imageID }): [string, string][] => {
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(imageID)?.[1];
    return digest === undefined ? [] : [[name, digest]];
  });
  return {
    kind: 'Pod',
    namespace: metadata.namespace,
    name: metadata.name,
    owner,
    images: [...spec.containers, ...spec.initContainers].map(({ name, image }) => ({ container: name, image })),
    digests: Object.fromEntries(digests),
    ready: status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    leaving: metadata.deletionTimestamp !== undefined || status.phase === 'Failed',
    trouble:
      status.phase === 'Failed'
        ? failedPod(status, statuses)
        : (statuses.map(troubleOf).find((each) => each !== null) ?? null),
    unscheduled: scheduled?.status === 'False' ? detached(scheduled.message || scheduled.reason) : null,
    unready: status.containerStatuses.map(unreadyContainer).find((each) => each !== null) ?? null,
  };
}

/** The workload of a pod. Those of a Deployment or Rollout belong to a ReplicaSet that is named after it and its template's hash. */
function ownerOf(metadata: z.infer<typeof metadataSchema>): string | null {
  const owner = metadata.ownerReferences.find(({ controller }) => controller !== false);
  if (owner === undefined) return null;
  if (owner.kind !== 'ReplicaSet') return `${owner.kind}/${metadata.namespace}/${owner.name}`;
  const ofRollout = metadata.labels['rollouts-pod-template-hash'];
  const hash = ofRollout ?? metadata.labels['pod-template-hash'];
  const name =
    hash !== undefined && owner.name.endsWith(`-${hash}`)
      ? owner.name.slice(0, -hash.length - 1)
      : owner.name.replace(/-[a-z0-9]+$/, '');
  return `${ofRollout === undefined ? 'Deployment' : 'Rollout'}/${metadata.namespace}/${name}`;
}

/** Reasons of a waiting container that do not go away by waiting (kubelet's images, container and runtime errors). */
const stuckReasons = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
]);

function troubleOf(container: ContainerStatus): PodTrouble | null {
  if (container.ready) return null;
  const waiting = container.state?.waiting;
  const ended = container.state?.terminated ?? container.lastState?.terminated;
  if (ended?.reason === 'OOMKilled')
    return { reason: 'OOMKilled', message: waiting?.reason ?? '', container: container.name };
  if (waiting === undefined || !stuckReasons.has(waiting.reason)) return null;
  // "back-off 20s restarting failed container=…" differs with every pod and every restart; how it ended does not.
  const message = waiting.reason === 'CrashLoopBackOff' ? exitOf(ended) : detached(waiting.message);
  return { reason: waiting.reason, message, container: container.name };
}

/** A container that runs without being ready: what keeps it from that is only in events, which are lost after an hour. */
function unreadyContainer({ name, ready, state, lastState }: ContainerStatus): Pod['unready'] {
  if (ready || state?.running === undefined) return null;
  const ended = lastState?.terminated;
  const words =
    ended === undefined
      ? `container ${name} runs but is not ready: see its readiness probe`
      : `container ${name} was restarted and is not ready: ${exitOf(ended) || 'it ended'}`;
  return { container: name, words };
}

function exitOf(ended: z.infer<typeof reasonSchema>): string {
  if (ended?.exitCode === undefined) return '';
  return `it exits with code ${ended.exitCode}${ended.reason === '' || ended.reason === 'Error' ? '' : ` (${ended.reason})`}`;
}

/** A pod that the kubelet gave up, such as an evicted one, or that ended, as that of a Job; its workload replaces it. */
function failedPod(
  status: z.infer<typeof podSchema>['status'],
  statuses: readonly ContainerStatus[],
): PodTrouble | null {
  if (status.reason !== '') return { reason: status.reason, message: detached(status.message), container: null };
  const ended = statuses.find(({ state }) => state?.terminated !== undefined && state.terminated.exitCode !== 0);
  if (ended === undefined) return null;
  const { reason = '' } = ended.state?.terminated ?? {};
  return { reason: reason || 'Error', message: exitOf(ended.state?.terminated), container: ended.name };
}
