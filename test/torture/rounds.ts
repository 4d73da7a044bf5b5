/**
 * How long the torture runs: so many runs of commands for each combination of options, and twice as many kills at each step.
 * With 100 it takes some quarter of an hour of two cores; `.ci/run` takes 10.
 */
export const ROUNDS = Number(process.env['TORTURE_ROUNDS'] ?? 100);
