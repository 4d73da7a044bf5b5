import type { Logger } from 'typeorm';
import { watch } from './secret-watch.js';

/** A TypeORM logger that keeps every statement, so that a test can count them. */
export class StatementLog implements Logger {
  readonly statements: string[] = [];
  /** The parameters of all statements, also of those that were taken. */
  readonly parameters: unknown[] = [];

  logQuery(query: string, parameters: unknown[] = []): void {
    this.statements.push(query);
    this.parameters.push(...parameters);
    watch.see('statement', query);
    for (const parameter of parameters) if (typeof parameter === 'string') watch.see('statement', parameter);
  }

  /** The statements since the last call, by their first word. */
  take(): string[] {
    return this.statements.splice(0).map((statement) => statement.trim().split(/\s/, 1)[0] ?? '');
  }

  /** TypeORM's errors carry the parameters of their statements. */
  logQueryError(error: string | Error): void {
    watch.see('statement', error);
  }
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

/** Statements by what they do, given their first words: a row is written as well by one as by the other. */
export function kindsOf(words: readonly string[]): string[] {
  return words.map((word) => (['INSERT', 'UPDATE'].includes(word) ? 'write' : word));
}
