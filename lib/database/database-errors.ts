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

/** What a driver says of a table or a column that does not exist; SQLite has no code for it. */
const MISSING = new Set(['42P01', '42703', '3F000', 'ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR']);
const MISSING_IN_SQLITE = /no such (?:table|column)|has no column named/;

const UNIQUE_VIOLATION = new Set(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/**
 * The database could not carry a statement out. Carries the driver's code, but neither the statement nor its parameters:
 * they hold digests, and this error gets into logs.
 */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError';

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
    const isMissing = MISSING.has(known) || (known === 'SQLITE_ERROR' && MISSING_IN_SQLITE.test(reason));
    const advice = isMissing
      ? '. Have the migrations been run, those of tokenAuthMigrations() among them? While you develop, `synchronize: true` does it'
      : '';
    return new DatabaseError(
      `The database could not carry out a statement: ${reason}${known === '' ? '' : ` (${known})`}${advice}`,
      known,
    );
  }
}

/** The database did not answer in time. What it was asked to do may have been done, or may yet be. */
export class DatabaseTimeoutError extends DatabaseError {
  override readonly name = 'DatabaseTimeoutError';

  constructor(limit: number) {
    super(`The database did not answer within ${limit} ms, the time that databaseTimeout sets.`, 'TIMEOUT');
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

const FOREIGN_KEY_VIOLATION = new Set([
  '23503',
  'ER_ROW_IS_REFERENCED_2',
  'ER_NO_REFERENCED_ROW_2',
  'SQLITE_CONSTRAINT_FOREIGNKEY',
]);

/** Whether another table refers to the row, or the row refers to one that does not exist. */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof DatabaseError && FOREIGN_KEY_VIOLATION.has(error.code);
}

/**
 * What a driver says of a value that its column, or a rule of the table, does not take; PostgreSQL has a class of codes
 * for it.
 */
const UNFIT_VALUE = new RegExp(
  [
    '22...',
    '23(?:502|503|514)',
    'ER_(?:DATA_TOO_LONG|WARN_DATA_OUT_OF_RANGE|TRUNCATED_WRONG_VALUE.*|BAD_NULL_ERROR|NO_REFERENCED_ROW_2)',
    'ER_(?:CONSTRAINT_FAILED|CHECK_CONSTRAINT_VIOLATED)',
    'ER_CANT_AGGREGATE_2COLLATIONS',
    'WARN_DATA_TRUNCATED',
    'SQLITE_CONSTRAINT_(?:NOTNULL|CHECK|FOREIGNKEY|DATATYPE)',
  ]
    .map((code) => `^${code}$`)
    .join('|'),
);

/** Whether a value does not fit its column. */
export function isUnfitValue(error: unknown): boolean {
  return error instanceof DatabaseError && UNFIT_VALUE.test(error.code);
}

/** Gives what the database threw a name; a TypeError is a mistake of the caller. */
export function faultOf(error: unknown): unknown {
  return error instanceof TypeError || error instanceof DatabaseError ? error : DatabaseError.from(error);
}
