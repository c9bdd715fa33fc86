import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** What takes longest, by its name: it begins first, so that at the end nobody waits for one file that begins last. */
const longest = [
  'journeys/kills-while-writing',
  'journeys/kills-while-telling',
  'journeys/freeze',
  'journeys/outages',
  'journeys/redis-failover',
  'journeys/changed-diff',
  'journeys/dev-to-production',
  'journeys/replicas',
  'journeys/commits-from-outside',
  'journeys/auto-release',
  'journeys/choosing',
  'journeys/doctor',
  'journeys/checks',
  'journeys/rolling-restart',
  'dispatch/kill',
  'flux/replay',
  'playground/start',
  'flux/scenarios',
  'catalog/catalog',
  'catalog/policy-owners',
  'gitops/batch',
  'gitops/clone',
  'kubernetes/replay-wire',
  'playground/cluster/cluster',
  'playground/panel',
  'notify/notify',
  'chat/chat',
  'faults/property',
  'dispatch/dispatch',
].map((name) => `test/${name}.test.ts`);

/** Journeys, then the rest, so that a fork changes its project once; at the end there are only files of a moment. */
class LongestFirst extends BaseSequencer {
  override async sort(...[files]: Parameters<BaseSequencer['sort']>) {
    const rank = ({ moduleId, project }: (typeof files)[number]) => {
      const place = longest.indexOf(relative(import.meta.dirname, moduleId));
      return (project.name === 'journeys' ? 0 : 1_000) + (place < 0 ? longest.length : place);
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

const shared = {
  pool: 'forks',
  // They wait as much as they work, so three fit the two cores of the smallest machine this is meant for.
  maxWorkers: 3,
  // No module of src keeps what a test could leave behind, and every file closes what it opens: so a fork takes one file after the
  // other, and loads what they share once.
  isolate: false,
  testTimeout: 30_000,
  hookTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/journeys/**', 'test/browser/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: 90_000,
          // A busy machine takes its time to start a company and several processes.
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'browser',
          // Alone, as a browser on two busy cores is late for everything.
          sequence: { groupOrder: 1 },
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
