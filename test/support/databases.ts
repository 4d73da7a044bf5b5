import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { watchServer, watchTables } from './stored-texts.js';

/** A kind of database that the suite runs on. */
export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';

const URLS = { postgres: process.env['TEST_POSTGRES_URL'], mysql: process.env['TEST_MYSQL_URL'] };

/** SQLite always; the servers where their URL is given. */
export const DATABASES: readonly DatabaseKind[] = [
  'sqlite',
  ...(['postgres', 'mysql'] as const).filter((kind) => URLS[kind] !== undefined),
];

/** TypeORM 1 calls the driver with `new`, the first releases of 0.3 without. */
export function openLibsql(...parameters: ConstructorParameters<typeof Libsql>): Libsql.Database {
  return new Libsql(...parameters);
}

/** An empty database of its own. */
export interface TestDatabase {
  readonly kind: DatabaseKind;
  /** Options for a data source; JSON apart from the SQLite driver, so that other processes can use them too. */
  readonly options: DataSourceOptions;
  drop(): Promise<void>;
}

export async function createDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  return kind === 'sqlite' ? createFile() : await createOnServer(kind, URLS[kind] as string);
}

function createFile(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-'));
  return {
    kind: 'sqlite',
    options: { type: 'better-sqlite3', driver: openLibsql, database: join(folder, 'test.sqlite'), enableWAL: true },
    drop: async () => {
      const file = openLibsql(join(folder, 'test.sqlite'));
      await watchTables('sqlite', (sql) => file.prepare(sql).all() as Record<string, unknown>[]);
      file.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createOnServer(kind: 'postgres' | 'mysql', url: string): Promise<TestDatabase> {
  const name = `token_auth_${randomBytes(6).toString('hex')}`;
  const type = kind === 'mysql' ? 'mariadb' : kind;
  await onServer(kind, url, `CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const options = { type, url: own.href } as DataSourceOptions;
  return {
    kind,
    options,
    drop: async () => {
      await watchServer(kind, options);
      await onServer(kind, url, `DROP DATABASE ${name}${kind === 'postgres' ? ' WITH (FORCE)' : ''}`);
    },
  };
}

async function onServer(kind: 'postgres' | 'mysql', url: string, sql: string): Promise<void> {
  const server = await new DataSource({
    type: kind === 'mysql' ? 'mariadb' : kind,
    url,
  } as DataSourceOptions).initialize();
  try {
    await server.query(sql);
  } finally {
    await server.destroy();
  }
}
