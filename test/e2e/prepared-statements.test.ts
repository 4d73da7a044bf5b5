import { afterEach, describe, expect, it } from 'vitest';
import type { TokenAuthModuleOptions } from 'nestjs-token-auth';
import { onEveryServer, TestApp, type Platform } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { MembersController } from '../support/members.js';

let app: TestApp;
afterEach(() => app.close());

/** An application with one connection to its database, so that a test sees what the connection has kept. */
async function start(platform: Platform, auth: Partial<TokenAuthModuleOptions<any>> = {}): Promise<ProtocolClient> {
  const dataSource = { poolSize: 1 };
  app = await TestApp.start(platform, { auth, dataSource, controllers: [MembersController] });
  return await ProtocolClient.signedIn(app);
}

async function expectRotations(client: ProtocolClient, times = 1): Promise<void> {
  for (let round = 0; round < times; round++) {
    app.clock.advance('10s');
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
  }
}

onEveryServer('the statements of guarded requests', (platform) => {
  /** How many statements the connection has prepared. */
  async function prepared(): Promise<number> {
    const [row] =
      platform.database === 'postgres'
        ? await app.dataSource.query('SELECT count(*) AS "Value" FROM pg_prepared_statements')
        : await app.dataSource.query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'");
    return Number((row as { Value: string }).Value);
  }

  it('are prepared once', async () => {
    const client = await start(platform);
    await expectRotations(client);
    const afterFirst = await prepared();
    expect(afterFirst).toBeGreaterThan(0);
    await expectRotations(client, 3);
    expect(await prepared()).toBe(afterFirst);
  });

  it('are not prepared where the option says so', async () => {
    const client = await start(platform, { preparedStatements: false });
    await expectRotations(client, 3);
    expect(await prepared()).toBe(0);
  });
});

onEveryServer('a prepared statement', (platform) => {
  it('survives a change of the tables that it reads', async () => {
    const client = await start(platform);
    await expectRotations(client, 3);
    const { driver } = app.dataSource;
    const table = driver.escape('user');
    const change = platform.database === 'postgres' ? 'ALTER COLUMN name TYPE text' : 'MODIFY name varchar(400)';
    await app.dataSource.query(`ALTER TABLE ${table} ${change}`);
    await expectRotations(client, 2);
    await app.dataSource.query(`ALTER TABLE ${table} ADD COLUMN later int NULL`);
    await expectRotations(client, 2);
  });
});

describe.skipIf(process.env['TEST_POSTGRES_URL'] === undefined)('a statement that PostgreSQL has prepared', () => {
  it('may get lost, as behind a pooler', async () => {
    const client = await start({ adapter: 'express', database: 'postgres' });
    await expectRotations(client, 2);
    await app.dataSource.query('DEALLOCATE ALL');
    await expectRotations(client, 2);
    await app.dataSource.query('DEALLOCATE ALL');
    await expectRotations(client, 2);
  });
});

describe('on SQLite, a prepared statement', () => {
  it('survives a change of the tables that it reads', async () => {
    const client = await start({ adapter: 'express', database: 'sqlite' });
    await expectRotations(client, 2);
    await app.dataSource.query('ALTER TABLE user ADD COLUMN later int NULL');
    await expectRotations(client, 2);
  });
});
