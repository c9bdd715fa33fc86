import { encodeTime } from 'ulid';
import { onRedis, type Redis } from '../doors/redis.ts';
import type { Lane } from '../vocabulary/change.ts';
import { isOpen, type Release, type ReleaseId, releaseSchema } from '../vocabulary/release.ts';
import {
  arrivingKey,
  chainKey,
  historyKey,
  isWaiting,
  laneKey,
  newestField,
  newestKey,
  openKey,
  openOf,
  reviewsKey,
  rolledBackKey,
  turnKey,
} from './indexes.ts';
import type { Records } from './record.ts';
import { releaseSubject } from './transition.ts';

export interface HistoryFilter {
  readonly service?: string;
  readonly environment?: string;
}

export interface HistoryPage extends HistoryFilter {
  readonly before?: ReleaseId;
  readonly after?: ReleaseId;
  readonly sinceMs?: number;
  readonly limit: number;
}

/** Every question about releases is answered from an index whose cost does not grow with history. */
export function createHistory({ redis, records }: { readonly redis: Redis; readonly records: Records }) {
  const readAll = async (ids: readonly string[]) => {
    const found = await records.read(releaseSchema, ids.map(releaseSubject));
    return found.filter((release) => release !== null);
  };
  const listed = async (index: string) => readAll(await onRedis(() => redis.zrange(index, '0', '-1')));
  const release = async (id: ReleaseId): Promise<Release | null> => (await readAll([id]))[0] ?? null;
  return {
    release,
    /** Releases that have not reached Git and still may, oldest first. */
    open: async (filter: HistoryFilter = {}): Promise<Release[]> => {
      const { service, environment } = filter;
      const exact = service !== undefined && environment !== undefined;
      const found = await listed(exact ? openOf(service, environment) : openKey);
      // The list was read a moment before the records: what has been written since is open no more.
      return found.filter((release) => isOpen(release) && matches(release.request, filter));
    },
    /** Releases that are to be written to a lane, oldest first. */
    waiting: async (lane: Lane): Promise<Release[]> => (await listed(laneKey(lane))).filter(isWaiting),
    /** What windows that ended at one moment had held, and what is not settled of it, oldest first. */
    turn: (of: string): Promise<Release[]> => listed(turnKey(of)),
    /** The steps of a chain, the first one first. */
    chain: (id: ReleaseId): Promise<Release[]> => listed(chainKey(id)),
    /** Written releases that are watched: the newest of each service and environment, and older ones until they are left. */
    arriving: async (): Promise<Release[]> => {
      const [watched, newest] = await Promise.all([
        onRedis(() => redis.zrange(arrivingKey, '0', '-1')),
        onRedis(() => redis.hvals(newestKey)),
      ]);
      return readAll([...new Set([...watched, ...newest])].toSorted());
    },
    /** Those that still want a second look by somebody else, oldest first. */
    reviews: (): Promise<Release[]> => listed(reviewsKey),
    lastWritten: async (service: string, environment: string): Promise<Release | null> => {
      const id = await onRedis(() => redis.hget(newestKey, newestField(service, environment)));
      return id === null ? null : ((await readAll([id]))[0] ?? null);
    },
    /** When the service was written last in an environment, and when anything was; null where it never was. */
    lastWrites: async (service: string, environment: string) => {
      const newest = await onRedis(() => redis.hget(newestKey, newestField(service, environment)));
      const ids = await onRedis(() =>
        redis.zrevrangebylex(historyKey(undefined, environment), '+', '-', 'LIMIT', 0, 10),
      );
      const [own, ...others] = await readAll([...(newest === null ? [] : [newest]), ...ids]);
      const written = [...(own === undefined ? [] : [own]), ...others].filter(({ state }) => state.kind === 'written');
      const last =
        written
          .map(({ since }) => since)
          .toSorted()
          .at(-1) ?? null;
      return { service: newest === null ? null : (own?.since ?? null), environment: last };
    },
    /** Newest first: a page of those before an id, or right after one; none that is older than `sinceMs`. */
    history: async (filter: HistoryPage): Promise<Release[]> => {
      const index = historyKey(filter.service, filter.environment);
      const oldest = filter.sinceMs === undefined ? '-' : `[${encodeTime(Math.max(0, filter.sinceMs), 10)}`;
      if (filter.after !== undefined) {
        const ids = await onRedis(() => redis.zrangebylex(index, `(${filter.after}`, '+', 'LIMIT', 0, filter.limit));
        return (await readAll(ids)).toReversed();
      }
      const start = filter.before === undefined ? '+' : `(${filter.before}`;
      const ids = await onRedis(() => redis.zrevrangebylex(index, start, oldest, 'LIMIT', 0, filter.limit));
      return readAll(ids);
    },
    /** Versions that a written rollback left behind. */
    rolledBackFrom: (service: string, environment: string): Promise<string[]> =>
      onRedis(() => redis.smembers(rolledBackKey(service, environment))),
  };
}

function matches(request: { readonly service: string; readonly environment: string }, filter: HistoryFilter): boolean {
  const sameService = filter.service === undefined || filter.service === request.service;
  return sameService && (filter.environment === undefined || filter.environment === request.environment);
}
