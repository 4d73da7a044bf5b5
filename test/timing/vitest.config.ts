import { defineConfig } from 'vitest/config';

// One file after the other: what is measured must not compete with itself.
export default defineConfig({
  test: {
    include: ['test/timing/*.timing.ts'],
    pool: 'forks',
    fileParallelism: false,
    disableConsoleIntercept: true,
    testTimeout: 900_000,
  },
});
