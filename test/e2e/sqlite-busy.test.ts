import { once } from 'node:events';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import type { DataSourceOptions } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { on, TestApp } from '../support/app.js';
import { ProtocolClient, sendJson, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { MembersController } from '../support/members.js';

on({ adapter: 'express', database: 'sqlite' }, 'an SQLite file that another process has locked', (platform) => {
  let database: TestDatabase;
  let app: TestApp;
  let elsewhere: (sql: string) => Promise<void>;
  let leave: () => void;
  beforeEach(async () => {
    database = await createDatabase('sqlite');
    app = await TestApp.start(platform, {
      database,
      dataSource: { synchronize: true, timeout: 10 } as Partial<DataSourceOptions>,
      controllers: [MembersController],
    });
    const { database: file } = database.options as { database: string };
    const other = fork(fileURLToPath(new URL('../support/sqlite-holder.mjs', import.meta.url)), [file]);
    await once(other, 'message');
    elsewhere = async (sql) => {
      other.send(sql);
      await once(other, 'message');
    };
    leave = () => other.disconnect();
  });
  afterEach(async () => {
    leave();
    await app.close();
    await database.drop();
  });

  it('leaves nothing behind when it is free again: what is written is committed', async () => {
    const account = { email: freshEmail(), password: PASSWORD };
    expect((await signUp(app, account)).status).toBe(200);
    const client = await ProtocolClient.signedIn(app);
    await elsewhere('BEGIN IMMEDIATE');
    const refused = await client.peek('/members');
    expect([refused.status, told(refused)]).toEqual([200, 'blank']);
    expect((await signIn(app, account)).status).toBe(503);
    expect((await signUp(app, { ...account, email: freshEmail() })).status).toBe(503);

    await elsewhere('COMMIT');
    const rotated = await client.go('/members');
    expect([rotated.status, told(rotated)]).toEqual([200, 'token']);
    const passwords = { password: PASSWORD, password_confirmation: PASSWORD };
    expect((await sendJson(`${app.url}/auth/password`, 'PUT', passwords, client.headers)).status).toBe(200);
    // By a connection of its own, which sees only what has been committed.
    const reader = new Libsql((database.options as { database: string }).database);
    const rows = reader.prepare('SELECT client, generation FROM user_auth_token WHERE generation = 1').all([]);
    reader.close();
    expect(rows).toEqual([expect.objectContaining({ client: client.headers['client'] })]);
  });
});
