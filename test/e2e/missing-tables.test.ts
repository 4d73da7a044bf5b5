import { Logger } from '@nestjs/common';
import { entitiesFor } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, type TestApp, User } from '../support/app.js';
import { ProtocolClient, send, told, type Answer } from '../support/client.js';
import { LogKeeper } from '../support/log-keeper.js';
import { startMembers } from '../support/rotation.js';

/** What nobody has, but could be looked up. */
const CREDENTIALS = { uid: 'ada@example.com', client: 'f'.repeat(32), 'access-token': 'A'.repeat(70) };

onEveryDatabase('a database without what the migrations make', (platform) => {
  let app: TestApp;
  const log = new LogKeeper();
  afterEach(async () => {
    await app.close();
    Logger.overrideLogger(false);
  });

  async function start(synchronize = true): Promise<void> {
    app = await startMembers(platform, {}, { dataSource: { synchronize } });
    log.lines.length = 0;
    Logger.overrideLogger(log);
  }

  /** The database is at fault, not the client; and whoever reads the log learns what to do. */
  function expectAdvice(answer: Answer): void {
    expect([answer.status, told(answer), answer.code]).toEqual([503, 'nothing', 'unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const [line, ...others] = log.lines.splice(0).filter((each) => each.includes('Answered 503'));
    expect(others).toEqual([]);
    expect(line).toMatch(
      /Have the migrations been run, those of tokenAuthMigrations\(\) among them\?.* `synchronize: true`/,
    );
  }

  const credentials = () => ({ email: freshEmail(), password: PASSWORD });
  const visit = (headers: Record<string, string>, path = '/members', method = 'GET') =>
    send(app.url + path, { headers, method });

  it('answers 503 without any table, and is of use as soon as they have been made', async () => {
    await start(false);
    expectAdvice(await signUp(app, credentials()));
    expectAdvice(await signIn(app, credentials()));
    expectAdvice(await visit(CREDENTIALS));
    expectAdvice(await visit(CREDENTIALS, '/auth/validate_token'));
    expectAdvice(await visit(CREDENTIALS, '/auth/sign_out', 'DELETE'));
    await app.dataSource.synchronize();
    const { email } = await newAccount(app);
    const { status, auth } = await signIn(app, { email, password: PASSWORD });
    expect([status, auth.uid]).toEqual([200, email]);
    expect((await visit(CREDENTIALS)).status).toBe(401);
  });

  it.each([
    ['the clients', 'UserAuthToken'],
    ['the users', 'User'],
  ])('refuses no client without the table of %s', async (_, name) => {
    await start();
    const client = await ProtocolClient.signedIn(app);
    const table = app.dataSource.driver.escape(app.dataSource.getMetadata(name).tableName);
    await app.dataSource.query(`ALTER TABLE ${table} RENAME TO away`);
    expectAdvice(await client.peek('/members'));
    expectAdvice(await client.peek('/auth/validate_token'));
    await app.dataSource.query(`ALTER TABLE away RENAME TO ${table}`);
    expect((await client.go('/members')).status).toBe(200);
  });

  it('refuses no client where a new release has a column more', async () => {
    await start();
    const client = await ProtocolClient.signedIn(app);
    const { driver } = app.dataSource;
    const { tableName, columns } = app.dataSource.getMetadata('UserAuthToken');
    const column = columns.find(({ propertyName }) => propertyName === 'replacedUid');
    const rename = (from = '', to = '') =>
      app.dataSource.query(
        `ALTER TABLE ${driver.escape(tableName)} RENAME COLUMN ${driver.escape(from)} TO ${driver.escape(to)}`,
      );
    await rename(column?.databaseName, 'away');
    expectAdvice(await client.peek('/members'));
    await rename('away', column?.databaseName);
    expect((await client.go('/members')).status).toBe(200);
  });

  it('tells of a table of counters that is not there', async () => {
    await start();
    const { email } = await newAccount(app);
    const counters = entitiesFor(User).find(({ name }) => name.endsWith('Throttle')) ?? '';
    const table = app.dataSource.driver.escape(app.dataSource.getMetadata(counters).tableName);
    await app.dataSource.query(`DROP TABLE ${table}`);
    expectAdvice(await signIn(app, { email, password: PASSWORD }));
  });
});
