import type { DataSource } from 'typeorm';

/** The name of a table for SQL, with its schema where it has one: `public.users` → `"public"."users"`. */
export function escapedPath(driver: DataSource['driver'], path: string): string {
  return path
    .split('.')
    .map((name) => driver.escape(name))
    .join('.');
}
