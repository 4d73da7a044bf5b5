import { Table, type QueryRunner } from 'typeorm';

/** Something that a migration has made. */
export interface Made {
  readonly kind: 'table' | 'column' | 'index';
  /** The table, with its schema. */
  readonly place: string;
  /** The column or index; the table's own name again for a table. */
  readonly name: string;
}

/** What migrations have made, in a table, so that undoing one leaves alone what was there before. */
export class Ledger {
  constructor(
    private readonly runner: QueryRunner,
    private readonly table: Table,
    private readonly path: string,
    private readonly migration: string,
  ) {}

  /** The ledger's table. */
  static table(name: string, schema: string | undefined, typeOf: (type: 'varchar' | 'int') => string): Table {
    const text = { type: typeOf('varchar'), length: '255' };
    const table = new Table({
      name,
      columns: [
        { name: 'migration', ...text, isPrimary: true },
        { name: 'step', type: typeOf('int'), isPrimary: true },
        { name: 'kind', ...text },
        { name: 'place', ...text },
        { name: 'name', ...text },
      ],
    });
    return Object.assign(table, { schema });
  }

  /** Writes down what is about to be made: a database that cannot undo a migration that fails half-way still knows. */
  async note(made: Made): Promise<void> {
    await this.runner.createTable(this.table, true);
    const step = (await this.entries()).length;
    await this.query()
      .insert()
      .into(this.path)
      .values({ migration: this.migration, step, ...made })
      .execute();
  }

  /** What this migration has made, the newest first. */
  async entries(): Promise<Made[]> {
    if (!(await this.runner.hasTable(this.path))) return [];
    const { driver } = this.runner.connection;
    const column = (name: string) => `ledger.${driver.escape(name)}`;
    return await this.query()
      .select(column('kind'), 'kind')
      .addSelect(column('place'), 'place')
      .addSelect(column('name'), 'name')
      .from(this.path, 'ledger')
      .where(`${column('migration')} = :migration`, { migration: this.migration })
      .orderBy(column('step'), 'DESC')
      .getRawMany<Made>();
  }

  /** Forgets what this migration has made, and goes away when it was the last one. */
  async close(): Promise<void> {
    if (!(await this.runner.hasTable(this.path))) return;
    const escape = (name: string) => this.runner.connection.driver.escape(name);
    await this.query()
      .delete()
      .from(this.path)
      .where(`${escape('migration')} = :migration`, { migration: this.migration })
      .execute();
    const { count } = (await this.query().select('COUNT(*)', 'count').from(this.path, 'ledger').getRawOne<{
      count: number | string;
    }>()) ?? { count: 0 };
    if (Number(count) === 0) await this.runner.dropTable(this.path);
  }

  private query() {
    return this.runner.manager.createQueryBuilder();
  }
}
