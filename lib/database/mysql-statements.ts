import type { DataSource } from 'typeorm';
import type { Deadline } from './deadline.js';
import { StatementLogger, type RawRow, type StatementRunner } from './statement-runner.js';

/** The part of mysql2 (and of mysql, which does not prepare) that single statements need. */
interface Connection {
  query: Run;
  execute?: Run;
  release(): void;
}

type Run = (query: Query, values: unknown[], callback: (error: Error | null, result: unknown) => void) => void;

interface Query {
  readonly sql: string;
  readonly timeout?: number;
  readonly rowsAsArray: true;
}

/** What the server says when a statement cannot be prepared, or no longer: it has done nothing then. */
const UNPREPARED = new Set(['ER_NEED_REPREPARE', 'ER_UNKNOWN_STMT_HANDLER', 'ER_MAX_PREPARED_STMT_COUNT_REACHED']);

/** Runs statements on the connections of TypeORM's pool; mysql2 keeps what changes rows prepared. */
export class MysqlStatements implements StatementRunner {
  private readonly logger: StatementLogger;

  /** @param isPreparing - whether statements are prepared. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly isPreparing: boolean,
  ) {
    this.logger = new StatementLogger(dataSource);
  }

  /** Not prepared: what comes back would have other types than TypeORM's (a `float` its 32 bits as a number). */
  async row(sql: string, values: unknown[], begins: () => boolean, deadline: Deadline): Promise<RawRow | undefined> {
    const row = ((await this.run('query', sql, values, begins, deadline)) as object[] | null)?.[0];
    // The package mysql knows no lists.
    return row === undefined || Array.isArray(row) ? row : Object.values(row);
  }

  async changes(sql: string, values: unknown[], begins: () => boolean, deadline: Deadline): Promise<number> {
    const result = await this.runPrepared(sql, values, begins, deadline);
    return (result as { affectedRows: number } | null)?.affectedRows ?? 0;
  }

  private async runPrepared(
    sql: string,
    values: unknown[],
    begins: () => boolean,
    deadline: Deadline,
  ): Promise<unknown> {
    if (!this.isPreparing) return await this.run('query', sql, values, begins, deadline);
    try {
      return await this.run('execute', sql, values, begins, deadline);
    } catch (error) {
      if (!UNPREPARED.has((error as { code?: string }).code ?? '')) throw error;
      return await this.run('query', sql, values, begins, deadline);
    }
  }

  private async run(
    way: 'query' | 'execute',
    sql: string,
    values: unknown[],
    begins: () => boolean,
    deadline: Deadline,
  ): Promise<unknown> {
    const driver = this.dataSource.driver as unknown as { obtainMasterConnection(): Promise<Connection> };
    const connection = await driver.obtainMasterConnection();
    try {
      return await deadline.using(connection, async () =>
        begins() ? await this.send(connection, way, sql, values) : null,
      );
    } finally {
      connection.release();
    }
  }

  private async send(
    connection: Connection,
    way: 'query' | 'execute',
    sql: string,
    values: unknown[],
  ): Promise<unknown> {
    const begunAt = this.logger.begin(sql, values);
    return await new Promise((resolve, reject) => {
      const run = connection[way] ?? connection.query;
      run.call(connection, this.queryOf(sql), values, (error, result) => {
        if (error) {
          this.logger.fail(error, sql, values);
          reject(error);
        } else {
          this.logger.end(begunAt, sql, values);
          resolve(result);
        }
      });
    });
  }

  private queryOf(sql: string): Query {
    const { enableQueryTimeout, maxQueryExecutionTime } = this.dataSource.options as {
      enableQueryTimeout?: boolean;
      maxQueryExecutionTime?: number;
    };
    const query = { sql, rowsAsArray: true } as const;
    return enableQueryTimeout && maxQueryExecutionTime ? { ...query, timeout: maxQueryExecutionTime } : query;
  }
}
