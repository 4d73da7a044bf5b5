import type { DataSource } from 'typeorm';
import { escapedPath } from '../database/escaped-path.js';
import { instantOf } from './instant.js';

/** A row of the users table of Rails, by the names of its columns. Columns that Rails does not have are absent. */
export type RailsRow = Readonly<Record<string, unknown>>;

/** A users table of Rails. It is only read. */
export interface RailsTable {
  /** Initialised, and needs no entities. */
  readonly dataSource: DataSource;
  /**
   * The name of the table, with its schema where that is needed.
   *
   * @defaultValue `'users'`
   */
  readonly table?: string;
}

interface SourceColumn {
  readonly name: string;
  readonly type: string;
}

/** All rows, read in pages by rising id, so that a table of any size can be read. */
export async function* readTable({ dataSource, table = 'users' }: RailsTable, pageSize: number) {
  const { driver } = dataSource;
  const from = escapedPath(driver, table);
  const columns = await columnsOf(dataSource, from);
  if (!columns.some(({ name }) => name === 'id')) {
    throw new TypeError(`The source has no table '${table}' with a column 'id'. Give the name of Rails' users table.`);
  }
  const instants = columns.filter(({ type }) => /^(?:timestamp|datetime)/i.test(type)).map(({ name }) => name);
  const list = columns.map(({ name }) => selected(dataSource, name, instants.includes(name))).join(', ');
  const id = driver.escape('id');
  const order = `ORDER BY ${id} LIMIT ${pageSize}`;
  let rows = await query(dataSource, `SELECT ${list} FROM ${from} ${order}`);
  while (rows.length > 0) {
    for (const row of rows) yield withInstants(row, instants);
    const after = driver.createParameter('after', 0);
    rows = await query(dataSource, `SELECT ${list} FROM ${from} WHERE ${id} > ${after} ${order}`, [
      rows.at(-1)?.['id'],
    ]);
  }
}

/**
 * Rails keeps UTC in columns without a time zone, which drivers take for local time: read as text they mean what they
 * say.
 */
function selected({ driver, options }: DataSource, name: string, isInstant: boolean): string {
  const column = driver.escape(name);
  if (!isInstant || options.type === 'better-sqlite3') return column;
  return `CAST(${column} AS ${options.type === 'postgres' ? 'text' : 'char'}) AS ${column}`;
}

function withInstants(row: RailsRow, instants: readonly string[]): RailsRow {
  return { ...row, ...Object.fromEntries(instants.map((name) => [name, instantOf(row[name])])) };
}

async function columnsOf(dataSource: DataSource, table: string): Promise<SourceColumn[]> {
  switch (dataSource.options.type) {
    case 'postgres':
      return (await query(
        dataSource,
        'SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute ' +
          'WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped',
        [table],
      )) as unknown as SourceColumn[];
    case 'mysql':
    case 'mariadb': {
      const columns = await query(dataSource, `SHOW COLUMNS FROM ${table}`);
      return columns.map(({ Field, Type }) => ({ name: String(Field), type: String(Type) }));
    }
    default:
      return (await query(dataSource, `PRAGMA table_info(${table})`)) as unknown as SourceColumn[];
  }
}

async function query(dataSource: DataSource, sql: string, parameters: unknown[] = []): Promise<RailsRow[]> {
  return (await dataSource.query(sql, parameters)) as RailsRow[];
}
