import { type JsonObject, numberAt, objectsAt, textAt } from './json.ts';

export type Health = 'Current' | 'InProgress' | 'Failed' | 'NotFound';

type Is = (type: string, value: string) => boolean;

/** kstatus, as Flux's health checks read it (cli-utils/pkg/kstatus/status). */
export function healthOf(object: JsonObject | null): Health {
  if (object === null) return 'NotFound';
  if (textAt(object, 'metadata', 'deletionTimestamp') !== undefined) return 'InProgress';
  const conditions = objectsAt(object, 'status', 'conditions');
  const is: Is = (type, value) => conditions.some((each) => each['type'] === type && each['status'] === value);
  const observed = numberAt(object, 'status', 'observedGeneration');
  const current = observed === numberAt(object, 'metadata', 'generation');
  switch (object['kind']) {
    case 'Deployment':
      if (!current) return 'InProgress';
      if (conditions.some((each) => each['reason'] === 'ProgressDeadlineExceeded')) return 'Failed';
      return hasAll(object, ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas']) &&
        is('Available', 'True')
        ? 'Current'
        : 'InProgress';
    case 'StatefulSet': {
      const revised = textAt(object, 'status', 'currentRevision') === textAt(object, 'status', 'updateRevision');
      return current && hasAll(object, ['replicas', 'readyReplicas', 'currentReplicas']) && revised
        ? 'Current'
        : 'InProgress';
    }
    case 'DaemonSet': {
      const wanted = numberAt(object, 'status', 'desiredNumberScheduled');
      const counts = ['currentNumberScheduled', 'updatedNumberScheduled', 'numberAvailable', 'numberReady'];
      const all = counts.every((name) => (numberAt(object, 'status', name) ?? 0) === wanted);
      return current && all ? 'Current' : 'InProgress';
    }
    case 'Job':
      // Flux has a reader of its own: unlike for kstatus, a Job that runs is not done (fluxcd/pkg/runtime/statusreaders).
      return is('Failed', 'True') ? 'Failed' : is('Complete', 'True') ? 'Current' : 'InProgress';
    default:
      return generic(observed === undefined || current, is, conditions);
  }
}

function hasAll(object: JsonObject, counts: readonly string[]): boolean {
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  return counts.every((name) => (numberAt(object, 'status', name) ?? 0) === wanted);
}

function generic(current: boolean, is: Is, conditions: readonly JsonObject[]): Health {
  if (!current || is('Reconciling', 'True')) return 'InProgress';
  if (is('Stalled', 'True')) return 'Failed';
  const ready = conditions.find((each) => each['type'] === 'Ready');
  return ready === undefined || ready['status'] === 'True' ? 'Current' : 'InProgress';
}
