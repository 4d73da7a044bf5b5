import { TableIndex, type QueryRunner, type Table, type TableColumn } from 'typeorm';
import { escapedPath } from '../database/escaped-path.js';
import type { SchemaVersion } from './definitions.js';
import type { Ledger } from './ledger.js';
import type { TableDesign, UserColumn } from './table-design.js';

/** Adds what a version needs to a user table that exists, and keeps its rows. */
export class UserTableChange {
  private readonly path: string;

  constructor(
    private readonly runner: QueryRunner,
    private readonly design: TableDesign,
    private readonly version: SchemaVersion,
    private readonly ledger: Ledger,
  ) {
    this.path = design.userPath;
  }

  async extend(table: Table): Promise<void> {
    const missing = this.design
      .userColumns(this.version)
      .filter(({ column }) => table.findColumnByName(column.name) === undefined);
    const indices = this.design
      .userIndices(this.version)
      .filter(({ name }) => !table.indices.some((index) => index.name === name))
      .map((options) => new TableIndex(options));
    // Looked at first: not every database can undo a migration that fails half-way.
    await this.refuseUnfillable(missing);
    for (const index of indices) await this.refuseDuplicates(table, index);

    if (missing.length > 0) await this.keepingReferences(() => this.addColumns(missing));
    for (const index of indices) {
      await this.ledger.note({ kind: 'index', place: this.path, name: index.name ?? '' });
      await this.runner.createIndex(this.path, index);
    }
  }

  private async addColumns(missing: readonly UserColumn[]): Promise<void> {
    for (const { column } of missing) await this.ledger.note({ kind: 'column', place: this.path, name: column.name });
    const columns = missing.map(({ column, filledFrom }) => (filledFrom === undefined ? column : nullable(column)));
    await this.runner.addColumns(this.path, columns);
    for (const { column, filledFrom } of missing) {
      if (filledFrom === undefined) continue;
      await this.fill(column.name, this.design.userColumnName(filledFrom));
      if (!column.isNullable) await this.runner.changeColumn(this.path, column.name, column);
    }
  }

  /** Gives the rows that exist the value of another column, or of their key where that is empty. */
  private async fill(column: string, source: string): Promise<void> {
    const { escape } = this;
    await this.runner.query(
      `UPDATE ${this.table} SET ${escape(column)} = COALESCE(${escape(source)}, ${this.keyAsText()}) ` +
        `WHERE ${escape(column)} IS NULL`,
    );
  }

  private keyAsText(): string {
    const isMysql = ['mysql', 'mariadb'].includes(this.runner.connection.options.type);
    const parts = this.design.userKey.map((column) => `CAST(${this.escape(column)} AS ${isMysql ? 'char' : 'text'})`);
    return isMysql ? `CONCAT_WS('/', ${parts.join(', ')})` : parts.join(` || '/' || `);
  }

  /** A column of the application that rows cannot be given a value for. */
  private async refuseUnfillable(missing: readonly UserColumn[]): Promise<void> {
    const names = missing
      .filter(({ column, filledFrom }) => !column.isNullable && !hasDefault(column) && filledFrom === undefined)
      .map(({ column }) => column.name);
    if (names.length === 0 || !(await this.hasRows(''))) return;
    throw new Error(
      `The table ${this.path} has rows, and nothing tells what to put into ${names.join(', ')}. ` +
        'Give the column a default, make it nullable, or add it in a migration of your own that runs before.',
    );
  }

  private async refuseDuplicates(table: Table, { columnNames, isUnique }: TableIndex): Promise<void> {
    if (!isUnique || !columnNames.every((name) => table.findColumnByName(name))) return;
    const columns = columnNames.map(this.escape);
    const given = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
    if (!(await this.hasRows(`WHERE ${given} GROUP BY ${columns.join(', ')} HAVING COUNT(*) > 1`))) return;
    throw new Error(
      `Several rows of the table ${this.path} have the same ${columnNames.join(', ')}. ` +
        'No two accounts may share an address: make them differ, or NULL, and run the migration again.',
    );
  }

  private async hasRows(condition: string): Promise<boolean> {
    const rows: unknown[] = await this.runner.query(`SELECT 1 FROM ${this.table} ${condition} LIMIT 1`);
    return rows.length > 0;
  }

  /**
   * TypeORM makes a SQLite table anew for new columns. While foreign keys are enforced, dropping the old one would take
   * along the rows that refer to it.
   */
  private async keepingReferences(work: () => Promise<void>): Promise<void> {
    if (this.runner.connection.options.type !== 'better-sqlite3') return await work();
    const [pragma] = (await this.runner.query('PRAGMA foreign_keys')) as { foreign_keys: number }[];
    if (pragma?.foreign_keys !== 1) return await work();
    if (this.runner.isTransactionActive) {
      throw new Error('Run this migration by TypeORM: in a transaction of your own SQLite would enforce foreign keys.');
    }
    await this.runner.query('PRAGMA foreign_keys = OFF');
    try {
      await work();
    } finally {
      await this.runner.query('PRAGMA foreign_keys = ON');
    }
  }

  /** The table's name for SQL. */
  private get table(): string {
    return escapedPath(this.runner.connection.driver, this.path);
  }

  private readonly escape = (name: string): string => this.runner.connection.driver.escape(name);
}

function nullable(column: TableColumn): TableColumn {
  return Object.assign(column.clone(), { isNullable: true });
}

function hasDefault(column: TableColumn): boolean {
  return (column.default !== undefined && column.default !== null) || column.isGenerated;
}
