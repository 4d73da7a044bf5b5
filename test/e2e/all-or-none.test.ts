import { DatabaseError } from 'nestjs-token-auth';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSourceOptions } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database, type Step } from '../../dist/database/database.js';
import { onEveryDatabase, onEveryServer, TestApp, User } from '../support/app.js';
import { openLibsql } from '../support/databases.js';
import { Latch } from '../support/latch.js';

/** Longer than any statement takes, in ms. */
const A_WHILE = 100;

let app: TestApp;
let database: Database;
let users: [User, User];

async function start(platform: Parameters<typeof TestApp.start>[0], dataSource: Partial<DataSourceOptions> = {}) {
  app = await TestApp.start(platform, { dataSource });
  database = app.nest.get(Database);
  users = [await app.user({ name: 'old' }), await app.user({ name: 'old' })];
}

function update(user: User, values: object, mustChange = true): Step {
  const statement = app.dataSource.createQueryBuilder().update(User).set(values).where({ id: user.id });
  return { statement, mustChange };
}

/** A step that adds to a number, so that every time that it is carried out can be told. */
function count(user: User): Step {
  const column = app.dataSource.driver.escape('failedAttempts');
  return update(user, { failedAttempts: () => `${column} + 1` });
}

const nobody = { id: -1 } as User;

async function names(): Promise<string[]> {
  const found = await app.dataSource.getRepository(User).find({ order: { id: 'ASC' } });
  return found.map(({ name }) => name);
}

async function counts(): Promise<(number | undefined)[]> {
  const found = await app.dataSource
    .getRepository(User)
    .find({ select: { id: true, failedAttempts: true }, order: { id: 'ASC' } });
  return found.map(({ failedAttempts }) => failedAttempts);
}

onEveryDatabase('several statements', (platform) => {
  beforeEach(() => start(platform));
  afterEach(() => app.close());

  it('are all carried out', async () => {
    const steps = [update(users[0], { name: 'new' }), update(nobody, { name: 'new' }, false)];
    expect(await database.allOrNone([...steps, update(users[1], { name: 'new' })])).toBe(true);
    expect(await names()).toEqual(['new', 'new']);
  });

  it('are undone when one that must change a row changes none', async () => {
    const steps = [
      update(users[0], { name: 'new' }),
      update(nobody, { name: 'new' }),
      update(users[1], { name: 'new' }),
    ];
    expect(await database.allOrNone(steps)).toBe(false);
    expect(await names()).toEqual(['old', 'old']);
  });

  it('are undone when one fails, and the next ones are none of its business', async () => {
    const steps = [update(users[0], { name: 'new' }), update(users[1], { email: users[0].email })];
    for (let turn = 0; turn < 12; turn++) await expect(database.allOrNone(steps)).rejects.toThrow(DatabaseError);
    expect(await names()).toEqual(['old', 'old']);
    // On the very connections that have failed.
    await Promise.all(Array.from({ length: 12 }, () => database.write(count(users[0]).statement)));
    expect(await counts()).toEqual([12, 0]);
    expect(await database.allOrNone([update(users[0], { name: 'new' }), count(users[1])])).toBe(true);
    expect([await names(), await counts()]).toEqual([
      ['new', 'old'],
      [12, 1],
    ]);
  });

  it('do not get into a transaction of the application', async () => {
    const latch = new Latch();
    const transaction = app.dataSource.transaction(async (manager) => {
      await manager.getRepository(User).save({ email: 'x', uid: 'x', provider: 'email' });
      await latch.wait();
      throw new Error('rolled back');
    });
    await latch.reached;
    const done = database.allOrNone([update(users[0], { name: 'new' }), update(users[1], { name: 'new' })]);
    await Promise.race([done, sleep(A_WHILE)]);
    latch.release();
    await expect(transaction).rejects.toThrow('rolled back');
    expect(await done).toBe(true);
    expect(await names()).toEqual(['new', 'new']);
  });
});

onEveryServer('several statements', (platform) => {
  afterEach(() => app.close());

  it('need one connection, and wait for it', async () => {
    await start(platform, { poolSize: 1 } as Partial<DataSourceOptions>);
    const latch = new Latch();
    const holder = app.dataSource.transaction(() => latch.wait());
    await latch.reached;
    const all = Array.from({ length: 16 }, () => database.allOrNone([count(users[0]), count(users[1])]));
    await sleep(A_WHILE);
    latch.release();
    await holder;
    expect(await Promise.all(all)).toEqual(Array(16).fill(true));
    expect(await counts()).toEqual([16, 16]);
  });

  it('are tried again after a deadlock', async () => {
    // PostgreSQL looks for deadlocks after a second only.
    const extra = platform.database === 'postgres' ? { options: '-c deadlock_timeout=20ms' } : {};
    await start(platform, { extra } as Partial<DataSourceOptions>);
    const wait = platform.database === 'postgres' ? 'SELECT pg_sleep(0.1)' : 'DO SLEEP(0.1)';
    const pause: Step = { statement: { getQueryAndParameters: () => [wait, []] }, mustChange: false };
    const orders = [users, users.toReversed()] as [User, User][];
    const done = await Promise.all(orders.map(([one, other]) => database.allOrNone([count(one), pause, count(other)])));
    expect([done, await counts()]).toEqual([
      [true, true],
      [2, 2],
    ]);
  });
});

describe('several statements on SQLite', () => {
  afterEach(() => app.close());

  it('leave no transaction open when the commit fails', async () => {
    // Without a write-ahead log nothing can be committed while somebody reads.
    await start({ adapter: 'express', database: 'sqlite' }, {
      enableWAL: false,
      timeout: 20,
    } as Partial<DataSourceOptions>);
    const reader = openLibsql((app.dataSource.options as { database: string }).database);
    reader.exec('BEGIN; SELECT 1 FROM user');
    const rows = reader.prepare('SELECT * FROM user').iterate();
    rows.next();
    const steps = [update(users[0], { name: 'new' }), update(users[1], { name: 'new' })];
    await expect(database.allOrNone(steps)).rejects.toThrow(DatabaseError);
    rows.return?.();
    reader.exec('ROLLBACK');
    reader.close();
    expect(await names()).toEqual(['old', 'old']);
    expect(await database.allOrNone(steps)).toBe(true);
    expect(await names()).toEqual(['new', 'new']);
  });
});
