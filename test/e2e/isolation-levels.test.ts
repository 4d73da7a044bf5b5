import { Controller, Get, UseGuards } from '@nestjs/common';
import { TokenAuthEvents, TokenAuthGuard, tokenEntityFor, TokenService } from 'nestjs-token-auth';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEveryServer, TestApp, User } from '../support/app.js';
import { eventually, ProtocolClient, told, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Barrier } from '../support/barrier.js';
import { makeDefault, setPerConnection, strictLevels } from '../support/isolation.js';

const REQUESTS = 16;
let barrier: Barrier;

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  @Get()
  async show() {
    await barrier.pass();
    return { ok: true };
  }
}

onEveryServer('a database with an isolation level above its default', (platform) => {
  describe.for(strictLevels(platform.database))('%s', (level) => {
    let database: TestDatabase;
    let app: TestApp;
    beforeEach(async () => {
      database = await createDatabase(platform.database);
      if (platform.database === 'postgres') await makeDefault(database, level);
      app = await TestApp.start(platform, {
        database,
        dataSource: { synchronize: true },
        controllers: [MembersController],
      });
      if (platform.database === 'mysql') await setPerConnection(app.dataSource, level);
    });
    afterEach(async () => {
      await app.close();
      await database.drop();
    });

    it('is in force on every connection', async () => {
      const setting = platform.database === 'postgres' ? `current_setting('transaction_isolation')` : '@@tx_isolation';
      const ask = () => app.dataSource.query<{ level: string }[]>(`SELECT ${setting} AS level`);
      const answers = await Promise.all(Array.from({ length: 20 }, ask));
      expect(new Set(answers.map(([row]) => row?.level.toLowerCase().replace('-', ' ')))).toEqual(new Set([level]));
    });

    it('lets exactly one of many requests rotate and refuses none', async () => {
      const failures: unknown[] = [];
      app.nest.get(TokenAuthEvents).on('rotation.failed', ({ error }) => failures.push(error));
      const client = await ProtocolClient.signedIn(app);
      for (let round = 1; round <= 5; round++) {
        barrier = new Barrier(REQUESTS);
        const answers = await Promise.all(Array.from({ length: REQUESTS }, () => client.peek('/members')));
        expect(answers.map(({ status }) => status)).toEqual(Array(REQUESTS).fill(200));
        const leaders = answers.filter((answer) => told(answer) === 'token');
        expect(leaders).toHaveLength(1);
        expect(answers.filter((answer) => told(answer) === 'blank')).toHaveLength(REQUESTS - 1);
        expect((await app.row()).generation).toBe(round);
        client.headers['access-token'] = leaders[0]?.auth.accessToken ?? '';
        app.clock.advance('6s');
      }
      expect(failures).toEqual([]);
    });

    it.each<[string, (client: ProtocolClient, user: User) => Promise<unknown>]>([
      ['a sign-out', (client) => client.go('/auth/sign_out', { method: 'DELETE' })],
      ['the end of all clients', (_, user) => app.nest.get(TokenService).revokeAll(user)],
    ])('lets %s prevail over a write of others that it had to wait for', async (_, end) => {
      const user: User = await app.user();
      const client = await ProtocolClient.signedIn(app, user);
      const ended = await app.dataSource.transaction(async (manager) => {
        await manager.update(User, { id: user.id }, { name: 'changed' });
        await manager.update(tokenEntityFor(User), { client: client.headers['client'] }, { userAgent: 'changed' });
        const ending = end(client, user);
        await eventually(() => isWaiting(app.dataSource));
        return { ending };
      });
      expect(await ended.ending).toSatisfy((answer?: Answer) => answer === undefined || answer.status === 200);
      expect(await app.rows()).toEqual([]);
      expect((await client.go('/members')).status).toBe(401);
    });
  });
});

/** Whether some statement waits for a lock in this database; on MariaDB, whether one takes as long as that. */
async function isWaiting(dataSource: DataSource): Promise<boolean> {
  const rows = await dataSource.query<unknown[]>(
    dataSource.options.type === 'postgres'
      ? `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      : `SELECT 1 FROM information_schema.processlist
         WHERE db = DATABASE() AND command = 'Query' AND id <> CONNECTION_ID() AND time_ms > 50`,
  );
  return rows.length > 0;
}
