/** What the load generator does under each load, how many clients it needs, and how often a token must change. */

/** How long batches stay open under the loads that have some, in ms. */
export const BUFFER = 500;

/** After this long without an answer a batch has closed, in ms. */
const REST = BUFFER + 50;

/** Enough that no group of connections has to wait for a batch to close. */
const MANY = 1600;

export const LOADS = {
  /** Every request rotates. */
  rotating: { loop: 'alone', rotationsPerRequest: 1 },
  /** Eight requests share a token: the first alone, then the other seven at once. */
  batches: { loop: 'batches', options: { rest: REST, together: false }, clients: MANY, rotationsPerRequest: 1 / 8 },
  /** Eight requests share a token, all at once. */
  bursts: { loop: 'batches', options: { rest: REST, together: true }, clients: MANY, rotationsPerRequest: 1 / 8 },
  /** The token stays as it is. */
  off: { loop: 'alone', rotationsPerRequest: 0 },
};
