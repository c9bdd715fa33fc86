import { type JsonObject, numberAt, objectAt, same, textAt } from './json.ts';
import { manager, ownedBy, ownerKind, ownerName, podFrom } from './pods.ts';
import { nameOf, namespaceOf } from './store.ts';
import { sha256, type World } from './world.ts';

/** Runs a Job's pod until one has succeeded, or too many have failed. */
export function createJobController(world: World): void {
  const { store } = world;
  let pods = 0;

  const sync = (job: JsonObject) => {
    const own = store.list('Pod', namespaceOf(job)).filter((pod) => ownedBy(pod, job));
    const inPhase = (phase: string) => own.filter((pod) => textAt(pod, 'status', 'phase') === phase).length;
    const [succeeded, failed] = [inPhase('Succeeded'), inPhase('Failed')];
    const over = failed > (numberAt(job, 'spec', 'backoffLimit') ?? 6);
    const paused = objectAt(job, 'spec')['suspend'] === true;
    if (succeeded === 0 && !over && !paused && own.length === failed) {
      pods += 1;
      const name = `${nameOf(job)}-${sha256(`${nameOf(job)} ${pods}`).slice(0, 5)}`;
      store.create('Pod', podFrom(job, objectAt(job, 'spec', 'template'), name), manager);
    }
    report(job, succeeded, failed, over);
  };

  const report = (job: JsonObject, succeeded: number, failed: number, over: boolean) => {
    const status: JsonObject = {
      startTime: textAt(job, 'status', 'startTime') ?? world.time(),
      ...(succeeded > 0 ? { succeeded } : over ? {} : { active: 1 }),
      ...(failed > 0 ? { failed } : {}),
    };
    if (succeeded > 0) status['conditions'] = [condition(job, 'Complete', 'CompletionsReached', world.time())];
    else if (over) status['conditions'] = [condition(job, 'Failed', 'BackoffLimitExceeded', world.time())];
    if (same(job['status'], status)) return;
    const by = { ...manager, subresource: 'status' } as const;
    store.update('Job', namespaceOf(job), nameOf(job), by, (draft) => {
      draft['status'] = status;
    });
  };

  const ask = (namespace: string, name: string) =>
    setImmediate(() => {
      const job = store.get('Job', namespace, name);
      if (job !== null && !world.closed()) sync(job);
    });

  store.subscribe(({ kind, type, object }) => {
    if (kind === 'Job' && type === 'ADDED') ask(namespaceOf(object), nameOf(object));
    if (kind === 'Job' && type === 'DELETED')
      for (const pod of store.list('Pod', namespaceOf(object)))
        if (ownedBy(pod, object)) store.remove('Pod', namespaceOf(pod), nameOf(pod));
    if (kind === 'Pod' && type !== 'ADDED' && ownerKind(object) === 'Job') ask(namespaceOf(object), ownerName(object));
  });
}

function condition(job: JsonObject, type: string, reason: string, time: string): JsonObject {
  const message =
    type === 'Complete' ? 'Reached expected number of succeeded pods' : 'Job has reached the specified backoff limit';
  const before = objectAt(job, 'status')['conditions'];
  const old = Array.isArray(before) ? textAt(before[0], 'lastTransitionTime') : undefined;
  return { type, status: 'True', reason, message, lastTransitionTime: old ?? time };
}
