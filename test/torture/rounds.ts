/**
 * How long the torture runs: so many runs of commands for each combination of options, and twice as many kills at each step.
 * With 100 it takes half an hour of two cores and more; `.ci/run` takes 10.
 */
export const ROUNDS = Number(process.env['TORTURE_ROUNDS'] ?? 100);
