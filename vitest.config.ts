import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Runs of minutes, by `npm run test:torture`.
    exclude: [...configDefaults.exclude, 'test/torture/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/secret-watch.setup.ts'],
    pool: 'forks',
    // The default leaves one processor free: on two of them that is half of the time.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
