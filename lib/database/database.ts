import type { Type } from '@nestjs/common';
import type {
  DataSource,
  EntitySubscriberInterface,
  FindOptionsWhere,
  ObjectLiteral,
  QueryRunner,
  Repository,
} from 'typeorm';
import { DatabaseError, faultOf, isDatabaseBusy } from './database-errors.js';
import { Deadline } from './deadline.js';
import { MysqlStatements } from './mysql-statements.js';
import { pause } from './pause.js';
import { PostgresStatements } from './postgres-statements.js';
import { SqliteStatements } from './sqlite-statements.js';
import type { RawRow, StatementRunner } from './statement-runner.js';

/** A statement as TypeORM's query builders make it. */
export interface Statement {
  getQueryAndParameters(): [string, unknown[]];
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

/** How long a write waits for somebody else's SQLite transaction, in ms. */
const SQLITE_PATIENCE = 2000;

/** How often a statement is tried that loses races. */
const ATTEMPTS = 3;

/** Runs single statements on the primary database, each committed by itself, never inside an application's transaction. */
export class Database {
  private readonly sqlite: SqliteStatements | null;
  private readonly statements: StatementRunner;

  /**
   * @param timeout - how long callers wait for one piece of work, in ms; null: as long as the driver waits.
   * @param isPreparing - whether a connection to a server keeps statements prepared (`preparedStatements`).
   */
  constructor(
    readonly dataSource: DataSource,
    private readonly timeout: number | null = null,
    isPreparing = true,
  ) {
    const { type } = dataSource.options;
    if (!(SUPPORTED as readonly string[]).includes(type)) {
      throw new Error(
        `nestjs-token-auth works with data sources of the types ${SUPPORTED.join(', ')}, not '${type}'. ` +
          `For SQLite use 'better-sqlite3', with the package of that name or with libsql as its driver.`,
      );
    }
    const patience = Math.min(SQLITE_PATIENCE, timeout ?? Infinity);
    this.sqlite = type === 'better-sqlite3' ? new SqliteStatements(dataSource, patience) : null;
    this.statements =
      this.sqlite ??
      (type === 'postgres'
        ? new PostgresStatements(dataSource, isPreparing)
        : new MysqlStatements(dataSource, isPreparing));
  }

  /**
   * Whether the application looks at statements or at what they load: whatever passes TypeORM by must not then.
   */
  get isObserved(): boolean {
    return this.dataSource.subscribers.some(
      (subscriber) => 'afterLoad' in subscriber || 'beforeQuery' in subscriber || 'afterQuery' in subscriber,
    );
  }

  /** Reads one row from the primary by a statement whose text comes again and again; `begins` is called when it is sent. */
  async readRow(sql: string, parameters: unknown[], begins: () => boolean = always): Promise<RawRow | undefined> {
    return await this.retrying((deadline) => this.statements.row(sql, parameters, begins, deadline));
  }

  /** As {@link write}, by a statement whose text comes again and again. */
  async writeAgain(sql: string, parameters: unknown[], isWanted: () => boolean = always): Promise<number> {
    return await this.retrying((deadline) => this.statements.changes(sql, parameters, isWanted, deadline));
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
          const fault = faultOf(error);
          if (attempt === ATTEMPTS || !isDatabaseBusy(fault) || deadline.isOver) throw fault;
        }
        await pause(attempt * 10 * Math.random());
      }
    });
  }

  /** Nothing ever waits on SQLite for an answer: it is asked in one synchronous step. */
  private async inTime<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(this.timeout);
    return this.sqlite !== null ? await work(deadline) : await deadline.wait(() => work(deadline));
  }

  /**
   * Runs one writing statement in autocommit and tells how many rows it changed. It is not begun when `isWanted` says no
   * after the wait for a connection.
   */
  async write(statement: Statement, isWanted: () => boolean = always): Promise<number> {
    const [sql, parameters] = statement.getQueryAndParameters();
    return await this.retrying((deadline) => this.writeOnce(deadline, sql, parameters, isWanted));
  }

  private async writeOnce(
    deadline: Deadline,
    sql: string,
    parameters: unknown[],
    isWanted: () => boolean,
  ): Promise<number> {
    if (this.sqlite !== null) return await this.sqlite.changesOnce(sql, parameters, isWanted);
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
    return await this.retrying((deadline) => this.allOnce(deadline, queries));
  }

  private async allOnce(deadline: Deadline, queries: readonly Query[]): Promise<boolean> {
    const { sqlite } = this;
    if (sqlite === null) return await this.allOnServer(deadline, queries);
    return await sqlite.inTransaction(() =>
      queries.every(({ sql, parameters, mustChange }) => sqlite.runNow(sql, parameters) > 0 || !mustChange),
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

  /**
   * Saves a new entity as its repository does, listeners and cascades included.
   *
   * @param identity - the property that tells the entity from others, whatever its generated key.
   */
  async save<E extends object>(entity: Type<E>, values: E, identity: keyof E): Promise<void> {
    const { sqlite } = this;
    await this.inTime(async (deadline) => {
      try {
        if (sqlite !== null) await this.saveInSqlite(sqlite, this.dataSource.getRepository(entity), values, identity);
        else await this.onPrimary(deadline, ({ manager }) => manager.getRepository(entity).save(values as never));
      } catch (error) {
        throw faultOf(error);
      }
    });
  }

  /** A transaction that begins meanwhile takes the new row in, and may roll it back. */
  private async saveInSqlite<E extends object>(
    sqlite: SqliteStatements,
    repository: Repository<E>,
    values: E,
    identity: keyof E,
  ): Promise<void> {
    const { primaryColumns } = repository.metadata;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      // The repository would not find out by itself.
      await sqlite.probe();
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
    const runner = this.dataSource.createQueryRunner('master');
    // SQLite has one runner for everybody, and no connection that could be closed.
    if (this.sqlite !== null) return await work(runner);
    try {
      return await deadline.using(await runner.connect(), () => work(runner));
    } finally {
      await runner.release();
    }
  }

  /**
   * Waits for a transaction that others have open on a SQLite connection, and tells whether there was one. Elsewhere every
   * transaction has a connection to itself.
   */
  async untilNoTransaction(): Promise<boolean> {
    return this.sqlite !== null && (await this.sqlite.untilNoTransaction());
  }
}

function always(): boolean {
  return true;
}
