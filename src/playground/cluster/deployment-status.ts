import { type JsonObject, numberAt, objectsAt, textAt } from './json.ts';

export interface Counts {
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
  readonly updatedReady: number;
}

/** What the Deployment controller says of a rollout. */
export function deploymentStatus(
  deployment: JsonObject,
  set: string,
  wanted: number,
  counts: Counts,
  done: boolean,
  late: boolean,
  time: string,
): JsonObject {
  const before = objectsAt(deployment, 'status', 'conditions');
  const condition = (type: string, good: boolean, reason: string, message: string): JsonObject => {
    const old = before.find((each) => each['type'] === type);
    const status = good ? 'True' : 'False';
    const told = old !== undefined && old['reason'] === reason && old['message'] === message;
    return {
      type,
      status,
      lastUpdateTime: told ? (textAt(old, 'lastUpdateTime') ?? time) : time,
      lastTransitionTime: old?.['status'] === status ? (textAt(old, 'lastTransitionTime') ?? time) : time,
      reason,
      message,
    };
  };
  const available = counts.ready >= wanted;
  return {
    observedGeneration: numberAt(deployment, 'metadata', 'generation') ?? 1,
    replicas: counts.total,
    updatedReplicas: counts.updated,
    readyReplicas: counts.ready,
    availableReplicas: counts.ready,
    ...(counts.total > counts.ready ? { unavailableReplicas: counts.total - counts.ready } : {}),
    conditions: [
      available
        ? condition('Available', true, 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : condition('Available', false, 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
      done
        ? condition('Progressing', true, 'NewReplicaSetAvailable', `ReplicaSet "${set}" has successfully progressed.`)
        : late
          ? condition(
              'Progressing',
              false,
              'ProgressDeadlineExceeded',
              `ReplicaSet "${set}" has timed out progressing.`,
            )
          : condition('Progressing', true, 'ReplicaSetUpdated', `ReplicaSet "${set}" is progressing.`),
    ],
  };
}
