/** How long the torture runs: 100 is the long form, in minutes; `.ci/run` takes 10. */
export const ROUNDS = Number(process.env['TORTURE_ROUNDS'] ?? 100);
