import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** What takes longest, by its name: it begins first, so that at the end nobody waits for one file that begins last. */
const longest = [
  'journeys/kills-while-writing',
  'journeys/kills-while-telling',
  'journeys/freeze',
  'journeys/outages',
  'journeys/replicas',
  'journeys/redis-failover',
  'journeys/rolling-restart',
  'journeys/changed-diff',
  'dispatch/kill',
  'flux/replay',
  'playground/start',
  'playground/panel',
].map((name) => `test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(...[files]: Parameters<BaseSequencer['sort']>) {
    const rank = (moduleId: string) => {
      const place = longest.indexOf(relative(import.meta.dirname, moduleId));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a.moduleId) - rank(b.moduleId));
  }
}

// Two forks fit the smallest machine this is meant for; every fork has a Redis of its own (test/support/redis.ts).
const shared = { pool: 'forks', maxWorkers: 2, testTimeout: 30_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          // No module of src keeps what a test could leave behind, and every file closes what it opens: so a fork takes one file
          // after the other, and loads what they share once.
          isolate: false,
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/journeys/**', 'test/browser/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'journeys',
          sequence: { groupOrder: 1 },
          include: ['test/journeys/**/*.test.ts'],
          // They wait more than they work.
          maxWorkers: 3,
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
          sequence: { groupOrder: 2 },
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
