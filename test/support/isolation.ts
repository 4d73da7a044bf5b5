import { DataSource, type DataSourceOptions } from 'typeorm';
import type { DatabaseKind, TestDatabase } from './databases.js';

/** The isolation levels above the default of a database server. */
export function strictLevels(kind: DatabaseKind): string[] {
  return kind === 'postgres' ? ['repeatable read', 'serializable'] : ['serializable'];
}

/** Makes every connection to a new database on PostgreSQL begin its transactions at this level. */
export async function makeDefault({ options }: TestDatabase, level: string): Promise<void> {
  const source = await new DataSource(options).initialize();
  const name = new URL((options as { url: string }).url).pathname.slice(1);
  await source.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${level}'`);
  await source.destroy();
}

/** The same on MariaDB, which knows a default of the whole server or of one connection only. */
export async function setPerConnection(dataSource: DataSource, level: string): Promise<void> {
  const sql = `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`;
  const { pool } = dataSource.driver as unknown as {
    pool: { on(event: 'connection', listener: (connection: { query(sql: string): void }) => void): void };
  };
  pool.on('connection', (connection) => connection.query(sql));
  // The connections that were made before wait in the pool.
  const { poolSize = 10 } = dataSource.options as DataSourceOptions & { poolSize?: number };
  const runners = Array.from({ length: poolSize }, () => dataSource.createQueryRunner());
  await Promise.all(runners.map((runner) => runner.query(sql)));
  await Promise.all(runners.map((runner) => runner.release()));
}
