import { defineConfig } from 'vitest/config';

// Two forks fit the smallest machine this is meant for; every fork has a Redis of its own (test/support/redis.ts).
const shared = { pool: 'forks', maxWorkers: 2, testTimeout: 30_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
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
