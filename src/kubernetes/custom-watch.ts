import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import { type Clock, pause } from '../doors/time.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import type { ClusterApi } from './clusters.ts';
import type { Custom, CustomKind } from './custom-objects.ts';
import { discoverCustom } from './discovery.ts';
import { keepCustom } from './keep-custom.ts';
import type { Bounds } from './list-watch.ts';
import { type Reflector, type ReflectorStatus, startReflector } from './reflector.ts';

export interface CustomWatchOptions {
  readonly name: string;
  readonly api: ClusterApi;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly objects: ClusterObjects;
  readonly onChange: () => void;
  readonly bounds?: Partial<Bounds>;
  /** How often kinds that are not served are looked for again. */
  readonly rediscoverMs: number;
}

interface Running {
  readonly kind: CustomKind;
  readonly plural: string;
  readonly reflector: Reflector;
}

/** So many kinds of operators are watched in one cluster at most. */
const kindLimit = 20;
/** Flux marks with it everything that it applies. */
const applied = `?labelSelector=${encodeURIComponent('kustomize.toolkit.fluxcd.io/name')}`;

/** Watches the kinds of operators that inventories of services name, as long as they do and the cluster serves them. */
export function createCustomWatch(options: CustomWatchOptions) {
  const { name, api, log, objects } = options;
  const stop = new AbortController();
  const running = new Map<string, Running>();
  let wanted = new Map<string, CustomKind>();
  let again = new AbortController();
  let isToldOfLimit = false;

  const onStatus = (kind: CustomKind, path: string) => (status: ReflectorStatus) => {
    objects.sight(kind, status.forbidden ? 'forbidden' : status.synced ? 'seen' : 'unlisted');
    const fields = { cluster: name, path, because: status.because };
    if (status.forbidden) log.warn(fields, 'a right is missing to watch what an operator makes');
    options.onChange();
  };
  const start = (key: string, kind: CustomKind, path: string): void => {
    const reflector = startReflector<Custom>({
      ...options,
      path: `${path}${applied}`,
      keep: keepCustom(kind),
      onChanges: (changes) => {
        for (const { kind: change, value } of changes) change === 'deleted' ? objects.drop(value) : objects.put(value);
        options.onChange();
      },
      onStatus: onStatus(kind, path),
      onVanished: () => {
        running.delete(key);
        objects.sight(kind, 'unserved');
        options.onChange();
      },
    });
    running.set(key, { kind, plural: path.split('/').at(-1) ?? '', reflector });
  };
  const end = (key: string, kind: CustomKind, reflector: Reflector): void => {
    reflector.end();
    objects.sight(kind, 'unlisted');
    running.delete(key);
  };
  /** Milliseconds until it is worth another try. */
  const look = async (): Promise<number> => {
    for (const [key, { kind, reflector }] of running) if (!wanted.has(key)) end(key, kind, reflector);
    try {
      for (const [key, kind] of wanted) {
        if (running.has(key)) continue;
        const path = await discoverCustom(api, kind, stop.signal);
        if (stop.signal.aborted) return 0;
        if (path !== null) start(key, kind, path);
        else objects.sight(kind, 'unserved');
        options.onChange();
      }
      return options.rediscoverMs;
    } catch (error) {
      log.debug({ cluster: name, because: messageOf(error) }, 'what an operator makes cannot be looked for now');
      return 1_000 + 4_000 * options.random();
    }
  };
  const looking = (async () => {
    while (!stop.signal.aborted) {
      again = new AbortController();
      const ms = wanted.size === 0 && running.size === 0 ? options.rediscoverMs : await look();
      await pause(ms, AbortSignal.any([stop.signal, again.signal]));
    }
  })();

  return {
    /** The kinds that matter now; more than the limit are left out. */
    follow: (kinds: readonly CustomKind[]): void => {
      const all = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
      if (all.size > kindLimit && !isToldOfLimit)
        log.warn({ cluster: name, kinds: all.size, limit: kindLimit }, 'more kinds of operators than are watched');
      isToldOfLimit = all.size > kindLimit;
      const next = new Map([...all].toSorted(([a], [b]) => a.localeCompare(b)).slice(0, kindLimit));
      const isNew = [...next.keys()].some((key) => !wanted.has(key));
      wanted = next;
      if (isNew) again.abort();
    },
    /** `sites.apps.example.com` */
    missingRights: (): string[] =>
      [...running.values()].flatMap(({ kind, plural, reflector }) =>
        reflector.status().forbidden ? [`${plural}.${kind.group}`] : [],
      ),
    statuses: (): ReflectorStatus[] => [...running.values()].map(({ reflector }) => reflector.status()),
    stop: async (): Promise<void> => {
      stop.abort();
      const all = [...running.values()].map(({ reflector }) => reflector);
      for (const reflector of all) reflector.stop();
      await Promise.all([looking, ...all.map(({ done }) => done)]);
    },
  };
}
