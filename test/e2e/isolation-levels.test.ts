import { Controller, Get, UseGuards } from '@nestjs/common';
import { TokenAuthEvents, TokenAuthGuard } from 'nestjs-token-auth';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEveryServer, TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Gate } from '../support/gate.js';

const REQUESTS = 16;
let gate: Gate;

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  @Get()
  async show() {
    await gate.pass();
    return { ok: true };
  }
}

onEveryServer('a database with an isolation level above its default', (platform) => {
  const levels = platform.database === 'postgres' ? ['repeatable read', 'serializable'] : ['serializable'];
  describe.for(levels)('%s', (level) => {
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
        gate = new Gate(REQUESTS);
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
  });
});

async function makeDefault({ options }: TestDatabase, level: string): Promise<void> {
  const source = await new DataSource(options).initialize();
  const name = new URL((options as { url: string }).url).pathname.slice(1);
  await source.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${level}'`);
  await source.destroy();
}

/** MariaDB knows a default of the whole server or of one connection only. */
async function setPerConnection(dataSource: DataSource, level: string): Promise<void> {
  const sql = `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`;
  const { pool } = dataSource.driver as unknown as {
    pool: { on(event: 'connection', listener: (connection: { query(sql: string): void }) => void): void };
  };
  pool.on('connection', (connection) => connection.query(sql));
  // The connections that were made before wait in the pool.
  const { poolSize = 10 } = dataSource.options as DataSourceOptions & { poolSize?: number };
  const runners = Array.from({ length: poolSize }, () => dataSource.createQueryRunner());
  await Promise.all(runners.map((runner) => runner.query(sql)));
  await Promise.all(runners.map((runner) => runner.release()));
}
