import { CHROMIUM } from './chromium.js';

/** Says what the suite skips; a run that must skip nothing sets TEST_SKIP_NOTHING. */
export default function setup(): void {
  const databases = ['TEST_POSTGRES_URL', 'TEST_MYSQL_URL'].filter((name) => process.env[name] === undefined);
  for (const name of databases) console.log(`${name} is not set: the tests on that database are skipped.`);
  if (CHROMIUM === undefined) console.log('Chromium is not installed: the tests in a browser are skipped.');
  const missing = [...databases, ...(CHROMIUM === undefined ? ['Chromium'] : [])];
  if (missing.length > 0 && process.env['TEST_SKIP_NOTHING'] !== undefined) {
    throw new Error(`Nothing may be skipped in this run, but there is no ${missing.join(', no ')}.`);
  }
}
