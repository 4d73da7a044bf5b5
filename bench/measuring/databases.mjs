import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** The PostgreSQL server that is measured; its user must be allowed to create databases. */
export const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** Calls back with the URL (for SQLite the file) of an empty database, which is gone afterwards. */
export async function withDatabase(kind, work) {
  if (kind === 'sqlite') return await withFile(work);
  if (kind === 'postgres') return await withServerDatabase(work);
  return await work(null);
}

async function withFile(work) {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-bench-'));
  try {
    return await work(join(folder, 'bench.sqlite'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withServerDatabase(work) {
  const name = `token_auth_bench_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  try {
    return await work(url.href);
  } finally {
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** The rows that a statement gives, on the server's own database. */
export async function onServer(sql) {
  const client = new pg.Client(POSTGRES_URL);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
