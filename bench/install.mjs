/** Installs the packages that are measured, unless they are there as the lock file has them. */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const installed = path('node_modules/.package-lock.json');
// Missing where the packages were installed without their scripts.
const compiled = path('node_modules/better-sqlite3/build/Release/better_sqlite3.node');

const isCurrent =
  existsSync(installed) &&
  existsSync(compiled) &&
  statSync(installed).mtimeMs >= statSync(path('package-lock.json')).mtimeMs;
if (!isCurrent) {
  console.error('Installing what is measured; better-sqlite3 may take a minute to compile.');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: path('.'), stdio: ['ignore', 'ignore', 'inherit'] });
}
