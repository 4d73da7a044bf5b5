import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The long runs, which are not part of `npm test`; TORTURE_ROUNDS says how long. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/torture/**/*.test.ts'],
      setupFiles: ['test/torture/leftovers.setup.ts'],
      testTimeout: 600_000,
      hookTimeout: 120_000,
    },
  }),
);
