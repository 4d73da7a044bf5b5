import Libsql from 'libsql';
import type { DataSourceOptions } from 'typeorm';

const SERVERS = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mariadb',
} as const;

/** What TypeORM needs for a database that is named by a URL. */
export function databaseAt(url: string): DataSourceOptions {
  const [, path] = /^sqlite:(?:\/\/)?(.+)$/.exec(url) ?? [];
  // libsql stands in for better-sqlite3 because it comes compiled. It syncs each commit to disk, also with the log (WAL).
  if (path !== undefined) return { type: 'better-sqlite3', driver: Libsql, database: path, enableWAL: true };

  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol in SERVERS) return { type: SERVERS[protocol as keyof typeof SERVERS], url };
  throw new Error('must be sqlite:<path of a file>, sqlite::memory:, postgres://… or mysql://…');
}
