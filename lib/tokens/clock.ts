/**
 * Where the time comes from. Applications do not need one; tests inject their own.
 *
 * With the default clock the database's own time decides on PostgreSQL and MySQL/MariaDB, so that processes whose clocks
 * differ agree on when a batch is open. An injected clock is the only clock.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The clock of this process. */
export const systemClock: Clock = Object.freeze({ now: () => Date.now() });

/** Injection token of the {@link Clock}; override it in tests. */
export const TOKEN_AUTH_CLOCK = Symbol('nestjs-token-auth:clock');
