import type { Logger } from 'typeorm';

/** A TypeORM logger that keeps every statement, so that a test can count them. */
export class StatementLog implements Logger {
  readonly statements: string[] = [];
  /** The parameters of all statements, also of those that were taken. */
  readonly parameters: unknown[] = [];

  logQuery(query: string, parameters: unknown[] = []): void {
    this.statements.push(query);
    this.parameters.push(...parameters);
  }

  /** The statements since the last call, by their first word. */
  take(): string[] {
    return this.statements.splice(0).map((statement) => statement.trim().split(/\s/, 1)[0] ?? '');
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
