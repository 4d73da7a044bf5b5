import { cpus, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { onServer } from './databases.mjs';

/** What was measured on, and when. `peers` are the packages that the guard was measured against. */
export async function machine(databases, peers) {
  const [{ model }] = cpus();
  const cores = cpus().length;
  const memory = Math.round(totalmem() / 2 ** 30);
  const parts = [`${model.trim()}, ${cores} cores, ${memory} GiB`, `Node ${process.versions.node}`];
  if (databases.includes('sqlite')) parts.push(`better-sqlite3 ${versionOf('better-sqlite3')}`);
  if (databases.includes('postgres')) {
    const [{ server_version: version }] = await onServer('SHOW server_version');
    parts.push(`PostgreSQL ${version.split(' ')[0]} with pg ${versionOf('pg')}`);
  }
  for (const name of peers) {
    parts.push(`${name} ${versionOf(name)}`);
  }
  return `${parts.join(', ')}; ${new Date().toISOString().slice(0, 10)}`;
}

function versionOf(name) {
  // Not every package lets its package.json be imported.
  const path = createRequire(import.meta.url).resolve.paths(name)[1];
  return JSON.parse(readFileSync(`${path}/${name}/package.json`, 'utf8')).version;
}
