import type { Duration } from '../duration.js';

/** How the database is used. */
export interface DatabaseOptions {
  /**
   * How long a request waits for one piece of work of the database, a connection included; 1 ms to 24 days. After that an
   * arrival and the endpoints are answered 503 with `Retry-After`, a departure is answered as a batch is, and the connection is
   * closed, so that a server which never answers cannot use up the pool. `null`: as long as the driver waits, which may
   * be for ever.
   *
   * @defaultValue `'10s'`
   */
  databaseTimeout?: Duration | null;
}
