/** Says which databases the suite skips; a run that must skip none sets TEST_SKIP_NOTHING. */
export default function setup(): void {
  const missing = ['TEST_POSTGRES_URL', 'TEST_MYSQL_URL'].filter((name) => process.env[name] === undefined);
  for (const name of missing) console.log(`${name} is not set: the tests on that database are skipped.`);
  if (missing.length > 0 && process.env['TEST_SKIP_NOTHING'] !== undefined) {
    throw new Error(`No database may be skipped in this run, but these are not set: ${missing.join(', ')}`);
  }
}
