import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TokenAuthEvents } from 'nestjs-token-auth';
import type { DataSourceOptions } from 'typeorm';
import { afterEach, expect, it, vi } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { on, TestApp, type Adapter, ADAPTERS } from '../support/app.js';
import { ProtocolClient, sendJson, told, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { MembersController } from '../support/members.js';
import { expectDesigned } from './fault-lab.js';

/** How long a statement waits for another process, in ms; nothing else in the process runs meanwhile. */
const BUSY_TIMEOUT = 50;

for (const adapter of ADAPTERS) {
  on({ adapter, database: 'sqlite' }, 'an SQLite database', ({ adapter }) => faults(adapter));
}

function faults(adapter: Adapter): void {
  let database: TestDatabase;
  let app: TestApp;
  let client: ProtocolClient;
  let other: ChildProcess | null = null;
  let failures: number;
  const account = { email: freshEmail(), password: PASSWORD };
  const file = () => String((database.options as { database: string }).database);

  async function open(enableWAL: boolean): Promise<void> {
    failures = 0;
    database = await createDatabase('sqlite');
    app = await TestApp.start(
      { adapter, database: 'sqlite' },
      {
        auth: { databaseTimeout: '1s', lostResponse: 'forgiving' },
        database,
        dataSource: { synchronize: true, enableWAL, timeout: BUSY_TIMEOUT } as Partial<DataSourceOptions>,
        controllers: [MembersController],
      },
    );
    app.nest.get(TokenAuthEvents).on('rotation.failed', () => failures++);
    expect((await signUp(app, account)).status).toBe(200);
    client = await ProtocolClient.signedIn(app);
  }
  afterEach(async () => {
    other?.disconnect();
    other = null;
    await app.close();
    await database.drop();
  });

  async function elsewhere(sql: string): Promise<void> {
    if (other === null) {
      other = fork(fileURLToPath(new URL('../support/sqlite-holder.mjs', import.meta.url)), [file()]);
      await once(other, 'message');
    }
    const done = once(other, 'message');
    other.send(sql);
    await done;
  }

  const sql = async (statement: string) => await app.dataSource.query<any[]>(statement);
  const requests: Record<string, () => Promise<Answer>> = {
    'sign-in': () => signIn(app, account),
    'sign-up': () => signUp(app, { email: freshEmail(), password: PASSWORD }),
    'sign-out': () => client.peek('/auth/sign_out', { method: 'DELETE' }),
    'change of a password': () =>
      sendJson(
        `${app.url}/auth/password`,
        'PUT',
        { password: PASSWORD, password_confirmation: PASSWORD },
        client.headers,
      ),
    deletion: () => client.peek('/auth', { method: 'DELETE' }),
  };

  /** Reads are served, without a new token; writes are 503. */
  async function expectUnwritable(): Promise<void> {
    const answer = await client.peek('/members');
    expect([answer.status, told(answer), failures]).toEqual([200, 'blank', 1]);
    for (const [name, request] of Object.entries(requests)) {
      const refused = await request();
      expectDesigned(refused);
      expect([name, refused.status]).toEqual([name, 503]);
    }
  }

  /** Nothing had to be started again, and nobody was signed out. */
  async function expectRecovered(): Promise<void> {
    app.clock.advance('1h');
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    for (const name of ['sign-in', 'sign-up', 'change of a password', 'sign-out']) {
      expect([name, (await requests[name]!()).status]).toEqual([name, 200]);
    }
  }

  it('that another process writes to: reads are served, writes are 503', async () => {
    await open(true);
    await elsewhere('BEGIN IMMEDIATE');
    await expectUnwritable();
    await elsewhere('COMMIT');
    await expectRecovered();
  });

  it('that another process writes to: a write is tried three times, and no more', async () => {
    await open(true);
    await elsewhere('BEGIN IMMEDIATE');
    const { databaseConnection } = app.dataSource.driver as unknown as {
      databaseConnection: { exec(sql: string): unknown };
    };
    const executed = vi.spyOn(databaseConnection, 'exec');
    const answer = await client.peek('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'blank']);
    expect(executed.mock.calls.flat()).toEqual(Array.from({ length: 3 }, () => 'BEGIN IMMEDIATE'));
    await elsewhere('COMMIT');
    await expectRecovered();
  });

  it('that another process has for itself: 503 to everybody', async () => {
    await open(false);
    await elsewhere('BEGIN EXCLUSIVE');
    for (const request of [() => client.peek('/members'), ...Object.values(requests)]) {
      const answer = await request();
      expectDesigned(answer);
      expect(answer.status).toBe(503);
    }
    await elsewhere('COMMIT');
    await expectRecovered();
  });

  it('that is read-only', async () => {
    await open(true);
    await sql('PRAGMA query_only = ON');
    await expectUnwritable();
    await sql('PRAGMA query_only = OFF');
    await expectRecovered();
  });

  it('whose disk is full', async () => {
    await open(true);
    await sql('CREATE TABLE filler (x BLOB)');
    const [{ page_count: pages }] = (await sql('PRAGMA page_count')) as [{ page_count: number }];
    await sql(`PRAGMA max_page_count = ${pages}`);
    const fill = (size: number) =>
      sql(`INSERT INTO filler VALUES (zeroblob(${size}))`).then(
        () => true,
        () => false,
      );
    for (const size of [4096, 512, 64, 8]) while (await fill(size));
    const statuses: number[] = [];
    for (let each = 0; each < 100; each++) {
      const answer = await signUp(app, { email: freshEmail(), password: PASSWORD });
      expectDesigned(answer);
      statuses.push(answer.status);
    }
    expect(new Set(statuses.slice(-9))).toEqual(new Set([503]));
    expect((await client.go('/members')).status).toBe(200);
    await sql('PRAGMA max_page_count = 1000000');
    await expectRecovered();
  });

  it('whose file is gone for some time: nobody is signed out', async () => {
    await open(true);
    for (const end of ['', '-wal', '-shm']) renameSync(file() + end, `${file()}.away${end}`);
    for (const request of [() => client.go('/members'), requests['sign-in']!, requests['sign-up']!]) {
      expectDesigned(await request());
    }
    for (const end of ['', '-wal', '-shm']) renameSync(`${file()}.away${end}`, file() + end);
    await expectRecovered();
  });
}
