import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import { type Clock, pause } from '../doors/time.ts';
import { createClusterObjects } from './cluster-objects.ts';
import type { ClusterApi } from './clusters.ts';
import type { CustomKind } from './custom-objects.ts';
import { createCustomWatch } from './custom-watch.ts';
import { discoverPaths } from './discovery.ts';
import type { Hint } from './hints.ts';
import { type WatchedKind, watchedKinds } from './kinds.ts';
import type { Bounds } from './list-watch.ts';
import type { ClusterView, Kept } from './objects.ts';
import { type Reflector, type ReflectorStatus, startReflector } from './reflector.ts';

export interface ClusterWatchOptions {
  readonly name: string;
  readonly api: ClusterApi;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Something that verdicts rest on has changed. */
  readonly onChange: () => void;
  readonly bounds?: Partial<Bounds>;
  /** How often kinds that are not served are looked for again. */
  readonly rediscoverMs?: number;
}

export interface ClusterWatch {
  readonly view: ClusterView;
  /** The kinds of operators that are watched from now on, besides those that always are. */
  readonly follow: (kinds: readonly CustomKind[]) => void;
  /** Whether everything has been seen once, so that what is missing is missing. */
  readonly synced: () => boolean;
  /** Epoch milliseconds since when not everything that is watched is fresh; null when it is. */
  readonly staleSince: () => number | null;
  /** Why it is not reachable. */
  readonly because: () => string | null;
  /** Epoch milliseconds of its last word; null before the first. */
  readonly heardAt: () => number | null;
  /** What it may not list and watch: `pods`, `rollouts.argoproj.io`. */
  readonly missingRights: () => readonly string[];
  readonly flux: () => 'seen' | 'absent' | 'unknown';
  /** Reads an object of Flux now, past the watch; other kinds are left to it. */
  readonly look: (hint: Hint) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Watches every kind of one cluster that verdicts rest on and that it serves. */
export function watchCluster(options: ClusterWatchOptions): ClusterWatch {
  const { name, api, clock, log } = options;
  const objects = createClusterObjects();
  const rediscoverMs = options.rediscoverMs ?? 60_000;
  const customs = createCustomWatch({ ...options, objects, rediscoverMs });
  const stop = new AbortController();
  const running = new Map<WatchedKind['kind'], Reflector>();
  let discovered = false;
  let trouble: string | null = null;
  let lostSince: number | null = clock.now();
  let inContact = true;
  const statuses = () => [...running.values()].map((reflector) => reflector.status());
  const staleSince = (): number | null => {
    const since = [...statuses(), ...customs.statuses()].flatMap((status) =>
      status.staleSince === null || status.forbidden ? [] : [status.staleSince],
    );
    if (!discovered && lostSince !== null) since.push(lostSince);
    return since.length === 0 ? null : Math.min(...since);
  };

  const onStatus = (kind: WatchedKind, path: string) => (status: ReflectorStatus) => {
    if (kind.kind === 'Pod') objects.blindToPods(status.forbidden);
    const fields = { cluster: name, path, because: status.because };
    if (status.forbidden) log.warn(fields, 'a right is missing to watch a cluster');
    else log.debug(fields, 'the watch of one kind');
    sayContact(fields);
    options.onChange();
  };
  /** One line for the cluster, not one for each of its kinds. */
  const sayContact = (fields: object): void => {
    const now = staleSince() === null;
    if (now === inContact) return;
    inContact = now;
    if (now) log.info({ cluster: name }, 'a cluster answers again');
    else log.warn(fields, 'lost the watch of a cluster');
  };
  const start = (kind: WatchedKind, path: string) => {
    const reflector = startReflector<Kept>({
      api,
      path,
      keep: kind.keep,
      clock,
      random: options.random,
      ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
      onChanges: (changes) => {
        for (const { kind: change, value } of changes) change === 'deleted' ? objects.drop(value) : objects.put(value);
        options.onChange();
      },
      onStatus: onStatus(kind, path),
      onVanished: () => {
        running.delete(kind.kind);
        options.onChange();
      },
    });
    running.set(kind.kind, reflector);
  };
  const discover = async (): Promise<number> => {
    try {
      const paths = await discoverPaths(api, watchedKinds, stop.signal);
      if (stop.signal.aborted) return 0;
      discovered = true;
      trouble = null;
      lostSince = null;
      for (const kind of watchedKinds) {
        const path = paths.get(kind.kind);
        if (path !== undefined && !running.has(kind.kind)) start(kind, path);
      }
      return rediscoverMs;
    } catch (error) {
      const because = messageOf(error);
      if (because !== trouble && !stop.signal.aborted)
        log.warn({ cluster: name, because }, 'a cluster does not answer');
      trouble = because;
      lostSince ??= clock.now();
      return 1_000 + 4_000 * options.random();
    } finally {
      options.onChange();
    }
  };
  const discovery = (async () => {
    while (!stop.signal.aborted) await pause(await discover(), stop.signal);
  })();

  return {
    view: objects,
    follow: customs.follow,
    synced: () => discovered && statuses().every(({ synced, forbidden }) => synced || forbidden),
    staleSince,
    because: () => statuses().find(({ because, forbidden }) => because !== null && !forbidden)?.because ?? trouble,
    heardAt: () => {
      const heard = [...running.values()].flatMap((reflector) => reflector.heardAt() ?? []);
      return heard.length === 0 ? null : Math.max(...heard);
    },
    missingRights: () => [
      ...watchedKinds.flatMap(({ kind, group, plural }) =>
        running.get(kind)?.status().forbidden ? [group === '' ? plural : `${plural}.${group}`] : [],
      ),
      ...customs.missingRights(),
    ],
    flux: () => (running.has('Kustomization') ? 'seen' : discovered ? 'absent' : 'unknown'),
    look: async ({ kind, namespace, name: object }) => {
      const known = watchedKinds.find((each) => each.kind === kind && each.group.endsWith('.fluxcd.io'));
      if (known !== undefined) await running.get(known.kind)?.look(namespace, object);
    },
    stop: async () => {
      stop.abort();
      const all = [...running.values()];
      for (const reflector of all) reflector.stop();
      await Promise.all([discovery, customs.stop(), ...all.map(({ done }) => done)]);
    },
  };
}
