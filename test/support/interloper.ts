import type { DataSource } from 'typeorm';
import { StatementLog } from './statements.js';

/**
 * Does to a SQLite database what another process might, right before a statement of the application: in one synchronous step,
 * so that nothing else gets in between.
 */
export class Interloper extends StatementLog {
  private dataSource: DataSource | null = null;
  private awaited: RegExp | null = null;
  private sql = '';

  attach(dataSource: DataSource): void {
    this.dataSource = dataSource;
  }

  /** Runs the SQL before the next statement that matches. */
  before(awaited: RegExp, sql: string): void {
    this.awaited = awaited;
    this.sql = sql;
  }

  /** Whether the statement has come. */
  get hasStruck(): boolean {
    return this.awaited === null;
  }

  override logQuery(query: string, parameters?: unknown[]): void {
    super.logQuery(query, parameters);
    if (this.awaited === null || !this.awaited.test(query)) return;
    this.awaited = null;
    const { driver } = this.dataSource as DataSource;
    const { databaseConnection } = driver as unknown as { databaseConnection: { exec(sql: string): void } };
    databaseConnection.exec(this.sql);
  }
}
