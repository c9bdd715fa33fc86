import { createHash } from 'node:crypto';
import { createClusterTime } from './cluster-time.ts';
import { type JsonObject, objectsAt, textAt } from './json.ts';
import { createPodFaults, type PodFaults } from './pod-faults.ts';
import { createStore, nameOf, namespaceOf, type Store } from './store.ts';

/** What all controllers share: the objects, the pace of time, and what is to go wrong. */
export interface World extends PodFaults {
  readonly store: Store;
  /** Waits so many milliseconds of the cluster's time; true when the cluster has been closed meanwhile. */
  readonly pause: (ms: number) => Promise<boolean>;
  /** Calls back later; dropped at close. */
  readonly later: (ms: number, call: () => void) => void;
  /** Milliseconds of the cluster's time since the start. */
  readonly elapsed: () => number;
  readonly time: () => string;
  readonly closed: () => boolean;
  readonly log: (line: string) => void;
  /** True while the first sync runs: nothing takes time. */
  readonly quick: () => boolean;
  readonly setQuick: (quick: boolean) => void;
  readonly close: () => void;
}

/** In the first sync nothing takes time, but pollers must let others work. */
const quickPauseMs = 15;

export function createWorld(options: { readonly speed: number; readonly log: (line: string) => void }): World {
  const { elapsed, after, end } = createClusterTime(options.speed);
  let closed = false;
  let quick = true;
  return {
    ...createPodFaults(),
    store: createStore(() => new Date()),
    pause: (ms) => new Promise((resolve) => after(quick ? quickPauseMs * options.speed : ms, () => resolve(closed))),
    later: (ms, call) => after(ms, () => (closed ? undefined : call())),
    elapsed,
    time: () => `${new Date().toISOString().slice(0, 19)}Z`,
    closed: () => closed,
    log: options.log,
    quick: () => quick,
    setQuick: (now) => {
      quick = now;
    },
    close: () => {
      closed = true;
      end();
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** `1m30s` in milliseconds. */
export function durationMs(text: string | undefined, otherwise: number): number {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) return otherwise;
  const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    if (unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms') total += Number(amount) * units[unit];
  return total;
}

/** As Go prints a duration: `4m30s`. */
export function goDuration(ms: number): string {
  const seconds = ms / 1_000;
  const minutes = Math.floor(seconds / 60);
  const rest = Number((seconds - minutes * 60).toFixed(3));
  if (minutes === 0) return `${rest}s`;
  return minutes < 60 ? `${minutes}m${rest}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}s`;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** The conditions with these set and those dropped; a transition is a change of any of what it says. */
export function withConditions(
  object: JsonObject,
  set: readonly Condition[],
  drop: readonly string[],
  time: string,
): JsonObject[] {
  const generation = object['metadata'];
  const observedGeneration =
    typeof generation === 'object' && generation !== null && !Array.isArray(generation)
      ? (generation['generation'] ?? 1)
      : 1;
  const before = objectsAt(object, 'status', 'conditions');
  const made = set.map((condition): JsonObject => {
    const old = before.find((other) => other['type'] === condition.type);
    const unchanged =
      old !== undefined &&
      (['status', 'reason', 'message'] as const).every((member) => old[member] === condition[member]);
    return {
      ...condition,
      observedGeneration,
      lastTransitionTime: unchanged ? (textAt(old, 'lastTransitionTime') ?? time) : time,
    };
  });
  const gone = new Set([...drop, ...set.map((condition) => condition.type)]);
  return [...made, ...before.filter((other) => !gone.has(String(other['type'])))];
}

export function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(object, 'status', 'conditions').find((condition) => condition['type'] === type);
}

let events = 0;

/** Writes a Kubernetes Event about an object. */
export function recordEvent(
  world: World,
  about: JsonObject,
  component: string,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  annotations: JsonObject = {},
): void {
  const time = world.time();
  events += 1;
  const id = (BigInt(Date.now()) * 1_000_000n + BigInt(events)).toString(16);
  const event: JsonObject = {
    metadata: { name: `${nameOf(about)}.${id}`, namespace: namespaceOf(about), annotations },
    involvedObject: {
      kind: textAt(about, 'kind') ?? '',
      namespace: namespaceOf(about),
      name: nameOf(about),
      uid: textAt(about, 'metadata', 'uid') ?? '',
      apiVersion: textAt(about, 'apiVersion') ?? '',
    },
    reason,
    message: message.slice(0, 1_000),
    source: { component },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: '',
  };
  world.store.create('Event', event, { manager: component, operation: 'Update' });
  const all = world.store.list('Event');
  // Real clusters forget events after an hour.
  const oldest = all[0];
  if (all.length > 300 && oldest !== undefined) world.store.remove('Event', namespaceOf(oldest), nameOf(oldest));
}
