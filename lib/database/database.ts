import type { Type } from '@nestjs/common';
import type {
  DataSource,
  EntitySubscriberInterface,
  FindOptionsWhere,
  ObjectLiteral,
  QueryRunner,
  Repository,
} from 'typeorm';
import { DatabaseError, faultsOf, isDatabaseBusy } from './database-errors.js';
import { Deadline } from './deadline.js';

/** A statement as TypeORM's query builders make it. */
export interface Statement {
  getQueryAndParameters(): [string, unknown[]];
}

/** The part of better-sqlite3 (and of libsql, which copies it) that single statements need. */
interface SqliteConnection {
  readonly inTransaction: boolean;
  prepare(sql: string): { run(parameters: readonly unknown[]): { changes: number } };
  exec(sql: string): unknown;
}

/** One of several statements that belong together. */
export interface Step {
  readonly statement: Statement;
  /** Whether nothing is kept when this one changes no row. */
  readonly mustChange: boolean;
}

interface Query {
  readonly sql: string;
  readonly parameters: unknown[];
  readonly mustChange: boolean;
}

const SUPPORTED = ['better-sqlite3', 'postgres', 'mysql', 'mariadb'] as const;

/** How long a write waits for somebody else's SQLite transaction, and how often it looks, in ms. */
const SQLITE_PATIENCE = 2000;
const SQLITE_POLL = 2;

/** How often a statement is tried that loses races. */
const ATTEMPTS = 3;

/** Runs single statements on the primary database, each committed by itself, never inside an application's transaction. */
export class Database {
  /** @param timeout - how long callers wait for one piece of work, in ms; null: as long as the driver waits. */
  constructor(
    readonly dataSource: DataSource,
    private readonly timeout: number | null = null,
  ) {
    const { type } = dataSource.options;
    if (!(SUPPORTED as readonly string[]).includes(type)) {
      throw new Error(
        `nestjs-token-auth works with data sources of the types ${SUPPORTED.join(', ')}, not '${type}'. ` +
          `For SQLite use 'better-sqlite3', with the package of that name or with libsql as its driver.`,
      );
    }
  }

  private get isSqlite(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  /** Reads from the primary: a replica may lag behind the last rotation. */
  async read<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return await this.retrying((deadline) => this.onPrimary(deadline, work));
  }

  /**
   * Tries again what the database refused without doing anything: another process is writing, or an isolation level above
   * the default lost a race.
   */
  private async retrying<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return await this.inTime(async (deadline) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work(deadline);
        } catch (error) {
          if (attempt === ATTEMPTS || !isDatabaseBusy(error) || deadline.isOver) throw error;
        }
        await pause(attempt * 10 * Math.random());
      }
    });
  }

  /** Nothing ever waits on SQLite for an answer: it is asked in one synchronous step. */
  private async inTime<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(this.timeout);
    return this.isSqlite ? await work(deadline) : await deadline.wait(() => work(deadline));
  }

  /**
   * Runs one writing statement in autocommit and tells how many rows it changed. It is not begun when `isWanted` says no
   * after the wait for a connection.
   */
  async write(statement: Statement, isWanted: () => boolean = () => true): Promise<number> {
    const [sql, parameters] = statement.getQueryAndParameters();
    return await this.retrying((deadline) =>
      this.isSqlite
        ? faultsOf(() => this.writeSqlite(sql, parameters, isWanted))
        : this.writeOnServer(deadline, sql, parameters, isWanted),
    );
  }

  private async writeOnServer(
    deadline: Deadline,
    sql: string,
    parameters: unknown[],
    isWanted: () => boolean,
  ): Promise<number> {
    return await this.onPrimary(deadline, async (runner) => {
      if (!isWanted()) return 0;
      const result = (await runner.query(sql, parameters, true)) as ObjectLiteral;
      return Number(result['affected'] ?? 0);
    });
  }

  /**
   * Runs several writing statements, all or none, and tells whether they were carried out: not when one that must change a
   * row changed none.
   */
  async allOrNone(steps: readonly Step[]): Promise<boolean> {
    const queries = steps.map(({ statement, mustChange }): Query => {
      const [sql, parameters] = statement.getQueryAndParameters();
      return { sql, parameters, mustChange };
    });
    return await this.retrying((deadline) =>
      this.isSqlite ? this.allInSqlite(queries) : this.allOnServer(deadline, queries),
    );
  }

  private async allOnServer(deadline: Deadline, queries: readonly Query[]): Promise<boolean> {
    return await this.onPrimary(deadline, async (runner) => {
      await runner.startTransaction();
      try {
        for (const { sql, parameters, mustChange } of queries) {
          const { affected } = (await runner.query(sql, parameters, true)) as { affected?: number };
          if (mustChange && !affected) {
            await runner.rollbackTransaction();
            return false;
          }
        }
        await runner.commitTransaction();
        return true;
      } catch (error) {
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /** In one synchronous step, so that nobody else's work on the common connection gets into the transaction. */
  private async allInSqlite(queries: readonly Query[]): Promise<boolean> {
    return await faultsOf(() =>
      this.whenFree(() =>
        this.locked(() =>
          queries.every(({ sql, parameters, mustChange }) => this.runInSqlite(sql, parameters) > 0 || !mustChange),
        ),
      ),
    );
  }

  /**
   * Writes with the lock of the file taken first: libsql leaves a statement unfinished that finds the file locked by another
   * process, and until it is collected nothing that the connection writes is committed, whatever it says.
   */
  private locked(write: () => boolean): boolean {
    this.sqlite.exec('BEGIN IMMEDIATE');
    try {
      const isKept = write();
      this.sqlite.exec(isKept ? 'COMMIT' : 'ROLLBACK');
      return isKept;
    } finally {
      // A commit that fails leaves the transaction open, and some faults end it by themselves.
      if (this.sqlite.inTransaction) this.sqlite.exec('ROLLBACK');
    }
  }

  /**
   * Saves a new entity as its repository does, listeners and cascades included.
   *
   * @param identity - the property that tells the entity from others, whatever its generated key.
   */
  async save<E extends object>(entity: Type<E>, values: E, identity: keyof E): Promise<void> {
    await this.inTime(async (deadline) => {
      if (this.isSqlite) {
        const repository = this.dataSource.getRepository(entity);
        return await faultsOf(() => this.saveInSqlite(repository, values, identity));
      }
      await this.onPrimary(deadline, ({ manager }) => manager.getRepository(entity).save(values as never));
    });
  }

  /** A transaction that begins meanwhile takes the new row in, and may roll it back. */
  private async saveInSqlite<E extends object>(repository: Repository<E>, values: E, identity: keyof E): Promise<void> {
    const { primaryColumns } = repository.metadata;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      // Finds out by itself whether another process writes.
      await this.whenFree(() => this.locked(() => false));
      // One that TypeORM began for us would get mixed up with one of the application, on their common connection.
      await repository.save(values as never, { transaction: false });
      await this.untilNoTransaction();
      const key = primaryColumns.map((column) => [column.propertyName, column.getEntityValue(values) as unknown]);
      const seen = { ...Object.fromEntries(key), [identity]: values[identity] } as FindOptionsWhere<E>;
      if (await repository.existsBy(seen)) return;
      // By now the key may be that of another row.
      for (const column of primaryColumns) if (column.isGenerated) column.setEntityValue(values, undefined);
    }
    throw new DatabaseError('Transactions of the application have undone a new row again and again.');
  }

  /** Calls back whenever this process has removed entities of a kind, by whatever way of TypeORM. */
  watchRemovals(entity: Type<object>, callback: () => void): void {
    const subscriber: EntitySubscriberInterface = {
      listenTo: () => entity,
      afterRemove: callback,
      afterSoftRemove: callback,
    };
    this.dataSource.subscribers.push(subscriber);
  }

  private async onPrimary<T>(deadline: Deadline, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return await faultsOf(async () => {
      const runner = this.dataSource.createQueryRunner('master');
      // SQLite has one runner for everybody, and no connection that could be closed.
      if (this.isSqlite) return await work(runner);
      try {
        return await deadline.using(await runner.connect(), () => work(runner));
      } finally {
        await runner.release();
      }
    });
  }

  /**
   * TypeORM runs all work of a SQLite data source on one connection, so a write made while some handler's transaction is
   * open would vanish with its rollback. This waits for the connection to be free; looking and writing happen in one
   * synchronous step, so that no transaction can begin in between.
   */
  private async writeSqlite(sql: string, parameters: unknown[], isWanted: () => boolean): Promise<number> {
    return await this.whenFree(() => {
      let changes = 0;
      if (isWanted()) this.locked(() => (changes = this.runInSqlite(sql, parameters)) > 0);
      return changes;
    });
  }

  private runInSqlite(sql: string, parameters: unknown[]): number {
    this.dataSource.logger.logQuery(sql, parameters);
    // As a list: libsql takes a single null for named parameters.
    return this.sqlite.prepare(sql).run(parameters).changes;
  }

  /** Looking and working are one synchronous step: a transaction could begin at every `await` in between. */
  private async whenFree<T>(work: () => T): Promise<T> {
    do await this.untilNoTransaction();
    while (this.sqlite.inTransaction);
    return work();
  }

  /**
   * Waits for a transaction that others have open on a SQLite connection, and tells whether there was one. Elsewhere every
   * transaction has a connection to itself.
   */
  async untilNoTransaction(): Promise<boolean> {
    if (!this.isSqlite || !this.sqlite.inTransaction) return false;
    const deadline = performance.now() + Math.min(SQLITE_PATIENCE, this.timeout ?? Infinity);
    while (this.sqlite.inTransaction) {
      if (performance.now() > deadline) throw new DatabaseError('An open transaction holds the SQLite connection.');
      await pause(SQLITE_POLL);
    }
    return true;
  }

  private get sqlite(): SqliteConnection {
    return (this.dataSource.driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
