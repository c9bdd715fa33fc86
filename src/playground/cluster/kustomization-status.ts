import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.ts';
import { nameOf, namespaceOf } from './store.ts';
import { type Condition, conditionOf, goDuration, type World, withConditions } from './world.ts';

const writer = { manager: 'gotk-kustomize-controller', operation: 'Update', subresource: 'status' } as const;

/** The status writes of one run of a Kustomization, in the order and words of kustomize-controller 1.9. */
export interface StatusWrites {
  readonly step: (what: string) => void;
  readonly attempted: () => void;
  readonly applied: (entries: readonly JsonObject[]) => void;
  readonly checking: () => void;
  readonly healthy: (tookMs: number) => void;
  /** Without health checks nothing is said of health. */
  readonly ready: (checked: boolean) => void;
  readonly finish: (digest: string, tookMs: number, entries: readonly JsonObject[]) => void;
  /** Not even begun: something else has to come first. */
  readonly wait: (reason: string, message: string) => void;
  readonly fail: (reason: string, message: string, unhealthy?: string) => void;
  readonly history: (digest: string, status: string, tookMs: number) => void;
  readonly handled: () => void;
}

export function createStatusWrites(
  world: World,
  kustomization: JsonObject,
  revision: string,
  timeoutMs: number,
): StatusWrites {
  const { store } = world;
  const within = `for revision ${revision} with a timeout of ${goDuration(timeoutMs)}`;
  let last = `Fetching manifests ${within}`;
  const write = (set: readonly Condition[], drop: readonly string[], more: (status: JsonObject) => JsonObject) =>
    store.update('Kustomization', namespaceOf(kustomization), nameOf(kustomization), writer, (draft) => {
      const conditions = withConditions(draft, set, drop, world.time());
      const status = objectAt(draft, 'status');
      draft['status'] = { ...status, ...more(status), ...(conditions.length === 0 ? {} : { conditions }) };
    });
  const running = (): Condition[] => [
    { type: 'Reconciling', status: 'True', reason: 'Progressing', message: last },
    { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' },
  ];
  const snapshot = (digest: string, status: string, tookMs: number) => (before: JsonObject) => ({
    history: withSnapshot(objectsAt(before, 'history'), digest, status, tookMs, revision, world.time()),
  });
  return {
    step: (what) => {
      last = `${what} ${within}`;
      write(running(), [], () => ({}));
    },
    attempted: () => write([], [], () => ({ lastAttemptedRevision: revision })),
    applied: (entries) => write([], [], () => ({ inventory: { entries: [...entries] } })),
    checking: () => {
      last = `Running health checks ${within}`;
      const healthy: Condition = { type: 'Healthy', status: 'Unknown', reason: 'Progressing', message: last };
      write([...running(), healthy], [], () => ({}));
    },
    healthy: (tookMs) => {
      const message = `Health check passed in ${goDuration(tookMs)}`;
      write([...running(), { type: 'Healthy', status: 'True', reason: 'Succeeded', message }], [], () => ({}));
    },
    ready: (checked) => {
      const message = `Applied revision: ${revision}`;
      const ready: Condition = { type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message };
      write([ready], checked ? ['Reconciling'] : ['Reconciling', 'Healthy'], () => ({}));
    },
    finish: (digest, tookMs, entries) =>
      void write([], [], (before) => ({
        ...snapshot(digest, 'ReconciliationSucceeded', tookMs)(before),
        inventory: { entries: [...entries] },
        lastAppliedRevision: revision,
        observedGeneration: numberAt(kustomization, 'metadata', 'generation') ?? 1,
        ...handledAt(kustomization),
      })),
    wait: (reason, message) => {
      const live = store.get('Kustomization', namespaceOf(kustomization), nameOf(kustomization));
      const retrying = conditionOf(live ?? {}, 'Reconciling');
      const conditions: Condition[] = [{ type: 'Ready', status: 'False', reason, message }];
      const before = textAt(retrying ?? {}, 'message') ?? '';
      if (retrying !== undefined)
        conditions.unshift({ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: before });
      write(conditions, [], () => handledAt(kustomization));
    },
    fail: (reason, message, unhealthy) => {
      const conditions: Condition[] = [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: last },
        { type: 'Ready', status: 'False', reason, message },
      ];
      if (unhealthy !== undefined) conditions.push({ type: 'Healthy', status: 'False', reason, message: unhealthy });
      write(conditions, [], () => handledAt(kustomization));
    },
    history: (digest, status, tookMs) => void write([], [], snapshot(digest, status, tookMs)),
    handled: () =>
      void write([], [], (before) => {
        const ready = objectsAt(before, 'conditions').some(
          (each) => each['type'] === 'Ready' && each['status'] === 'True',
        );
        const generation = numberAt(kustomization, 'metadata', 'generation') ?? 1;
        return { ...(ready ? { observedGeneration: generation } : {}), ...handledAt(kustomization) };
      }),
  };
}

function handledAt(kustomization: JsonObject): JsonObject {
  const asked = textAt(kustomization, 'metadata', 'annotations', 'reconcile.fluxcd.io/requestedAt');
  return asked === undefined ? {} : { lastHandledReconcileAt: asked };
}

/** Newest first, five at most, one for each digest and outcome. */
function withSnapshot(
  before: readonly JsonObject[],
  digest: string,
  status: string,
  tookMs: number,
  revision: string,
  time: string,
): JsonObject[] {
  const same = (entry: JsonObject) => entry['digest'] === digest && entry['lastReconciledStatus'] === status;
  const old = before.find(same);
  const made: JsonObject = {
    digest,
    firstReconciled: textAt(old ?? {}, 'firstReconciled') ?? time,
    lastReconciled: time,
    lastReconciledDuration: goDuration(tookMs),
    lastReconciledStatus: status,
    totalReconciliations: (numberAt(old ?? {}, 'totalReconciliations') ?? 0) + 1,
    metadata: { revision },
  };
  return [made, ...before.filter((entry) => !same(entry))].slice(0, 5);
}
