/** What this project promises of its speed, each as a ratio within the run. */

/**
 * The promises for one adapter and one database, with what was measured.
 *
 * @returns only those whose both sides were measured.
 */
export function targetsOf(results, { adapter, database }) {
  const cell = (row, load) => ({ row, adapter, database, load });
  const free = (row) => ({ row, adapter, database: null, load: 'off' });
  const rotating = cell('ours', 'rotating');
  const faster = database === 'sqlite' ? 4 : 3.5;
  return [
    atMost('CPU per request, rotating, of the floor', 1.25, results.ratio('cpu', rotating, cell('floor', 'rotating'))),
    atMost(
      'CPU per request, batches of eight, of a floor that only reads',
      1.15,
      results.ratio('cpu', cell('ours', 'batches'), cell('floor', 'batches')),
    ),
    atMost('the same, all eight at once', 1.15, results.ratio('cpu', cell('ours', 'bursts'), cell('floor', 'bursts'))),
    atLeast(
      'requests per second, rotating, of better-auth',
      faster,
      results.ratio('rate', rotating, cell('better-auth', 'off')),
    ),
    atLeast(
      'requests per second, rotating, of passport with JWT',
      3,
      results.ratio('rate', rotating, free('passport-jwt')),
    ),
  ].filter(({ measured }) => measured !== undefined);
}

function atMost(name, limit, measured) {
  return { name, sign: '≤', limit, measured, met: measured <= limit };
}

function atLeast(name, limit, measured) {
  return { name, sign: '≥', limit, measured, met: measured >= limit };
}

/** The promise for those who use the application while others sign in. */
export function signInTarget({ ratio }) {
  return atMost('p99 of guarded requests while people sign in, of quiet', 2, ratio);
}
