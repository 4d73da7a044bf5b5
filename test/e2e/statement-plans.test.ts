import { tokenEntityFor, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import type { DataSource, Logger } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { MembersController } from '../support/members.js';

/** Enough for an index to be better than reading everything. */
const ROWS = 3000;
const CHUNK = 500;

interface Logged {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** Keeps statements with their parameters. */
class PairLog implements Logger {
  pairs: Logged[] = [];

  logQuery(sql: string, parameters: unknown[] = []): void {
    this.pairs.push({ sql, parameters });
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

async function fill(dataSource: DataSource): Promise<void> {
  const tokens = tokenEntityFor(User);
  for (let from = 0; from < ROWS; from += CHUNK) {
    const numbers = Array.from({ length: CHUNK }, (_, index) => from + index);
    const people = numbers.map((n) => ({ email: `p${n}@example.com`, uid: `p${n}@example.com`, provider: 'email' }));
    const users = await dataSource.getRepository(User).save(people as User[], { chunk: CHUNK });
    const rows = users.map((user, index) => {
      const name = String(from + index).padStart(32, '0');
      const times = { batchStartedAt: 1, batchOpenUntil: 1, createdAt: 1, lastUsedAt: 1, expiry: 1 };
      return {
        id: name,
        client: name,
        user,
        uid: user.uid,
        tokenHash: name,
        tagKey: name,
        generation: 0,
        authEpoch: 0,
        ...times,
      };
    });
    await dataSource.createQueryBuilder().insert().into(tokens).values(rows).updateEntity(false).execute();
  }
}

onEveryDatabase('what runs at every request', ({ adapter, database }) => {
  const log = new PairLog();
  let app: TestApp;
  afterEach(() => app.close());

  /** The statements of some requests by a client, in the midst of many rows. */
  async function statementsOf(
    auth: Partial<TokenAuthModuleOptions<any>>,
    requests: (client: ProtocolClient) => Promise<void>,
  ): Promise<Logged[]> {
    const options = { auth, dataSource: { logger: log }, controllers: [MembersController] };
    app = await TestApp.start({ adapter, database }, options);
    await fill(app.dataSource);
    const tables = [User, tokenEntityFor(User)].map((entity) => app.dataSource.getMetadata(entity).tableName);
    for (const table of tables) {
      const name = app.dataSource.driver.escape(table);
      await app.dataSource.query(database === 'mysql' ? `ANALYZE TABLE ${name}` : `ANALYZE ${name}`);
    }
    const client = await ProtocolClient.signedIn(app);
    log.pairs = [];
    await requests(client);
    return log.pairs.splice(0);
  }

  /** The steps of a plan that read a whole table or a whole index. */
  async function scansOf({ sql, parameters }: Logged): Promise<unknown[]> {
    const explain = database === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const plan = (await app.dataSource.query(`${explain} ${sql}`, parameters)) as Record<string, string>[];
    expect(plan.length).toBeGreaterThan(0);
    return plan.filter((step) => {
      if (database === 'sqlite') return step['detail']?.startsWith('SEARCH ') !== true;
      if (database === 'postgres') return /Seq Scan/.test(step['QUERY PLAN'] ?? '');
      return step['key'] == null || ['ALL', 'index'].includes(step['type'] ?? '');
    });
  }

  it.each<[string, Partial<TokenAuthModuleOptions<any>>, (client: ProtocolClient) => Promise<void>, string[]]>([
    [
      'a rotation and a follower that holds its batch open',
      {},
      async (client) => {
        const follower = new ProtocolClient(app, client.headers);
        await client.go('/members');
        app.clock.advance('2s');
        await follower.go('/members');
      },
      ['SELECT', 'UPDATE', 'SELECT', 'UPDATE'],
    ],
    [
      'a retry after a lost response',
      { lostResponse: 'forgiving' },
      async (client) => {
        await client.peek('/members');
        app.clock.advance('10s');
        await client.peek('/members');
      },
      ['SELECT', 'UPDATE', 'SELECT', 'UPDATE'],
    ],
    [
      '"last used" while rotation is off',
      { changeHeadersOnEachRequest: false },
      async (client) => {
        app.clock.advance('1h');
        await client.go('/members');
      },
      ['SELECT', 'UPDATE'],
    ],
  ])('finds its rows by an index: %s', async (_, auth, requests, expected) => {
    const statements = await statementsOf(auth, requests);
    expect(statements.map(({ sql }) => sql.split(' ', 1)[0])).toEqual(expected);
    for (const statement of statements) {
      expect([statement.sql, await scansOf(statement)]).toEqual([statement.sql, []]);
    }
  });

  it('changes no column that is in an index, so that PostgreSQL can keep rows where they are', async () => {
    const statements = await statementsOf({}, async (client) => void (await client.go('/members')));
    const changed = statements.find(({ sql }) => sql.startsWith('UPDATE'))?.sql.split(' WHERE ')[0] ?? '';
    expect(changed).toContain('SET ');
    const runner = app.dataSource.createQueryRunner();
    try {
      const table = await runner.getTable(app.dataSource.getMetadata(tokenEntityFor(User)).tableName);
      const keys = [...(table?.indices ?? []), ...(table?.uniques ?? [])].flatMap(({ columnNames }) => columnNames);
      const indexed = [...keys, ...(table?.primaryColumns ?? []).map(({ name }) => name)];
      expect(indexed).toEqual(expect.arrayContaining(['client', 'userId', 'id']));
      expect(indexed.filter((name) => changed.includes(`${app.dataSource.driver.escape(name)} =`))).toEqual([]);
    } finally {
      await runner.release();
    }
  });
});
