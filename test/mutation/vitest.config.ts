import { defineConfig } from 'vitest/config';

/** The tests that judge decisions, for mutants of src/decision. */
export default defineConfig({
  test: { isolate: false, include: ['test/decision/**/*.test.ts', 'test/sluice-yaml.test.ts'], testTimeout: 30_000 },
});
