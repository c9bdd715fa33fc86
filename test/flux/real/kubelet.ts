import { pause, systemClock } from '../../../src/doors/time.ts';
import { openCluster } from '../../../src/kubernetes/clusters.ts';
import { startReflector } from '../../../src/kubernetes/reflector.ts';
import { isObject, type JsonObject, objectAt, textAt, toJsonObject } from '../../../src/playground/cluster/json.ts';
import { createPodFaults } from '../../../src/playground/cluster/pod-faults.ts';
import { imageOf, podLife, statusOf } from '../../../src/playground/cluster/pod-life.ts';
import { nameOf, namespaceOf } from '../../../src/playground/cluster/store.ts';
import { type Api, mergePatch, pathOf } from '../api.ts';
import type { Outcome } from '../scenarios/scenario.ts';

export interface Kubelet {
  readonly decide: (image: string, outcome: Outcome) => void;
  readonly stop: () => Promise<void>;
}

/** Plays scheduler and kubelet for the pods that nobody else schedules: it writes what becomes of them, by the tag of their image. */
export function startKubelet(kubeconfig: string, api: Api): Kubelet {
  const stop = new AbortController();
  const faults = createPodFaults();
  const lives = new Set<string>();
  const time = () => `${new Date().toISOString().slice(0, 19)}Z`;

  const live = async (pod: JsonObject): Promise<void> => {
    const path = pathOf('Pod', namespaceOf(pod), nameOf(pod));
    for (const { afterMs, step } of podLife(pod, () => faults.faultOf('', imageOf(pod)), time)) {
      await pause(afterMs, stop.signal);
      if (stop.signal.aborted) return;
      const text = JSON.stringify({
        metadata: { uid: textAt(pod, 'metadata', 'uid') },
        status: statusOf(pod, time(), step),
      });
      const { status } = await api.call('PATCH', `${path}/status?fieldManager=kubelet`, { type: mergePatch, text });
      // It has gone, or another one has its name.
      if (status === 404 || status === 409) return;
    }
  };
  const end = async (pod: JsonObject): Promise<void> => {
    const text = JSON.stringify({ gracePeriodSeconds: 0, preconditions: { uid: textAt(pod, 'metadata', 'uid') } });
    const body = { type: 'application/json', text };
    await api.call('DELETE', pathOf('Pod', namespaceOf(pod), nameOf(pod)), body);
  };

  const reflector = startReflector<JsonObject>({
    api: openCluster({ kubeconfig }),
    path: pathOf('Pod', ''),
    keep: (raw) => {
      const pod = isObject(raw) ? toJsonObject(raw) : {};
      return objectAt(pod, 'spec')['schedulerName'] === 'nobody' ? pod : null;
    },
    onChanges: (changes) => {
      for (const { kind, value } of changes) {
        const uid = textAt(value, 'metadata', 'uid') ?? '';
        if (kind === 'deleted') lives.delete(uid);
        else if (textAt(value, 'metadata', 'deletionTimestamp') !== undefined) void end(value).catch(() => {});
        else if (!lives.has(uid)) {
          lives.add(uid);
          void live(value).catch(() => lives.delete(uid));
        }
      }
    },
    onStatus: () => {},
    onVanished: () => {},
    clock: systemClock,
    random: Math.random,
  });
  return {
    decide: (image, outcome) => faults.decide(image, outcome === 'crash' ? 'crash' : null),
    stop: async () => {
      stop.abort();
      reflector.stop();
      await reflector.done;
    },
  };
}
