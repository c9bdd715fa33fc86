import { ensure, type JsonObject, objectAt, objectsAt } from './json.ts';

/** What the API server adds to a manifest that does not say it. */
export function withDefaults(kind: string, object: JsonObject): JsonObject {
  if (kind === 'Deployment') {
    const spec = ensure(object, 'spec');
    spec['replicas'] ??= 1;
    spec['strategy'] ??= { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
    spec['revisionHistoryLimit'] ??= 10;
    spec['progressDeadlineSeconds'] ??= 600;
    podDefaults(ensure(spec, 'template', 'spec'));
    object['status'] ??= {};
  }
  if (kind === 'StatefulSet' || kind === 'DaemonSet' || kind === 'Job') {
    const spec = ensure(object, 'spec');
    if (kind === 'StatefulSet') spec['replicas'] ??= 1;
    if (kind === 'Job') Object.assign(spec, { completions: 1, parallelism: 1, backoffLimit: 6, ...spec });
    podDefaults(ensure(spec, 'template', 'spec'));
    object['status'] ??= {};
  }
  if (kind === 'CronJob') {
    const spec = ensure(object, 'spec');
    spec['suspend'] ??= false;
    podDefaults(ensure(spec, 'jobTemplate', 'spec', 'template', 'spec'));
    object['status'] ??= {};
  }
  if (kind === 'GitRepository' || kind === 'Kustomization' || kind === 'HelmRelease') {
    if (Object.keys(objectAt(object, 'status')).length === 0) object['status'] = { observedGeneration: -1 };
    if (kind === 'Kustomization') ensure(object, 'spec')['force'] ??= false;
  }
  if (kind === 'Namespace') object['status'] ??= { phase: 'Active' };
  return object;
}

function podDefaults(spec: JsonObject): void {
  for (const container of objectsAt(spec, 'containers')) {
    container['resources'] ??= {};
    container['terminationMessagePath'] ??= '/dev/termination-log';
    container['terminationMessagePolicy'] ??= 'File';
    container['imagePullPolicy'] ??= 'IfNotPresent';
  }
  spec['restartPolicy'] ??= 'Always';
  spec['terminationGracePeriodSeconds'] ??= 30;
  spec['dnsPolicy'] ??= 'ClusterFirst';
  spec['securityContext'] ??= {};
  spec['schedulerName'] ??= 'default-scheduler';
}
