/** What pg, mysql2, better-sqlite3 and libsql say when a statement lost a race that it can win at the next try. */
const BUSY = new Set([
  '40001',
  '40P01',
  '55P03', // PostgreSQL: serialization failure, deadlock, lock not available
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD', // MySQL, MariaDB
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_BUSY_RECOVERY',
  'SQLITE_LOCKED',
  'SQLITE_LOCKED_SHAREDCACHE',
]);

const UNIQUE_VIOLATION = new Set(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** The database could not carry a statement out; the driver's error is the cause. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(cause: unknown) {
    super(`The database could not carry out a statement: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** Whether the statement did nothing and may be tried again. */
export function isDatabaseBusy(error: unknown): boolean {
  return BUSY.has(codeOf(error));
}

/** Whether a unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_VIOLATION.has(codeOf(error));
}

function codeOf(error: unknown): string {
  const cause = error instanceof DatabaseError ? error.cause : error;
  const { code, driverError } = (cause ?? {}) as { code?: string; driverError?: { code?: string } };
  return code ?? driverError?.code ?? '';
}
