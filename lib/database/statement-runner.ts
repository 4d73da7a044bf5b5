import type { DataSource } from 'typeorm';
import type { Deadline } from './deadline.js';

/** A row as the driver hands it over, in the order of the statement's columns: half the work of an object with names. */
export type RawRow = readonly unknown[];

/**
 * Runs statements of fixed text on the primary database, each in autocommit, past TypeORM's query runners: the database
 * takes each text apart once and keeps it prepared. Faults are the driver's own.
 *
 * `begins` is asked right before a statement is sent, after the wait for a connection; where it says no, nothing is sent.
 * Nor is it when the deadline has passed.
 */
export interface StatementRunner {
  /** The first row that a statement finds. */
  row(sql: string, parameters: unknown[], begins: () => boolean, deadline: Deadline): Promise<RawRow | undefined>;
  /** How many rows a statement changed. */
  changes(sql: string, parameters: unknown[], begins: () => boolean, deadline: Deadline): Promise<number>;
}

/** Tells the logger of a data source of statements, as TypeORM's query runners do. */
export class StatementLogger {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns when the statement began, in ms. */
  begin(sql: string, parameters: unknown[]): number {
    this.dataSource.logger.logQuery(sql, parameters);
    return this.dataSource.options.maxQueryExecutionTime === undefined ? 0 : Date.now();
  }

  end(begunAt: number, sql: string, parameters: unknown[]): void {
    const { maxQueryExecutionTime } = this.dataSource.options;
    if (!maxQueryExecutionTime) return;
    const taken = Date.now() - begunAt;
    if (taken > maxQueryExecutionTime) this.dataSource.logger.logQuerySlow(taken, sql, parameters);
  }

  fail(error: unknown, sql: string, parameters: unknown[]): void {
    this.dataSource.logger.logQueryError(error as Error, sql, parameters);
  }
}
