import { DataSource, type DataSourceOptions } from 'typeorm';
import { watch } from './secret-watch.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

const TABLES = {
  sqlite: `SELECT name, '"' || name || '"' AS path FROM sqlite_master WHERE type = 'table'`,
  postgres: `SELECT tablename AS name, format('%I.%I', schemaname, tablename) AS path FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  mysql:
    "SELECT table_name AS name, CONCAT('`', table_name, '`') AS path FROM information_schema.tables WHERE table_schema = DATABASE()",
};

/** Sees every text in every column of every table, as they are before a database goes. */
export async function watchTables(
  kind: keyof typeof TABLES,
  all: (sql: string) => Rows | Promise<Rows>,
): Promise<void> {
  for (const { name, path } of await all(TABLES[kind])) {
    for (const row of await all(`SELECT * FROM ${String(path)}`)) {
      for (const [column, value] of Object.entries(row)) watchValue(`${String(name)}.${column}`, value);
    }
  }
}

/** The same for a database on a server. */
export async function watchServer(kind: 'postgres' | 'mysql', options: DataSourceOptions): Promise<void> {
  const source = await new DataSource(options).initialize();
  try {
    await watchTables(kind, (sql) => source.query<Rows>(sql));
  } finally {
    await source.destroy();
  }
}

function watchValue(column: string, value: unknown): void {
  if (typeof value === 'string') watch.see(`column ${column}`, value);
  else if (value instanceof Uint8Array) watch.see(`column ${column}`, Buffer.from(value).toString('latin1'));
  else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    watch.see(`column ${column}`, JSON.stringify(value));
  }
}
