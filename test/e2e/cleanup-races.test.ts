import { TokenAuthCleanup, tokenEntityFor, type AuthToken } from 'nestjs-token-auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { clientRow } from '../support/cleanup.js';
import { eventually } from '../support/client.js';
import { Interloper } from '../support/interloper.js';
import { settled } from '../support/latch.js';

onEveryDatabase('a client that the clean-up has found', (platform) => {
  let app: TestApp;
  let user: User;
  let log: Interloper;
  beforeEach(async () => {
    log = new Interloper();
    app = await TestApp.start(platform, { dataSource: { logger: log } });
    log.attach(app.dataSource);
    user = (await app.user()) as User;
  });
  afterEach(() => app.close());

  const run = () => app.nest.get(TokenAuthCleanup).run();

  /** Runs a clean-up, in which a client is changed when it has been found and before it is removed. */
  async function runChanging(id: string, values: Partial<Record<keyof AuthToken, number | null>>): Promise<number> {
    if (platform.database === 'sqlite') {
      const changes = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
      log.before(/^DELETE/, `UPDATE user_auth_token SET ${changes.join(', ')} WHERE id = '${id}'`);
      const { clients } = await run();
      if (!log.hasStruck) throw new Error('Nothing was removed, and so nothing changed before.');
      return clients;
    }
    const runner = app.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await runner.manager.update(tokenEntityFor(User), { id }, values as never);
      log.take();
      const running = run();
      await eventually(() => log.statements.some((statement) => statement.startsWith('DELETE')));
      await settled();
      await runner.commitTransaction();
      return (await running).clients;
    } finally {
      await runner.release();
    }
  }

  it('stays when it has been used meanwhile', async () => {
    const id = await clientRow(app, user, { lastUsedAt: 0 });
    const other = await clientRow(app, user, { lastUsedAt: 0 });
    expect(await runChanging(id, { lastUsedAt: app.clock.now() })).toBe(1);
    expect((await app.row()).id).toBe(id);
    expect(other).not.toBe(id);
  });

  it('stays when a new password has kept it meanwhile', async () => {
    const id = await clientRow(app, user, { passwordChangeUntil: 1, lifespan: 1 });
    expect(await runChanging(id, { passwordChangeUntil: null, lifespan: null })).toBe(0);
    expect((await app.row()).id).toBe(id);
  });

  it('stays when it has been taken to the new auth epoch meanwhile', async () => {
    await app.dataSource.getRepository(User).update({ id: user.id }, { authEpoch: 1 });
    const id = await clientRow(app, user, { authEpoch: 0 });
    expect(await runChanging(id, { authEpoch: 1 })).toBe(0);
    expect((await app.row()).id).toBe(id);
  });
});

describe('on SQLite, a client whose auth epoch is ended by a transaction', () => {
  it('stays when that is rolled back while the clean-up runs', async () => {
    const app = await TestApp.start({ adapter: 'express', database: 'sqlite' });
    try {
      const user = (await app.user()) as User;
      const id = await clientRow(app, user);
      const { databaseConnection: connection } = app.dataSource.driver as unknown as {
        databaseConnection: { exec(sql: string): void };
      };
      connection.exec('BEGIN');
      connection.exec('UPDATE user SET authEpoch = 1');
      const running = app.nest.get(TokenAuthCleanup).run();
      await settled();
      connection.exec('ROLLBACK');
      expect(await running).toMatchObject({ clients: 0 });
      expect((await app.row()).id).toBe(id);
    } finally {
      await app.close();
    }
  });
});
