/** What a driver says when a statement lost a race that it can win at the next try. */
const BUSY = new Set([
  // PostgreSQL: serialization failure, deadlock, lock not available
  '40001',
  '40P01',
  '55P03',
  // MySQL, MariaDB
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  // SQLite
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_BUSY_RECOVERY',
  'SQLITE_LOCKED',
  'SQLITE_LOCKED_SHAREDCACHE',
]);

const UNIQUE_VIOLATION = new Set(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/**
 * The database could not carry a statement out. Carries the driver's code, but neither the statement nor its parameters:
 * they hold digests, and this error gets into logs.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(
    message: string,
    /** The driver's code for what went wrong; empty where it gave none. */
    readonly code: string = '',
  ) {
    super(message);
  }

  static from(error: unknown): DatabaseError {
    const {
      code = '',
      driverError,
      message,
    } = error as { code?: string; driverError?: { code?: string }; message?: string };
    const known = String(code || (driverError?.code ?? ''));
    // Databases name the value that a unique index refused.
    const reason = UNIQUE_VIOLATION.has(known) ? 'a unique index refused the row' : (message ?? 'it gave no reason');
    return new DatabaseError(
      `The database could not carry out a statement: ${reason}${known === '' ? '' : ` (${known})`}`,
      known,
    );
  }
}

/** Whether the statement did nothing and may be tried again. */
export function isDatabaseBusy(error: unknown): boolean {
  return error instanceof DatabaseError && BUSY.has(error.code);
}

/** Whether a unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof DatabaseError && UNIQUE_VIOLATION.has(error.code);
}
