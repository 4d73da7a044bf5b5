import type { QueryRunner, Table } from 'typeorm';
import type { SchemaVersion } from './definitions.js';
import type { Ledger, Made } from './ledger.js';
import type { TableDesign } from './table-design.js';
import { UserTableChange } from './user-table-change.js';

/** Makes what a version needs and the database lacks, and undoes it again. */
export class SchemaChange {
  constructor(
    private readonly runner: QueryRunner,
    private readonly design: TableDesign,
    private readonly version: SchemaVersion,
    private readonly ledger: Ledger,
  ) {}

  async make(): Promise<void> {
    const { userPath } = this.design;
    const existing = await this.runner.getTable(userPath);
    if (existing === undefined) await this.create(this.design.userTable(this.version), userPath);
    else await new UserTableChange(this.runner, this.design, this.version, this.ledger).extend(existing);
    for (const definition of this.version.tables) {
      const path = this.design.path(definition.suffix);
      if (!(await this.runner.hasTable(path))) await this.create(this.design.table(definition), path);
    }
  }

  private async create(table: Table, path: string): Promise<void> {
    await this.ledger.note({ kind: 'table', place: path, name: path });
    await this.runner.createTable(table);
  }

  async undo(): Promise<void> {
    for (const made of await this.ledger.entries()) await this.remove(made);
    await this.ledger.close();
  }

  /** What is gone already is left alone. */
  private async remove({ kind, place, name }: Made): Promise<void> {
    const table = await this.runner.getTable(place);
    if (table === undefined) return;
    if (kind === 'table') {
      await this.runner.dropTable(table);
    } else if (kind === 'index') {
      const index = table.indices.find((candidate) => candidate.name === name);
      if (index !== undefined) await this.runner.dropIndex(table, index);
    } else if (table.findColumnByName(name) !== undefined) {
      await this.dropColumn(table, name);
    }
  }

  /** TypeORM would make a SQLite table anew for it, and rows that refer to the old one would go with that. */
  private async dropColumn(table: Table, name: string): Promise<void> {
    const { driver, options } = this.runner.connection;
    if (options.type !== 'better-sqlite3') return await this.runner.dropColumn(table, name);
    await this.runner.query(`ALTER TABLE ${driver.escape(table.name)} DROP COLUMN ${driver.escape(name)}`);
  }
}
