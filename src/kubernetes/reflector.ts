import { messageOf } from '../doors/errors.ts';
import { type Clock, pause } from '../doors/time.ts';
import type { ClusterApi } from './clusters.ts';
import { type Change, createHeld } from './held.ts';
import { type Bounds, createListWatch, defaultBounds, type ListWatchFailure, type Outcome } from './list-watch.ts';

export interface ReflectorStatus {
  /** Whether everything has been listed at least once. */
  readonly synced: boolean;
  /** Epoch milliseconds of the last contact, where there is none now. */
  readonly staleSince: number | null;
  /** Why there is no contact, or which right is missing. */
  readonly because: string | null;
  readonly forbidden: boolean;
}

export interface ReflectorOptions<T> {
  readonly api: ClusterApi;
  /** `/apis/apps/v1/deployments`. */
  readonly path: string;
  /** What is remembered of one object; null when it is of no interest. */
  readonly keep: (raw: unknown) => T | null;
  readonly onChanges: (changes: readonly Change<T>[]) => void;
  readonly onStatus: (status: ReflectorStatus) => void;
  /** The kind is not served any more; the reflector has ended and holds nothing. */
  readonly onVanished: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly bounds?: Partial<Bounds>;
}

export interface Reflector {
  readonly status: () => ReflectorStatus;
  /** Epoch milliseconds of the last answer or event; null before the first. */
  readonly heardAt: () => number | null;
  /** Reads one object now, past the watch; rejects where it cannot be. Before everything was listed it does nothing. */
  readonly look: (namespace: string, name: string) => Promise<void>;
  readonly stop: () => void;
  /** Stops and lets go of everything that is held. */
  readonly end: () => void;
  /** Settles when nothing runs any more; never rejects. */
  readonly done: Promise<void>;
}

/** A server that refuses to go on from a version so many times, for whatever reason, is asked for everything anew. */
const refusalLimit = 4;

/**
 * Holds a copy of one kind: list, then watch for ever. Whatever happens to the connection, it comes back by itself and
 * tells what changed in between, deletions too.
 */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector {
  const bounds = { ...defaultBounds, ...options.bounds };
  const stop = new AbortController();
  const held = createHeld<T>();
  let status: ReflectorStatus = { synced: false, staleSince: null, because: null, forbidden: false };
  const say = (next: Partial<ReflectorStatus>) => {
    const merged = { ...status, ...next };
    const same =
      merged.synced === status.synced && merged.staleSince === status.staleSince && merged.because === status.because;
    status = merged;
    if (!same) options.onStatus(status);
  };
  const tell = (changes: readonly Change<T>[]) => {
    if (changes.length > 0 && !stop.signal.aborted) options.onChanges(changes);
  };
  let contact = options.clock.now();
  let heardAt: number | null = null;
  const listWatch = createListWatch({
    ...options,
    bounds,
    signal: stop.signal,
    onContact: () => {
      contact = options.clock.now();
      heardAt = contact;
      if (status.staleSince !== null || status.because !== null)
        say({ staleSince: null, because: null, forbidden: false });
    },
    onEvent: (events) => tell(held.events(events)),
  });

  const settle = async (failure: ListWatchFailure, failures: number): Promise<void> => {
    if (failure.kind === 'gone') return;
    say({
      staleSince: status.staleSince ?? contact,
      because: failure.because,
      forbidden: failure.kind === 'forbidden',
    });
    const longest = failure.kind === 'forbidden' ? bounds.forbiddenPauseMs : bounds.longestPauseMs;
    const wanted = failure.kind === 'forbidden' ? longest : bounds.shortestPauseMs * 2 ** Math.min(failures, 10);
    const asked = failure.kind === 'failed' ? (failure.retryAfterMs ?? 0) : 0;
    // Jitter keeps many reflectors from coming back at the same moment.
    await pause(Math.min(longest, Math.max(wanted, asked)) * (0.5 + options.random() / 2), stop.signal);
  };

  const run = async (): Promise<void> => {
    let version: string | null = null;
    let failures = 0;
    let refusals = 0;
    while (!stop.signal.aborted) {
      const outcome: Outcome<T> =
        version === null ? await listWatch.list().catch(failed) : await listWatch.watch(version).catch(failed);
      if (stop.signal.aborted) return;
      if (outcome.kind === 'listed') {
        const changes = held.list(outcome.version, outcome.objects);
        version = outcome.version;
        failures = 0;
        refusals = 0;
        say({ synced: true });
        tell(changes);
      } else if (outcome.kind === 'closed') {
        version = outcome.version;
        refusals = 0;
        // A server that closes every watch at once is treated like one that fails.
        failures = outcome.lively ? 0 : failures + 1;
        if (failures > 1)
          await pause(Math.min(bounds.longestPauseMs, bounds.shortestPauseMs * 2 ** failures), stop.signal);
      } else if (outcome.kind === 'missing') {
        options.onChanges(held.clear());
        options.onVanished();
        return;
      } else {
        if (outcome.kind === 'failed' && outcome.answered === true) refusals += 1;
        if (outcome.kind === 'gone' || refusals >= refusalLimit) version = null;
        await settle(outcome, failures);
        failures = outcome.kind === 'gone' ? failures : failures + 1;
        if (outcome.kind === 'gone' && failures > 0)
          await pause(bounds.shortestPauseMs * 2 ** Math.min(failures, 5), stop.signal);
      }
    }
  };
  return {
    status: () => status,
    heardAt: () => heardAt,
    look: async (namespace, name) => {
      if (!status.synced) return;
      const found = await listWatch.look(namespace, name);
      tell(held.events(found.map((object) => ({ ...object, deleted: false }))));
    },
    stop: () => stop.abort(),
    end: () => {
      tell(held.clear());
      stop.abort();
    },
    done: run(),
  };
}

function failed(error: unknown): ListWatchFailure {
  return { kind: 'failed', because: messageOf(error) };
}
