import type { DataSource } from 'typeorm';
import { DatabaseError } from './database-errors.js';
import { pause } from './pause.js';
import { StatementLogger, type RawRow, type StatementRunner } from './statement-runner.js';

/** The part of better-sqlite3 (and of libsql, which copies it) that single statements need. */
interface SqliteConnection {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): PreparedStatement;
  exec(sql: string): unknown;
}

interface PreparedStatement {
  // As a list: libsql takes a single null for named parameters.
  get(parameters: readonly unknown[]): RawRow | undefined;
  run(parameters: readonly unknown[]): { changes: number };
  /** Has rows handed over as lists. */
  raw(): PreparedStatement;
  /** Not with libsql. */
  readonly busy?: boolean;
}

/** How often it looks whether somebody else's transaction is over, in ms. */
const POLL = 2;

/**
 * TypeORM runs all work of a SQLite data source on one connection, so a write made while some handler's transaction is
 * open would vanish with its rollback. Writes wait for the connection to be free; looking and writing happen in one
 * synchronous step, so that no transaction can begin in between.
 */
export class SqliteStatements implements StatementRunner {
  private readonly logger: StatementLogger;
  private readonly prepared = new Map<string, PreparedStatement>();
  private preparedOn: SqliteConnection | undefined;
  private standsIn: boolean | undefined;

  /** @param patience - how long a write waits for somebody else's transaction, in ms. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly patience: number,
  ) {
    this.logger = new StatementLogger(dataSource);
  }

  async row(sql: string, parameters: unknown[], begins: () => boolean): Promise<RawRow | undefined> {
    if (!begins()) return undefined;
    return this.logged(sql, parameters, () => this.prepare(sql, asList).get(parameters));
  }

  async changes(sql: string, parameters: unknown[], begins: () => boolean): Promise<number> {
    // Looking and writing without an `await` in between.
    while (this.connection.inTransaction) await this.untilNoTransaction();
    if (!begins()) return 0;
    return this.alone(() => this.logged(sql, parameters, () => this.prepare(sql).run(parameters).changes));
  }

  /** As {@link changes}, for a statement that comes once in a while. */
  async changesOnce(sql: string, parameters: unknown[], begins: () => boolean): Promise<number> {
    while (this.connection.inTransaction) await this.untilNoTransaction();
    return begins() ? this.alone(() => this.runNow(sql, parameters)) : 0;
  }

  /** Finds out, without writing, whether another process writes. */
  async probe(): Promise<void> {
    while (this.connection.inTransaction) await this.untilNoTransaction();
    this.locked(() => false);
  }

  /**
   * Writes with the lock of the file taken first where another package stands in for better-sqlite3: libsql leaves a
   * statement unfinished that finds the file locked by another process, and until it is collected nothing that the
   * connection writes is committed, whatever it says.
   */
  private alone(write: () => number): number {
    if (!this.isStandIn) return write();
    let changes = 0;
    this.locked(() => {
      changes = write();
      return true;
    });
    return changes;
  }

  /** By what it can do: the package itself, too, may be handed to the data source as its driver. */
  private get isStandIn(): boolean {
    return (this.standsIn ??= this.connection.prepare('SELECT 1').busy === undefined);
  }

  private locked(work: () => boolean): boolean {
    const { connection } = this;
    connection.exec('BEGIN IMMEDIATE');
    try {
      const isKept = work();
      connection.exec(isKept ? 'COMMIT' : 'ROLLBACK');
      return isKept;
    } finally {
      // A commit that fails leaves the transaction open, and some faults end it by themselves.
      if (connection.inTransaction) connection.exec('ROLLBACK');
    }
  }

  /** Runs a statement at once, as a part of {@link inTransaction}. */
  runNow(sql: string, parameters: unknown[]): number {
    return this.logged(sql, parameters, () => this.connection.prepare(sql).run(parameters).changes);
  }

  /** Works in one transaction, and in one synchronous step, so that nobody else's work gets into it; false rolls it back. */
  async inTransaction(work: () => boolean): Promise<boolean> {
    while (this.connection.inTransaction) await this.untilNoTransaction();
    return this.locked(work);
  }

  /** Waits for a transaction that others have open on the connection, and tells whether there was one. */
  async untilNoTransaction(): Promise<boolean> {
    if (!this.connection.inTransaction) return false;
    const deadline = performance.now() + this.patience;
    while (this.connection.inTransaction) {
      if (performance.now() > deadline) throw new DatabaseError('An open transaction holds the SQLite connection.');
      await pause(POLL);
    }
    return true;
  }

  private prepare(sql: string, inWay = asItIs): PreparedStatement {
    const { connection } = this;
    if (this.preparedOn !== connection) {
      this.prepared.clear();
      this.preparedOn = connection;
    }
    let statement = this.prepared.get(sql);
    if (statement === undefined) this.prepared.set(sql, (statement = inWay(connection.prepare(sql))));
    return statement;
  }

  private logged<T>(sql: string, parameters: unknown[], work: () => T): T {
    const begunAt = this.logger.begin(sql, parameters);
    try {
      const result = work();
      this.logger.end(begunAt, sql, parameters);
      return result;
    } catch (error) {
      // An unfinished one must not be used again.
      this.prepared.delete(sql);
      this.logger.fail(error, sql, parameters);
      throw error;
    }
  }

  private get connection(): SqliteConnection {
    const { databaseConnection } = this.dataSource.driver as unknown as { databaseConnection?: SqliteConnection };
    // libsql takes the whole process down that asks a closed connection for its transaction.
    if (databaseConnection?.open !== true) throw new DatabaseError('The data source is not connected.');
    return databaseConnection;
  }
}

function asItIs(statement: PreparedStatement): PreparedStatement {
  return statement;
}

function asList(statement: PreparedStatement): PreparedStatement {
  return statement.raw();
}
