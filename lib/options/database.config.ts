import type { OptionsCheck } from './options-check.js';

/** How the database is used; durations in ms. */
export interface DatabaseConfig {
  /** Null: without a limit. */
  readonly databaseTimeout: number | null;
}

/** The longest time that a timer of JavaScript can run for, in ms: 24 days. */
const LONGEST_TIMER = 2_147_483_647;

export function databaseConfig(check: OptionsCheck): DatabaseConfig {
  if (check.options.databaseTimeout === null) return { databaseTimeout: null };
  const databaseTimeout = check.duration('databaseTimeout', '10s', 1);
  if (databaseTimeout > LONGEST_TIMER) check.fault('databaseTimeout', `must be at most ${LONGEST_TIMER} ms`);
  return { databaseTimeout };
}
