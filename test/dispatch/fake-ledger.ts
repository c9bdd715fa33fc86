import type { Entry, Moved, ReleaseChange, Transition } from '../../src/dispatch/ports.ts';
import type { Lane } from '../../src/vocabulary/change.ts';
import { isOpen, type Release } from '../../src/vocabulary/release.ts';
import { ana } from '../support/builders.ts';

/** The record of some releases in memory, with the same compare-and-set as the real one. */
export function aRecord(...releases: Release[]) {
  const standing = new Map(releases.map((release) => [String(release.id), release]));
  const log: { id: string; event: string; text?: string | undefined }[] = [];
  const sorted = () => [...standing.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const transition = async (before: Release, change: ReleaseChange, entry: Entry): Promise<Moved> => {
    const now = standing.get(before.id) ?? before;
    if (now.revision !== before.revision) return { kind: 'moved', record: now };
    const record = { ...before, ...change, revision: before.revision + 1 };
    standing.set(before.id, record);
    log.push({ id: before.id, event: entry.event, text: entry.text });
    return { kind: 'done', record };
  };
  return {
    log,
    texts: () => log.flatMap(({ text }) => (text === undefined ? [] : [text])),
    events: (id: string) => log.filter((line) => line.id === id).map(({ event }) => event),
    stateOf: (release: Release) => standing.get(release.id)?.state.kind,
    get: (release: Release) => standing.get(release.id) ?? release,
    /** A change by somebody else. */
    change: (release: Release, change: Partial<Release>) => {
      const now = standing.get(release.id) ?? release;
      standing.set(release.id, { ...now, ...change, revision: now.revision + 1 });
    },
    release: async (id: string) => standing.get(id) ?? null,
    open: async (filter: { service?: string; environment?: string } = {}) =>
      sorted().filter(
        (each) =>
          isOpen(each) &&
          (filter.service === undefined || each.request.service === filter.service) &&
          (filter.environment === undefined || each.request.environment === filter.environment),
      ),
    waiting: async (lane: Lane) =>
      sorted().filter(
        ({ state, plan }) =>
          (state.kind === 'queued' || state.kind === 'writing') &&
          plan?.lane.repository === lane.repository &&
          plan.lane.branch === lane.branch,
      ),
    transition,
    transitionAll: async (list: Transition[]) => {
      const moved: Moved[] = [];
      for (const { before, change, entry } of list) moved.push(await transition(before, change, entry));
      return moved;
    },
  };
}

export const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The ports of dispatch for a world where nothing is built and the clock is right. */
export const noArtifacts = {
  clockSkew: async () => null,
  clustersOf: () => [],
  artifact: async () => null,
  newestOf: async () => null,
  autoReleases: async () => ({ requester: ana, targets: [] }),
};
